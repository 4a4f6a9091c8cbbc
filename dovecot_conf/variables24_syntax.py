"""The syntax of 2.4's %variables, with the words in which 2.4.1 says what is wrong with one.

2.4.1's parser names what it met and what it expected, as long as these are no more than four things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum, auto

from dovecot_conf.value import Value
from dovecot_conf.variables24_plain import NAME

_END = "end of file"
_OUTSIDE = re.compile(r"%%\{|%\{|%|[^%]+")
_INSIDE = re.compile(
    rf"(?P<NAME>{NAME})|(?P<NUMBER>[0-9]+)|(?P<VALUE>[\"'])|(?P<sign>[}}%|(),=+*/-])|.", re.DOTALL
)
_SIGNS = {
    "}": "CCBRACE", "%": "PERC", "|": "PIPE", "(": "OBRACE", ")": "CBRACE", ",": "COMMA", "=": "EQ",
    "+": "PLUS", "-": "MINUS", "*": "STAR", "/": "SLASH",
}  # fmt: skip
_ESCAPED = r"(?s)x[0-9a-fA-F]{2}|[0-9]{1,3}|.|"
INT_MAX = 2**63 - 1


class _State(Enum):
    """What has been read of a program."""

    FILTER = auto()
    """nothing, or a ``|``: a filter may follow"""
    NAMED = auto()
    """the name of a filter"""
    CALLED = auto()
    """a filter with its arguments"""
    DONE = auto()
    """a filter with a calculation"""
    OPERATOR = auto()
    CALCULATED_MINUS = auto()
    ARGUMENT = auto()
    """an opening bracket or a comma"""
    ARGUMENT_NAMED = auto()
    """a name, which is an argument or the key of one"""
    KEY = auto()
    """a key with its ``=``"""
    ARGUMENT_MINUS = auto()
    ARGUMENT_DONE = auto()


_OPERATORS = dict.fromkeys(("PERC", "PLUS", "MINUS", "STAR", "SLASH"), _State.OPERATOR)
_AFTER_FILTER: Mapping[str, _State | None] = {"CCBRACE": None, "PIPE": _State.FILTER}
_AFTER_ARGUMENT = {"CBRACE": _State.CALLED, "COMMA": _State.ARGUMENT}
_PLAIN = {"MINUS": _State.ARGUMENT_MINUS, "VALUE": _State.ARGUMENT_DONE, "NUMBER": _State.ARGUMENT_DONE}
_NEXT: Mapping[_State, Mapping[str, _State | None]] = {
    _State.FILTER: {**_AFTER_FILTER, "NAME": _State.NAMED},
    _State.NAMED: {**_AFTER_FILTER, **_OPERATORS, "OBRACE": _State.ARGUMENT},
    _State.CALLED: {**_AFTER_FILTER, **_OPERATORS},
    _State.DONE: _AFTER_FILTER,
    _State.OPERATOR: {"MINUS": _State.CALCULATED_MINUS, "NAME": _State.DONE, "NUMBER": _State.DONE},
    _State.CALCULATED_MINUS: {"NUMBER": _State.DONE},
    _State.ARGUMENT: {**_PLAIN, "NAME": _State.ARGUMENT_NAMED},
    _State.ARGUMENT_NAMED: {**_AFTER_ARGUMENT, "EQ": _State.KEY},
    _State.KEY: {**_PLAIN, "NAME": _State.ARGUMENT_DONE},
    _State.ARGUMENT_MINUS: {"NUMBER": _State.ARGUMENT_DONE},
    _State.ARGUMENT_DONE: _AFTER_ARGUMENT,
}
"""What may follow, and where it leads; None: out of the program."""

_EXPECTED: Mapping[_State, str] = {
    _State.FILTER: "CCBRACE or PIPE or NAME",
    _State.NAMED: "CCBRACE or PIPE",
    _State.CALLED: "CCBRACE or PIPE",
    _State.DONE: "CCBRACE or PIPE",
    _State.OPERATOR: "MINUS or NAME or NUMBER",
    _State.CALCULATED_MINUS: "NUMBER",
    _State.ARGUMENT: "MINUS or NAME or VALUE or NUMBER",
    _State.ARGUMENT_NAMED: "CBRACE or COMMA",
    _State.KEY: "MINUS or NAME or VALUE or NUMBER",
    _State.ARGUMENT_MINUS: "NUMBER",
    _State.ARGUMENT_DONE: "CBRACE or COMMA",
}
"""What Dovecot says was expected: where what came before may be complete, only what follows the whole."""


class _ScanError(Exception):
    """No token can be made; the text is Dovecot's."""


