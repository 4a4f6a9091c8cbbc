"""The MIME parts of a message, found as Dovecot finds them: RFC 2046 with a tolerant eye."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

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


class _PartsParser:
    """Walks through the boundary lines; ``path`` leads from the message to the current part."""

    def __init__(self, data: bytes, version: Version) -> None:
        self.data = data
        self.version = version
        self.path = [Part(0)]
        self.boundaries: list[_Boundary] = []
        self.parts = 1

    def parse(self) -> Part:
        position = self._read_part(0)
        while (line := self._next_boundary_line(position)) is not None:
            boundary, start = line
            self._leave_parts_below(boundary.depth, self._end_before(start))
            after = self.data.find(b"\n", start)
            position = len(self.data) if after < 0 else after + 1
            is_last = self.data.startswith(b"--", start + 2 + len(boundary.text))
            kept = self.boundaries.index(boundary) + (not is_last)
            del self.boundaries[kept:]
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
                    self.boundaries.append(_Boundary(text[:_MAX_BOUNDARY], len(self.path)))
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
        needle = b"\n--" + _common_beginning([boundary.text for boundary in self.boundaries])
        found = position - 1
        while self.parts < _MAX_PARTS and (found := self.data.find(needle, found)) >= 0:
            boundary = self._boundary_at(found + 1)
            if boundary is not None:
                return boundary, found + 1
            found += 1
        return None

    def _boundary_at(self, line_start: int) -> _Boundary | None:
        """Return the boundary that the line begins with: the longest, of equals the innermost."""
        data = self.data
        if not self.boundaries or self.parts >= _MAX_PARTS or not data.startswith(b"--", line_start):
            return None
        line, newline, _ = data[line_start + 2 : line_start + 2 + _MAX_BOUNDARY_LINE].partition(b"\n")
        exact = line.removesuffix(b"\r") if newline else line
        matching = [b for b in reversed(self.boundaries) if exact.startswith(b.text)]
        for boundary in matching:
            if boundary.text in (exact, exact.removesuffix(b"--")):
                return boundary
        return max(matching, key=lambda boundary: len(boundary.text), default=None)


def _common_beginning(texts: list[bytes]) -> bytes:
    first, last = min(texts), max(texts)
    different = (i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b)
    return first[: next(different, len(first))]
