"""The patterns of includes: what C's ``glob`` makes of them, with braces."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

from dovecot_conf import limits
from dovecot_conf.limits import LimitError

Listing = Callable[[str], list[str]]
"""Gives the names in a folder, none for one that can't be read."""

Exists = Callable[[str], bool]
"""Tells whether there is something of a path."""

HINT = "name the folder and the files in it more precisely"

_MAX_PATH = 4095


def expand(pattern: str, listing: Listing, exists: Exists) -> list[str]:
    """Return the paths that match: byte order within each brace.

    Raises LimitError for a pattern that is too long, or asks for too much.
    """
    if len(pattern) > limits.MAX_PATTERN:
        raise LimitError(f"The pattern has more than {limits.MAX_PATTERN} characters", HINT)
    found: list[str] = []
    names = _Names()
    for alternative in _braces(pattern):
        names.count()
        if alternative and len(os.fsencode(alternative)) <= _MAX_PATH:
            found.extend(sorted(_matches(alternative, names, listing, exists), key=os.fsencode))
    return found


class _Names:
    """Counts what one pattern is compared with. Raises LimitError when it is too much."""

    def __init__(self) -> None:
        self._left = limits.MAX_NAMES

    def count(self, names: int = 1) -> None:
        """Count some more."""
        self._left -= names
        if self._left < 0:
            raise LimitError(f"The pattern goes through more than {limits.MAX_NAMES} names", HINT)


def _braces(pattern: str) -> Iterator[str]:
    """Yield the alternatives of ``{a,b}``, which may be nested; an unclosed brace is text."""
    pending = [pattern]
    while pending:
        text = pending.pop()
        parts = _first_brace(text)
        if parts is None:
            yield text
        else:
            head, middle, tail = parts
            pending.extend(head + part + tail for part in reversed(middle))


def _first_brace(text: str) -> tuple[str, list[str], str] | None:
    start = 0
    while (start := text.find("{", start)) >= 0:
        if text[start : start + 2] == "{}" or (start and text[start - 1] == "\\"):
            start += 1
            continue
        depth, parts, begin = 0, [], start + 1
        for position in range(start, len(text)):
            character = text[position]
            if character == "{":
                depth += 1
            elif character == "}":
                depth -= 1
                if not depth:
                    parts.append(text[begin:position])
                    return text[:start], parts, text[position + 1 :]
            elif character == "," and depth == 1:
                parts.append(text[begin:position])
                begin = position + 1
        return None
    return None


def _matches(pattern: str, names: _Names, listing: Listing, exists: Exists) -> Iterator[str]:
    """Yield what one pattern without braces matches, component by component."""
    magic = _MAGIC.search(pattern)
    if magic is None:
        if exists(pattern):
            yield pattern
        return
    literal = pattern.rfind("/", 0, magic.start()) + 1
    pending: list[tuple[str, str]] = [(pattern[:literal], pattern[literal:])]
    while pending:
        found, rest = pending.pop()
        head, slash, rest = rest.partition("/")
        tail = slash + rest[: len(rest) - len(rest.lstrip("/"))]
        rest = rest.lstrip("/")
        for name in _names(found, head, names, listing):
            path = found + name + tail
            if rest:
                pending.append((path, rest))
            elif exists(path):
                yield path


def _names(directory: str, pattern: str, names: _Names, listing: Listing) -> Iterator[str]:
    """Yield the names in a directory that one component of a pattern stands for."""
    if not _has_magic(pattern):
        yield re.sub(r"\\(.)", r"\1", pattern)
        return
    matcher = _component(pattern)
    found = listing(directory)
    names.count(len(found))
    for name in found:
        if matcher.fullmatch(name) and (pattern.startswith(".") or not name.startswith(".")):
            yield name


_MAGIC = re.compile(r"[*?\[\\]")


def _has_magic(text: str) -> bool:
    return re.search(r"(?<!\\)[*?\[]", text) is not None


def _component(pattern: str) -> re.Pattern[str]:
    """Translate one component of a glob pattern.

    What stands between two stars is looked for once only (an atomic group), so a name never takes
    more than one look at each of its characters for each of these pieces.
    """
    pieces: list[list[str]] = [[]]
    position = 0
    while position < len(pattern):
        character = pattern[position]
        position += 1
        if character == "*":
            pieces.append([])
        elif character == "?":
            pieces[-1].append(".")
        elif character == "\\" and position < len(pattern):
            pieces[-1].append(re.escape(pattern[position]))
            position += 1
        elif character == "[" and (bracket := _bracket(pattern, position)) is not None:
            expression, position = bracket
            pieces[-1].append(expression)
        else:
            pieces[-1].append(re.escape(character))
    first, *others = ("".join(piece) for piece in pieces)
    if not others:
        return re.compile(first, re.DOTALL)
    *middle, last = others
    between = "".join(f"(?>.*?{piece})" for piece in middle if piece)
    return re.compile(f"{first}{between}.*{last}", re.DOTALL)


_CLASSES = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9",
    "lower": "a-z",
    "upper": "A-Z",
    "space": " \\t\\n\\r\\f\\v",
    "punct": "!-/:-@\\[-`{-~",
    "xdigit": "0-9a-fA-F",
}


def _bracket(pattern: str, position: int) -> tuple[str, int] | None:
    """Translate ``[…]``, ``position`` being behind the bracket; None when it isn't closed."""
    match = re.compile(r"([!^]?)(\]?(?:\[:\w+:\]|[^\]])*)\]").match(pattern, position)
    if match is None:
        return None
    body = re.sub(r"([\[\\&~|^])(?!:)", r"\\\1", match[2].replace("\\", ""))
    body = re.sub(r"\[:(\w+):\]", lambda named: _CLASSES.get(named[1], ""), body)
    if body.startswith("]"):
        body = "\\" + body
    try:
        re.compile(f"[{body}]")
    except re.error:
        return "(?!)", match.end()
    return f"[{'^' if match[1] else ''}{body}]", match.end()