class Mistake(Value):
    """What is wrong with a text: Dovecot's ``message``, or nothing said where it ``crashes``."""

    message: str
    crashes: bool = False


_CRASH = Mistake("Dovecot crashes on an empty %{} between other things", crashes=True)


class _Program(Value):
    """A program that was read: where it ends, whether there is nothing in it, and what is wrong."""

    end: int
    empty: bool
    wrong: str = ""


def find_mistake(text: str) -> Mistake | None:
    """Return what is wrong with the variables in a text, None for nothing."""
    position, count, after_empty = 0, 0, False
    while position < len(text):
        match = _OUTSIDE.match(text, position)
        assert match is not None
        program = _Program(match.end(), empty=match[0] == "y")
        if match[0] == "%{":
            try:
                program = _program(text, match.end())
            except _ScanError as wrong:
                return Mistake(str(wrong))
        if after_empty and not program.empty:
            return _CRASH
        if program.wrong:
            return Mistake(program.wrong)
        after_empty = after_empty or (match[0] == "%{" and program.empty and count > 0)
        position = program.end
        # Dovecot's scanner loses a literal y.
        count += match[0] != "y"
    return None


def _program(text: str, start: int) -> _Program:
    """Read the program that begins at ``start``."""
    state, empty = _State.FILTER, True
    for position, token, content in _tokens(text, start):
        if token not in _NEXT[state]:
            wrong = f"syntax error, unexpected {token}, expecting {_EXPECTED[state]}"
            return _Program(position, empty, wrong)
        if token == "NUMBER" and _is_too_large(state, content):
            return _Program(position, empty, "Not a number")
        after = _NEXT[state][token]
        if after is None:
            return _Program(position, empty)
        state = after
        empty = empty and state is _State.FILTER
    return _Program(len(text), empty, f"syntax error, unexpected {_END}, expecting {_EXPECTED[state]}")


def _is_too_large(state: _State, digits: str) -> bool:
    negative = state in (_State.CALCULATED_MINUS, _State.ARGUMENT_MINUS)
    digits = digits.lstrip("0")
    return len(digits) > 19 or int(digits or "0") > INT_MAX + negative


def _tokens(text: str, position: int) -> Iterator[tuple[int, str, str]]:
    """Yield the end, the kind and the text of each token; what can't be one is passed over."""
    while position < len(text):
        match = _INSIDE.match(text, position)
        assert match is not None
        position = match.end()
        kind = match.lastgroup
        if kind == "sign":
            yield position, _SIGNS[match[0]], match[0]
        elif kind == "VALUE":
            end = _end_of_string(text, position, match[0])
            if end is None:
                return
            position = end
            yield position, kind, ""
        elif kind is not None:
            if kind == "NAME":
                _check_utf8(match[0])
            yield position, kind, match[0]


def _end_of_string(text: str, position: int, quote: str) -> int | None:
    """Return where a quoted text ends; None if it doesn't. Raises _ScanError for a wrong escape."""
    plain = re.compile(rf"[^\\{quote}]*")
    while True:
        match = plain.match(text, position)
        assert match is not None
        _check_utf8(match[0])
        position = match.end()
        if position >= len(text):
            return None
        if text[position] == quote:
            return position + 1
        escaped = re.compile(_ESCAPED).match(text, position + 1)
        assert escaped is not None
        position = escaped.end()
        if not escaped[0]:
            return None
        if not _is_escape(escaped[0]):
            raise _ScanError("Invalid character escape")


def _is_escape(text: str) -> bool:
    if text.isdigit():
        return "8" not in text and "9" not in text and int(text, 8) < 256
    return len(text) == 3 or text in "\\trn\"'"


def _check_utf8(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _ScanError("Invalid UTF-8 string") from None
