"""What a configuration of nginx or Apache is made of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from dovecot_conf.positions import Span

MAX_DEPTH = 64


class ProxySyntaxError(Exception):
    """A configuration that its server would refuse; ``span`` is where."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


@dataclass(frozen=True, slots=True, eq=False)
class Directive:
    """A directive, or a block with ``children``.

    ``name`` is in lower case, ``args`` are without quotes. ``span`` is the directive without its block.
    """

    name: str
    args: tuple[str, ...]
    span: Span
    children: list[Directive] = field(default_factory=list)

    def named(self, *names: str) -> Iterator[Directive]:
        """Yield the children of these names."""
        return (child for child in self.children if child.name in names)

    @property
    def text(self) -> str:
        """The arguments in one line."""
        return " ".join(self.args)


@dataclass(frozen=True)
class Comment:
    """A comment: its place, its text, and whether it has the line for itself."""

    span: Span
    text: str
    alone: bool


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    """A configuration that was read: the directives at its top level, and its comments."""

    top: Directive
    comments: tuple[Comment, ...]


class Positions:
    """Lines and columns of the offsets of a text."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._starts = [0, *(place + 1 for place, letter in enumerate(text) if letter == "\n")]

    def line(self, offset: int) -> int:
        """Return the line of an offset, from 1."""
        return bisect_right(self._starts, offset)

    def span(self, start: int, end: int) -> Span:
        """Return the place of a stretch of the text."""
        first, last = self.line(start), self.line(end)
        return Span(
            self._path,
            first,
            start - self._starts[first - 1] + 1,
            last,
            end - self._starts[last - 1] + 1,
        )


def below(directive: Directive) -> Iterator[Directive]:
    """Yield everything inside of a directive, in the order of the file."""
    pending = [iter(directive.children)]
    while pending:
        child = next(pending[-1], None)
        if child is None:
            pending.pop()
            continue
        yield child
        pending.append(iter(child.children))
