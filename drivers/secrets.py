"""Passwords in URLs, hidden before a text leaves a driver."""

from __future__ import annotations

import re

from drivers.http_url import HttpUrlError, parse_http_url

HIDDEN = "<hidden>"


def hide_userinfo(url: str) -> str:
    """Return the text of a URL with its userinfo hidden.

    In a URL that Dovecot refuses the userinfo may be anywhere before an ``@``: everything up to the
    last one is hidden then, unless it is a mere ``name@host``.
    """
    start = url.find("//") + 2 if "//" in url else 0
    if not start and ":" not in url:
        return url
    try:
        parse_http_url(url)
    except HttpUrlError:
        at = url.rfind("@")
    else:
        authority = re.match(r"[^/?#]*", url[start:])
        at = start + authority[0].rfind("@") if authority and "@" in authority[0] else -1
    return url if at < start else f"{url[:start]}{HIDDEN}{url[at:]}"


def hide_in_options(text: str) -> str:
    """Return the option text of a 2.3 driver, or its whole setting, with the userinfo of URLs hidden."""
    return " ".join(_hide_in_word(word) for word in text.split(" "))


def _hide_in_word(word: str) -> str:
    if "@" not in word:
        return word
    name, equals, value = word.partition("=")
    if not equals or "//" in name:
        return hide_userinfo(word)
    return f"{name}={hide_userinfo(value)}"
