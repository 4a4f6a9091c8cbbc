"""HTTP requests as reports show them."""

from __future__ import annotations

from drivers.http import HttpRequest
from drivers.http_queue import HttpResult
from drivers.report import Request
from drivers.secrets import hide_in_headers, hide_in_url


def reported_request(request: HttpRequest, result: HttpResult, *, show_secrets: bool) -> Request:
    """Return a request with its attempts; credentials are hidden unless ``show_secrets``."""
    headers = tuple(request.headers) if show_secrets else hide_in_headers(request.headers)
    url = str(request.url) if show_secrets else hide_in_url(str(request.url))
    return Request(request.method, url, headers, request.body.decode("utf-8", "replace"), result.attempts)
