"""The MIME parts of a message, found as Dovecot finds them: RFC 2046 with a tolerant eye."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from dovecot_conf.versions import Version
from mailstore.header_fields import read_header
from mailstore.rfc822 import ContentType, parse_content_type

_MAX_NESTED_PARTS = 100
_MAX_PARTS = 10000
_MAX_BOUNDARY = 80
_MAX_BOUNDARY_LINE = _MAX_BOUNDARY + 4


@dataclass(eq=False, slots=True)
class Part:
    """A part of a message: where it starts and ends, header included, and what is in it.

    ``content_type`` is None without a Content-Type field, and of an empty type for a broken one.
    """

    start: int
    end: int = 0
    content_type: ContentType | None = None
    children: list[Part] = field(default_factory=list)


def first_content_type(values: Iterator[bytes], version: Version) -> ContentType | None:
    """Read the first of a header's Content-Type values: it counts, later ones don't."""
    return next((parse_content_type(value, version) for value in values), None)


def find_text_part(part: Part) -> Part | None:
    """Choose the part a snippet is made of; None if there is no text (Dovecot 2.3.19.1).

    Text, and a part without a Content-Type, is taken as it is. Of multipart/alternative the first
    text/plain among the direct children is taken, else the last text/html, else the last other
    text. Any other multipart gives what its first fruitful child gives.
    """
    kind = part.content_type
    if kind is None or kind.type == "text":
        return part
    if kind.type != "multipart":
        return None
    if kind.subtype != "alternative":
        return next((found for child in part.children if (found := find_text_part(child))), None)
    best: dict[bool, Part] = {}
    for child in part.children:
        if child.content_type is None or child.content_type.is_("text/plain"):
            return child
        if child.content_type.type == "text":
            best[child.content_type.subtype == "html"] = child
    return best.get(True, best.get(False))


def parse_parts(data: bytes, version: Version = Version.V23) -> Part:
    """Parse a message into its parts and return the outermost one.

    At most 100 levels and 10000 parts are told apart, as in Dovecot; what is deeper or later
    belongs to the body of the part it stands in. Time grows with the size of ``data`` only.
    """
    return _PartsParser(data, version).parse()


@dataclass(frozen=True, eq=False, slots=True)
class _Boundary:
    text: bytes
    depth: int


class _Node:
    """A step along boundaries: where the next byte leads, and what ends here."""

    __slots__ = ("here", "next")

    def __init__(self) -> None:
        self.next: dict[int, _Node] = {}
        self.here: list[_Boundary] = []


class _PartsParser:
    """Walks through the boundary lines; ``path`` leads from the message to the current part."""

    def __init__(self, data: bytes, version: Version) -> None:
        self.data = data
        self.version = version
        self.path = [Part(0)]
        self.boundaries = _Boundaries()
        self.parts = 1

    def parse(self) -> Part:
        position = self._read_part(0)
        while (line := self._next_boundary_line(position)) is not None:
            boundary, start = line
            self._leave_parts_below(boundary.depth, self._end_before(start))
            after = self.data.find(b"\n", start)
            position = len(self.data) if after < 0 else after + 1
            is_last = self.data.startswith(b"--", start + 2 + len(boundary.text))
            self.boundaries.leave(boundary, is_last=is_last)
            if not is_last and after >= 0:
                position = self._begin_part(position)
        message = self.path[0]
        self._leave_parts_below(0, len(self.data))
        return message

    def _begin_part(self, position: int) -> int:
        part = Part(position)
        self.path[-1].children.append(part)
        self.path.append(part)
        self.parts += 1
        return self._read_part(position)

    def _read_part(self, position: int) -> int:
        """Read the header of the newest part, and of messages in it; return where the body starts."""
        while True:
            line = self._next_boundary_line(position)
            header = read_header(self.data, position, line[1] if line else len(self.data))
            position = header.body
            part = self.path[-1]
            part.content_type = kind = first_content_type(header.values(b"Content-Type"), self.version)
            nested_too_deep = len(self.path) >= _MAX_NESTED_PARTS
            if kind is not None and kind.type == "multipart":
                text = kind.parameter("boundary")
                if text is not None and header.closed and not nested_too_deep:
                    self.boundaries.push(_Boundary(text[:_MAX_BOUNDARY], len(self.path)))
                return position
            if not self._holds_message(part) or nested_too_deep or self.parts >= _MAX_PARTS:
                return position
            inner = Part(position)
            part.children.append(inner)
            self.path.append(inner)
            self.parts += 1

    def _holds_message(self, part: Part) -> bool:
        if part.content_type is not None:
            return part.content_type.is_("message/rfc822")
        parent = self.path[-2].content_type if len(self.path) > 1 else None
        return parent is not None and parent.is_("multipart/digest")

    def _leave_parts_below(self, depth: int, end: int) -> None:
        for part in self.path[depth:]:
            part.end = max(part.start, end)
        del self.path[depth:]

    def _end_before(self, line_start: int) -> int:
        """Return the end of the text in front of a boundary line: the line end isn't part of it."""
        return line_start - (2 if self.data.endswith(b"\r\n", 0, line_start) else 1)

    def _next_boundary_line(self, position: int) -> tuple[_Boundary, int] | None:
        """Find the next line at or behind ``position``, the start of a later line, that is a boundary."""
        if not self.boundaries:
            return None
        beginning = self.boundaries.line_beginning()
        if self.parts >= _MAX_PARTS:
            return None
        for line in beginning.finditer(self.data, max(position - 1, 0)):
            boundary = self._boundary_at(line.start() + 1)
            if boundary is not None:
                return boundary, line.start() + 1
        return None

    def _boundary_at(self, line_start: int) -> _Boundary | None:
        """Return the boundary that the line begins with: the longest, of equals the innermost."""
        if not self.boundaries or self.parts >= _MAX_PARTS or not self.data.startswith(b"--", line_start):
            return None
        start = line_start + 2
        matching = self.boundaries.beginning(self.data, start)
        if not matching:
            return None
        line, newline, _ = self.data[start : start + _MAX_BOUNDARY_LINE].partition(b"\n")
        exact = line.removesuffix(b"\r") if newline else line
        matching = [boundary for boundary in matching if exact.startswith(boundary.text)]
        whole = [b for b in matching if b.text in (exact, exact.removesuffix(b"--"))]
        if whole:
            return max(whole, key=lambda boundary: boundary.depth)
        return max(matching, key=lambda boundary: (len(boundary.text), boundary.depth), default=None)


