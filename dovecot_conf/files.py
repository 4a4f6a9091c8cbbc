"""The only door to the file system: read a file, expand a pattern of ``!include``.

Absolute paths inside a configuration are looked up below ``root`` when there is one (a checkout of
``/etc``). Paths in errors and spans are those that were really opened.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MAX_FILE_SIZE = 64 * 1024 * 1024
"""No configuration file is larger; reading stops there, so that a device can't fill the memory."""

_MAX_PATH = 4095
_MAX_BRACE_ALTERNATIVES = 1000
_CHUNK = 1 << 20


class Files(NamedTuple):
    """Reads files for one configuration."""

    root: Path | None = None

    def locate(self, path: str, base: str) -> str:
        """Return the path to open for ``path`` as written in the file ``base``.

        A relative path is joined to the directory of ``base`` as text, as Dovecot does.
        """
        if path.startswith("/"):
            return str(self.root / path.lstrip("/")) if self.root is not None else path
        return base[: base.rfind("/") + 1] + path

    def read(self, path: str) -> bytes:
        """Return the content of a file, at most :data:`MAX_FILE_SIZE` bytes of it.

        A directory is empty, as for Dovecot. Raises OSError as ``open`` does.
        """
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                return b""
            chunks: list[bytes] = []
            size = 0
            while size < MAX_FILE_SIZE and (chunk := os.read(descriptor, _CHUNK)):
                chunks.append(chunk)
                size += len(chunk)
            return b"".join(chunks)[:MAX_FILE_SIZE]
        finally:
            os.close(descriptor)

    def readable(self, path: str) -> None:
        """Raise the OSError that opening ``path`` gives, if any."""
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))

    def is_folder(self, path: str) -> bool:
        """Return whether ``path`` is a directory."""
        return Path(path).is_dir()

    def inside(self, path: str) -> str:
        """Return a path to open as it is written in a configuration."""
        root = str(self.root) if self.root is not None else ""
        return path.removeprefix(root) if path.startswith(f"{root}/") else path

    def glob(self, pattern: str) -> list[str]:
        """Return the paths that match, as C's ``glob`` with braces: byte order within each brace."""
        found: list[str] = []
        for alternative in _braces(pattern):
            if alternative and len(os.fsencode(alternative)) <= _MAX_PATH:
                found.extend(sorted(_matches(alternative), key=os.fsencode))
        return found


def _braces(pattern: str) -> Iterator[str]:
    """Yield the alternatives of ``{a,b}``, which may be nested; an unclosed brace is text."""
    pending, count = [pattern], 0
    while pending and count < _MAX_BRACE_ALTERNATIVES:
        text = pending.pop()
        parts = _first_brace(text)
        if parts is None:
            count += 1
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


def _matches(pattern: str) -> Iterator[str]:
    """Yield what one pattern without braces matches, component by component."""
    magic = _MAGIC.search(pattern)
    if magic is None:
        if os.path.lexists(pattern):
            yield pattern
        return
    literal = pattern.rfind("/", 0, magic.start()) + 1
    pending: list[tuple[str, str]] = [(pattern[:literal], pattern[literal:])]
    while pending:
        found, rest = pending.pop()
        head, slash, rest = rest.partition("/")
        tail = slash + rest[: len(rest) - len(rest.lstrip("/"))]
        rest = rest.lstrip("/")
        for name in _names(found, head):
            path = found + name + tail
            if rest:
                pending.append((path, rest))
            elif os.path.lexists(path):
                yield path


def _names(directory: str, pattern: str) -> Iterator[str]:
    """Yield the names in a directory that one component of a pattern stands for."""
    if not _has_magic(pattern):
        yield re.sub(r"\\(.)", r"\1", pattern)
        return
    matcher = _component(pattern)
    for name in _listing(directory):
        if matcher.fullmatch(name) and (pattern.startswith(".") or not name.startswith(".")):
            yield name


_MAGIC = re.compile(r"[*?\[\\]")


def _listing(directory: str) -> list[str]:
    try:
        return [".", "..", *os.listdir(directory or ".")]  # noqa: PTH208 - names are wanted, as text
    except OSError:
        return []


def _has_magic(text: str) -> bool:
    return re.search(r"(?<!\\)[*?\[]", text) is not None


def _component(pattern: str) -> re.Pattern[str]:
    """Translate one component of a glob pattern."""
    out, position = [], 0
    while position < len(pattern):
        character = pattern[position]
        position += 1
        if character == "*":
            out.append(".*")
        elif character == "?":
            out.append(".")
        elif character == "\\" and position < len(pattern):
            out.append(re.escape(pattern[position]))
            position += 1
        elif character == "[" and (bracket := _bracket(pattern, position)) is not None:
            expression, position = bracket
            out.append(expression)
        else:
            out.append(re.escape(character))
    return re.compile("".join(out), re.DOTALL)


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
