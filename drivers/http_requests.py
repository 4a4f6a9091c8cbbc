"""Requests as Dovecot's HTTP client writes them: which headers, in which order."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from dovecot_conf.http_url import HttpUrl
from drivers.http import HttpRequest
from drivers.http_date import http_date
from drivers.http_settings import HttpSettings


def put_request(
    url: HttpUrl, content_type: str, body: bytes, settings: HttpSettings, now: float
) -> HttpRequest:
    """Return a PUT of ``body``; ``now`` is the time in its Date header."""
    headers = _leading(url, settings, now)
    headers.append(("Content-Length", str(len(body))))
    if settings.proxy is None:
        headers.append(("Connection", "Keep-Alive"))
    headers.append(("Content-Type", content_type))
    return HttpRequest("PUT", url, tuple(headers), body, settings.proxy)


def harmless_request(
    method: str, url: HttpUrl, settings: HttpSettings, now: float, mark: tuple[str, str]
) -> HttpRequest:
    """Return a request without a body that has the headers of a PUT otherwise, and a ``mark`` after them."""
    headers = _leading(url, settings, now)
    if settings.proxy is None:
        headers.append(("Connection", "Keep-Alive"))
    return HttpRequest(method, url, (*headers, mark), b"", settings.proxy)


def _leading(url: HttpUrl, settings: HttpSettings, now: float) -> list[tuple[str, str]]:
    """Return the headers that every request of ``ox`` begins with."""
    headers = [("Host", url.authority), ("Date", http_date(now))]
    if url.user and url.password is not None:
        headers.append(("Authorization", _basic(url.user, url.password)))
    if settings.proxy is not None and settings.proxy_username:
        credentials = _basic(settings.proxy_username.encode(), settings.proxy_password.encode())
        headers.append(("Proxy-Authorization", credentials))
    if settings.user_agent:
        headers.append(("User-Agent", settings.user_agent))
    return headers


_WITH_PAYLOAD = ("POST", "PUT")
"""Methods whose requests have a length in any case."""


def script_request(
    method: str,
    url: HttpUrl,
    headers: Iterable[tuple[str, str]],
    payload: bytes | None,
    settings: HttpSettings,
    now: float,
    *,
    asks_first: bool = False,
) -> HttpRequest:
    """Return the request of a Lua script with its own ``headers``; ``now`` is the time in its Date header.

    One that ``asks_first`` wants to know whether its payload is welcome (``Expect: 100-continue``).
    """
    given = list(headers)
    names = {name.lower() for name, _ in given}
    own = [("Host", url.authority), ("Date", http_date(now))]
    if url.user and url.password is not None:
        own.append(("Authorization", _basic(url.user, url.password)))
    if settings.user_agent:
        own.append(("User-Agent", settings.user_agent))
    if payload and asks_first:
        own.append(("Expect", "100-continue"))
    if payload is not None or method.upper() in _WITH_PAYLOAD:
        own.append(("Content-Length", str(len(payload or b""))))
    own.append(("Connection", "Keep-Alive"))
    kept = [header for header in own if header[0].lower() not in names]
    return HttpRequest(method, url, (*kept, *given), payload or b"", settings.proxy, wants_body=True)


def redirected(request: HttpRequest, url: HttpUrl, status: int) -> HttpRequest:
    """Return what a request becomes when it is sent to another place; after a 303 it is a GET."""
    headers = tuple((name, url.authority if name == "Host" else value) for name, value in request.headers)
    if status != 303:
        return HttpRequest(request.method, url, headers, request.body, request.proxy, redirected=True)
    without_length = tuple(header for header in headers if header[0] != "Content-Length")
    return HttpRequest("GET", url, without_length, b"", request.proxy, redirected=True)


def _basic(user: bytes, password: bytes) -> str:
    return "Basic " + base64.b64encode(user + b":" + password).decode()
