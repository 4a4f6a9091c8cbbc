"""Passwords and tokens in lines of a configuration: where they are, and the line without them.

Hides at least what doveconf hides without ``-P``: userinfo of URLs, and values of names that speak of
a password, secret, key or token. Of two readings of a text the one that hides more is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

HIDDEN = "<hidden>"

_URL = r"(?<=://)[^\s/?#\"']*(?=@)"
# What looks like a port is none: a password with a blank or slash in it cuts the URL in two. The limits
# of length keep a hostile line from taking quadratic time.
_NO_PORT = r"(?![0-9]*(?:[/?#\s]|[\"']?(?:\s|\Z)))"
_CUT_URL = rf"(?<=://)[^\s/@\"']*:{_NO_PORT}.{{0,2000}}(?=@)"
# The same where the @ got lost.
_LOST_URL = rf"(?<=://)[^\s/?#:@\[\"']*:{_NO_PORT}[^\s/?#\"']+"
_URL_WITHOUT_SCHEME = r"(?<==)[^\s=/\"']*:(?!//)[^\s\"']{0,2000}(?=@)"
_NAME = r"[\w.-]*(?:passw(?:or)?d|pass|secret|token|nonce|apikey|[_-]key|^\s*key)"
_WHOLE = rf"^\s*{_NAME}(?:\s*=\s*|\s+(?![=<{{]))(?P<secret>[^<\s].*)$"
_OPTION = rf"(?<![\w.-]){_NAME}\s*=\s*(?P<secret>[^\s;<][^\s;]*)"
_IN_URL = f"{_URL}|{_CUT_URL}|{_LOST_URL}"
_PART = f"{_IN_URL}|{_URL_WITHOUT_SCHEME}|{_OPTION}"


_SENTENCE = re.compile(r"[a-z][a-z0-9_]* (?=(?:must|is|can't|set|value|setting|and|directory) )")
"""How a message goes on behind the name of a setting."""


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    whole, part, in_url = (re.compile(text, re.IGNORECASE) for text in (_WHOLE, _PART, _IN_URL))
    return whole, part, in_url


def secrets(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each secret in one line, from left to right."""
    whole = _patterns()[0].match(text)
    if whole is not None:
        yield whole.span("secret")
        return
    yield from parts(text)


def parts(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each secret that is a part of a text: in URLs, and behind ``password=``."""
    for match in _patterns()[1].finditer(text):
        yield match.span("secret" if match["secret"] else 0)


def parts_of_urls(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each secret in a URL, from left to right."""
    return (match.span() for match in _patterns()[2].finditer(text))


def hide(text: str) -> str:
    """Return one line with every secret replaced."""
    return hide_marked(text, 0, 0)[0]


def hide_parts(sentence: str) -> str:
    """Return a sentence with every secret in a URL or behind ``password=`` replaced."""
    return hide_spans(sentence, 0, 0, parts(sentence))[0]


def hide_in_sentence(text: str) -> str:
    """Return a message with every secret replaced; it may begin with the name of a setting."""
    match = _SENTENCE.match(text)
    start = match.end() if match is not None else 0
    return text[:start] + hide(text[start:])


def hide_marked(text: str, start: int, end: int) -> tuple[str, int, int]:
    """Hide the secrets of one line; return it with what became of the offsets ``start`` and ``end``."""
    return hide_spans(text, start, end, secrets(text))


def hide_spans(text: str, start: int, end: int, spans: Iterable[tuple[int, int]]) -> tuple[str, int, int]:
    """Hide pieces of one line; return it with what became of the offsets ``start`` and ``end``.

    An offset inside a secret moves to the edge of what stands in its place.
    """
    pieces: list[str] = []
    done, grown = 0, 0
    new_start, new_end = start, end
    for first, last in spans:
        pieces += (text[done:first], HIDDEN)
        if start > first:
            new_start = first + grown if start < last else start + grown + len(HIDDEN) - (last - first)
        grown += len(HIDDEN) - (last - first)
        if end > first:
            new_end = last + grown if end < last else end + grown
        done = last
    pieces.append(text[done:])
    return "".join(pieces), new_start, new_end