class _Boundaries:
    """The boundaries in force, found in one walk along a line however many there are."""

    def __init__(self) -> None:
        self._stack: list[_Boundary] = []
        self._root = _Node()

    def __bool__(self) -> bool:
        return bool(self._stack)

    def push(self, boundary: _Boundary) -> None:
        """Add the boundary of an inner part."""
        self._stack.append(boundary)
        node = self._root
        for byte in boundary.text:
            node = node.next.setdefault(byte, _Node())
        node.here.append(boundary)

    def leave(self, boundary: _Boundary, *, is_last: bool) -> None:
        """Drop the boundaries inside of ``boundary``, and itself after its last line."""
        while self._stack[-1] is not boundary:
            self._pop()
        if is_last:
            self._pop()

    def beginning(self, data: bytes, position: int) -> list[_Boundary]:
        """Return the boundaries that ``data`` begins with at ``position``."""
        node, found = self._root, list(self._root.here)
        for byte in data[position : position + _MAX_BOUNDARY]:
            if byte not in node.next:
                break
            node = node.next[byte]
            found += node.here
        return found

    def line_beginning(self) -> re.Pattern[bytes]:
        """Return a pattern for the beginnings of all lines that can be boundary lines, and of few others."""
        node, common = self._root, bytearray()
        while len(node.next) == 1 and not node.here:
            ((byte, node),) = node.next.items()
            common.append(byte)
        following = b"" if node.here else bytes(sorted(node.next))
        return _line_beginning(bytes(common), following)

    def _pop(self) -> None:
        node = self._root
        boundary = self._stack.pop()
        for byte in boundary.text:
            node = node.next[byte]
        node.here.remove(boundary)


@lru_cache
def _line_beginning(common: bytes, following: bytes) -> re.Pattern[bytes]:
    one_of = b"[%b]" % re.escape(following) if following else b""
    return re.compile(rb"\n--%b%b" % (re.escape(common), one_of))
