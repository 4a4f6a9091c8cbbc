"""Where the keys and values of a TOML document stand, which tomllib doesn't tell.

The text must be valid TOML (tomllib has read it): nothing is checked here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""The way to a value: names of keys, and places in arrays from 0."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'',
    re.DOTALL,
)
_PLAIN = re.compile(r"[^,\]}#\n]*")


def positions(text: str) -> Mapping[Path, tuple[int, int]]:
    """Return the line and column, from 1, of each key (the value, in an array) of a valid document."""
    finder = _Finder(text)
    finder.document()
    return {path: _line_and_column(text, offset) for path, offset in finder.found.items()}


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1


class _Finder:
    """Goes through the text; ``found`` has the first place of each path."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._tables: dict[Path, int] = {}
        self.found: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        while self._skip_blank():
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)

    def _skip_blank(self) -> bool:
        match = _BLANK.match(self._text, self._at)
        assert match is not None
        self._at = match.end()
        return self._at < len(self._text)

    def _header(self) -> Path:
        """Read ``[a.b]`` or ``[[a.b]]``; a table in an array is the last one of it."""
        start = self._at
        is_array = self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        path: Path = ()
        for name in self._key():
            path = self._inside((*path, name))
        self._at += 2 if is_array else 1
        if is_array:
            if path and isinstance(path[-1], int):
                path = path[:-1]
            number = self._tables[path] = self._tables.get(path, -1) + 1
            self.found.setdefault(path, start)
            path = (*path, number)
        self.found.setdefault(path, start)
        return path

    def _inside(self, path: Path) -> Path:
        return (*path, self._tables[path]) if path in self._tables else path

    def _key(self) -> list[str]:
        names = []
        while True:
            self._skip_blank()
            match = _BARE_KEY.match(self._text, self._at) or _STRING.match(self._text, self._at)
            assert match is not None
            self._at = match.end()
            quoted = match[0][0] in "\"'"
            names.append(tomllib.loads(f"k = {match[0]}")["k"] if quoted else match[0])
            self._skip_blank()
            if not self._text.startswith(".", self._at):
                return names
            self._at += 1

    def _pair(self, table: Path) -> None:
        start = self._at
        path = table
        for name in self._key():
            path = (*path, name)
            self.found.setdefault(path, start)
        self._at += 1
        self._skip_blank()
        self._value(path)

    def _value(self, path: Path) -> None:
        first = self._text[self._at]
        if first in "[{":
            self._items(path, "]" if first == "[" else "}")
            return
        match = _STRING.match(self._text, self._at) or _PLAIN.match(self._text, self._at)
        assert match is not None
        self._at = match.end()

    def _items(self, path: Path, end: str) -> None:
        self._at += 1
        number = 0
        while self._skip_blank() and self._text[self._at] != end:
            if self._text[self._at] == ",":
                self._at += 1
            elif end == "}":
                self._pair(path)
            else:
                self.found.setdefault((*path, number), self._at)
                self._value((*path, number))
                number += 1
        self._at += 1
