"""Passwords and tokens in URLs, hidden before a text leaves a driver."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from dovecot_conf.http_url import HttpUrlError, parse_http_url

HIDDEN = "<hidden>"


_SECRET_NAME = re.compile("pass|pwd|secret|token|nonce|key|auth|sig", re.IGNORECASE)
_SECRET_PARAMETER = re.compile(rf"([?&;][^=&;]*(?:{_SECRET_NAME.pattern})[^=&;]*=)[^&;#\s]+", re.IGNORECASE)
_SECRET_OPTION = re.compile("pass|pwd|secret|token|nonce|apikey|[_-]key", re.IGNORECASE)
_SECRET_HEADER = re.compile("pass|pwd|secret|token|key|auth|cookie", re.IGNORECASE)
# Where a port should be: the password of a URL that lost its @, in one that is refused.
_NO_PORT = re.compile(r"(//[^/?#:@\[]*:)(?![0-9]*(?:[/?#]|\Z))[^/?#@]*")


@lru_cache(maxsize=128)
def hide_in_url(url: str) -> str:
    """Return the text of a URL with its userinfo, and query parameters that speak of secrets, hidden.

    In a URL that Dovecot refuses the userinfo may be anywhere before an ``@``: everything up to the
    last one is hidden then, unless it is a mere ``name@host``; without an ``@`` it is what stands
    where the port should be.
    """
    return _SECRET_PARAMETER.sub(rf"\1{HIDDEN}", _hide_userinfo(url))


def _hide_userinfo(url: str) -> str:
    start = url.find("//") + 2 if "//" in url else 0
    if not start and ":" not in url:
        return url
    try:
        parse_http_url(url)
    except HttpUrlError:
        at = url.rfind("@")
        if at < start:
            return _NO_PORT.sub(rf"\1{HIDDEN}", url)
    else:
        authority = re.match(r"[^/?#]*", url[start:])
        at = start + authority[0].rfind("@") if authority and "@" in authority[0] else -1
    return url if at < start else f"{url[:start]}{HIDDEN}{url[at:]}"


def hide_in_target(target: str) -> str:
    """Return a request's target with userinfo, and query parameters that speak of secrets, hidden.

    Takes flat time: the target comes from anybody who connects.
    """
    path, question, query = target.partition("?")
    if not path.startswith("/") and "@" in path:
        path = HIDDEN + path[path.rfind("@") :]
    return path + question + "".join(_hide_in_parameter(piece) for piece in re.split("([&;])", query))


def _hide_in_parameter(parameter: str) -> str:
    name, equals, value = parameter.partition("=")
    return f"{name}={HIDDEN}" if equals and value and _SECRET_NAME.search(name) else parameter


def hide_in_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return header fields without the values of those that are called so."""
    return tuple((name, HIDDEN if _SECRET_HEADER.search(name) else value) for name, value in headers)


def hide_in_options(text: str) -> str:
    """Return the option text of a 2.3 driver, or its whole setting, with its secrets hidden.

    They are in URLs, and values of options that are called so.
    """
    return " ".join(_hide_in_word(word) for word in text.split(" "))


def _hide_in_word(word: str) -> str:
    name, equals, value = word.partition("=")
    if value and "//" not in name and _SECRET_OPTION.search(name):
        return f"{name}={HIDDEN}"
    if ":" not in word and "@" not in word:
        return word
    if not equals or "//" in name:
        return hide_in_url(word)
    return f"{name}={hide_in_url(value)}"
