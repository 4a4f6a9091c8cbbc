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
    """Return what is before the first brace, its alternatives, and what is behind it; None without one."""
    start = _first_open(text)
    parts, begin = [], start + 1
    while start >= 0:
        end = _end_of_alternative(text, begin)
        if end is None:
            return None
        parts.append(text[begin:end])
        if text[end] == "}":
            return text[:start], parts, text[end + 1 :]
        begin = end + 1
    return None


def _first_open(text: str) -> int:
    if "{" not in text:
        return -1
    match = _BEFORE_OPEN.match(text)
    assert match is not None
    return match.end() if text.startswith("{", match.end()) else -1


_BEFORE_OPEN = re.compile(r"(?:[^{\\]++|\\.?)*", re.DOTALL)
"""Everything before the first brace without a backslash before it."""


def _end_of_alternative(text: str, position: int) -> int | None:
    """Return where the comma or the brace behind an alternative is; None when there is none."""
    depth = 0
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 1
        elif not depth and character in ",}":
            return position
        else:
            depth += (character == "{") - (character == "}")
        position += 1
    return None


def _matches(pattern: str, names: _Names, listing: Listing, exists: Exists) -> Iterator[str]:
    """Yield what one pattern without braces matches; with a slash at its end, folders get one too.

    There, a name with signs of a pattern in it only stands for folders.
    """
    pattern = _ESCAPED_SLASH.sub(r"\1/", pattern)
    folder = pattern.rstrip("/")
    if folder in ("", pattern):
        yield from _named(pattern, names, listing, exists)
        return
    plain = _MAGIC.search(folder, folder.rfind("/") + 1) is None
    for path in _named(folder, names, listing, exists):
        if exists(f"{path}/"):
            yield f"{path}/"
        elif plain:
            yield path


def _named(pattern: str, names: _Names, listing: Listing, exists: Exists) -> Iterator[str]:
    """Yield what a pattern without braces and slashes at the end matches, component by component."""
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
    if _ENDS_IN_BACKSLASH.search(pattern):
        return
    if not _has_magic(pattern):
        yield re.sub(r"\\(.)", r"\1", pattern)
        return
    matcher = _component(pattern)
    hidden = pattern.removeprefix("\\").startswith(".")
    found = listing(directory)
    names.count(len(found))
    for name in found:
        if matcher.fullmatch(name) and (hidden or not name.startswith(".")):
            yield name


_MAGIC = re.compile(r"[*?\[\\]")
_ESCAPED_SLASH = re.compile(r"(?<!\\)((?:\\\\)*)\\/")
_ENDS_IN_BACKSLASH = re.compile(r"(?<!\\)(?:\\\\)*\\\Z")
"""A backslash with nothing behind it, which matches nothing."""


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
        elif character == "[" and pattern.endswith("-") and len(pattern) > position + 1:
            # A range without an end, in a bracket that isn't closed.
            pieces[-1].append("(?!)")
        else:
            pieces[-1].append(re.escape(character))
    first, *others = ("".join(piece) for piece in pieces)
    if not others:
        return re.compile(first, re.DOTALL)
    *middle, last = others
    # Each piece is found where it comes first: a group that was looked ahead at is not tried elsewhere.
    between = "".join(f"(?=(.*?{piece}))\\{n}" for n, piece in enumerate(filter(None, middle), 1))
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


_NAMED_CLASS = re.compile(r"\[:(\w+):\]")


def _bracket(pattern: str, position: int) -> tuple[str, int] | None:
    """Translate ``[…]``, ``position`` being behind the bracket; None when it isn't closed."""
    negated = pattern[position : position + 1] in ("!", "^")
    begin = position = position + negated
    items: list[str] = []
    while position < len(pattern):
        if pattern[position] == "]" and position > begin:
            return _set_of(items, negated=negated), position + 1
        if (named := _NAMED_CLASS.match(pattern, position)) is not None:
            items.append(_CLASSES.get(named[1], ""))
            position = named.end()
            continue
        first, position = _one_of(pattern, position)
        if pattern.startswith("-", position) and pattern[position + 1 : position + 2] not in ("", "]"):
            last, position = _one_of(pattern, position + 1)
            # A range from a later to an earlier character holds nothing.
            items.append(f"{re.escape(first)}-{re.escape(last)}" if first <= last else "")
        else:
            items.append(re.escape(first))
    return None


def _one_of(pattern: str, position: int) -> tuple[str, int]:
    """Return a character in a bracket, which a backslash may precede, and the position behind it."""
    if pattern[position] == "\\":
        position += 1
    return pattern[position : position + 1], position + 1


def _set_of(items: list[str], *, negated: bool) -> str:
    inside = "".join(items)
    if not inside:
        return "." if negated else "(?!)"
    return f"[{'^' if negated else ''}{inside}]"
