"""The checks of 2.4 for HTTP: the URLs of the ``ox`` driver and of a proxy, and times between attempts."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.check_finding import Finding
from dovecot_conf.http_url import HttpUrlError, parse_http_url
from dovecot_conf.versions import Version
from dovecot_conf.view24 import UNKNOWN, View24

RANGE, SYNTAX = "value-range", "value-syntax"

_BACKOFF, _BACKOFF_MAX = "http_client_connect_backoff_time", "http_client_connect_backoff_max_time"
_NO_VARIABLES = "write the URL itself: doveconf takes no variables here"


def ox(view: View24) -> Iterator[Finding]:
    """The URL of the ``ox`` driver."""
    name = "push_notification_ox_url"
    url = view.text(name)
    if wrong := _wrong_url(url, allow_userinfo=True):
        yield Finding(SYNTAX, f"Invalid {name} '{url}': {wrong}", view.where(name), _hint(url))


def proxy(view: View24) -> Iterator[Finding]:
    """The URL of the HTTP proxy."""
    name = "http_client_proxy_url"
    url = view.text(name)
    if wrong := _wrong_url(url, allow_userinfo=False):
        yield Finding(SYNTAX, f"Invalid {name}: {wrong}", view.where(name), _hint(url))


def backoff(view: View24) -> Iterator[Finding]:
    """The first and the longest time between attempts to connect."""
    shortest, longest = view.amount(_BACKOFF), view.amount(_BACKOFF_MAX)
    if shortest > 0 and longest < shortest:
        # The names stand the wrong way round in Dovecot's own message.
        message = f"{_BACKOFF}_msecs ({longest}) must not be smaller than {_BACKOFF_MAX}_msecs ({shortest})"
        yield Finding(RANGE, message, view.where(_BACKOFF_MAX, _BACKOFF), f"{_BACKOFF_MAX} is the longer one")


def _wrong_url(url: str, *, allow_userinfo: bool) -> str:
    if url:
        try:
            parse_http_url(url, Version.V24, allow_userinfo=allow_userinfo)
        except HttpUrlError as error:
            return error.message
    return ""


def _hint(url: str) -> str:
    return _NO_VARIABLES if url == UNKNOWN else "write it as http://HOST[:PORT]/PATH"
