"""The words of a Lua script, also of one that Lua can't compile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
    \s+
    | (?P<comment> -- (?: \[(?P<level>=*)\[ (?P<remark>.*?) (?:\](?P=level)\]|\Z) | (?P<line>[^\n]*) ) )
    | \[(?P<depth>=*)\[ (?P<long>.*?) (?P<closed>\](?P=depth)\]|\Z)
    | (?P<quote>["']) (?P<short>(?: \\(?:z\s*|.) | (?!(?P=quote))[^\\\n] )*) (?P<end>(?P=quote)?)
    | (?P<name> [^\W\d]\w* )
    | (?P<number> \.?\d[\w.]* )
    | (?P<sign> \.\.\.? | [=~<>]= | :: | // | << | >> | . )
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A word from ``start`` to before ``end``.

    ``kind`` is ``comment``, ``string``, ``name``, ``number`` or ``sign``. ``first`` and ``last`` are the
    limits of what a string or comment holds; ``closed``: it has its end.
    """

    kind: str
    text: str
    start: int
    end: int
    first: int
    last: int
    closed: bool = True


def tokens(text: str) -> Iterator[Token]:
    """Yield the words of a script from left to right; nothing is missing but blanks."""
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        kind = match.lastgroup
        if match["comment"] is not None:
            first, last = match.span("line" if match["line"] is not None else "remark")
            yield Token("comment", "", start, end, first, last, last < end or match["line"] is not None)
        elif match["long"] is not None:
            yield Token("string", match["long"], start, end, *match.span("long"), bool(match["closed"]))
        elif match["short"] is not None:
            yield Token("string", match["short"], start, end, *match.span("short"), bool(match["end"]))
        elif kind is not None:
            yield Token(kind, match[0], start, end, start, end)
