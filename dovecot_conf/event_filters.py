"""The language of event filters, as in ``log_debug`` and ``metric { filter }``.

The words are those of ``event-filter-lexer.l`` and the messages those of the parser that bison makes of
``event-filter-parser.y``, in 2.3.19.1 and 2.4.1: it looks one word ahead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dovecot_conf.versions import Version

_ONLY_EQUAL = frozenset(("event", "category", "source_location"))
_WORD = (
    r'"(?P<string>(?:[^\\"]|\\.)*)"|(?P<logic>(?i:and|or|not)(?![{characters}]))'
    r"|(?P<token>[{characters}]+)|(?P<other>.)"
)
_WHITE = r"[ \t\n\r]*"


class _Dialect(NamedTuple):
    words: re.Pattern[str]
    end: str
    unknown: str


def _dialect(characters: str, end: str, unknown: str) -> _Dialect:
    words = f"{_WHITE}(?:{_WORD.replace('{characters}', characters)})"
    return _Dialect(re.compile(words, re.DOTALL), end, unknown)


_DIALECTS = {
    Version.V23: _dialect(r"A-Za-z0-9:.*?_\-", "$end", "$undefined"),
    Version.V24: _dialect(r"A-Za-z0-9:.*?/%_\-", "end of file", "invalid token"),
}

_OPERAND = "TOKEN or STRING or NOT or '('"
_OPERATOR = "'=' or '>' or '<'"
_INSIDE = "AND or OR or ')'"


class _Token(NamedTuple):
    kind: str
    text: str


class _WrongFilterError(Exception):
    """What is wrong, in Dovecot's words."""


def wrong_filter(text: str, version: Version) -> str:
    """Return what is wrong with an event filter in Dovecot's words, '' for a right one."""
    dialect = _DIALECTS[version]
    try:
        _Reader(_tokens(text, dialect), dialect.end).read()
    except _WrongFilterError as error:
        return f"event filter: {error}"
    return ""


class _Reader:
    """Reads the words of one filter; ``_token`` is the one looked at, ``_depth`` counts parentheses."""

    def __init__(self, tokens: Iterator[_Token], end: str) -> None:
        self._tokens = tokens
        self._end = end
        self._token = next(tokens)
        self._depth = 0

    def read(self) -> None:
        """Read all of it. Raises _WrongFilterError."""
        if self._token.kind == self._end:
            return
        expected = self._end
        while True:
            while self._token.kind in ("NOT", "'('"):
                self._depth += self._token.kind == "'('"
                self._take(self._token.kind)
                expected = _OPERAND
            self._comparison(expected)
            while self._depth and self._token.kind == "')'":
                self._depth -= 1
                self._take("')'")
            if self._token.kind == self._end and not self._depth:
                return
            self._take("AND", "OR", expected=_INSIDE if self._depth else self._end)
            expected = _OPERAND

    def _comparison(self, expected: str) -> None:
        key = self._take("TOKEN", "STRING", expected=expected)
        operator = self._take("'='", "'<'", "'>'", expected=_OPERATOR)
        if operator.text != "=" and self._token.kind == "'='":
            self._take("'='")
        self._take("TOKEN", "STRING", "AND", "OR", "NOT")
        if operator.text != "=" and key.text in _ONLY_EQUAL:
            raise _WrongFilterError("Only fields support inequality comparisons")

    def _take(self, *kinds: str, expected: str = "") -> _Token:
        token = self._token
        if token.kind not in kinds:
            message = f"syntax error, unexpected {token.kind}"
            raise _WrongFilterError(f"{message}, expecting {expected}" if expected else message)
        self._token = next(self._tokens)
        return token


def _tokens(text: str, dialect: _Dialect) -> Iterator[_Token]:
    position, end = 0, len(text.rstrip(" \t\n\r"))
    while position < end:
        match = dialect.words.match(text, position)
        if match is None or match["other"] == '"':
            break
        position = match.end()
        if match["string"] is not None:
            yield _Token("STRING", re.sub(r'\\([\\"])', r"\1", match["string"]))
        elif match["logic"]:
            yield _Token(match["logic"].upper(), match["logic"])
        elif match["token"]:
            yield _Token("TOKEN", match["token"])
        else:
            known = match["other"] in "<>=()"
            yield _Token(f"'{match['other']}'" if known else dialect.unknown, match["other"])
    while True:
        yield _Token(dialect.end, "")
