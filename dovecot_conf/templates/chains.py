"""The conditions and loops of a template: which stretches of its text are there, or aren't."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dovecot_conf.templates.tags import Does, Tag

NONE = -1
"""Stands for the branch that is taken when no condition holds."""


class Chain(NamedTuple):
    """A condition with its branches, or a loop.

    ``start`` and ``end`` are those of all its text, tags included; ``branches`` the stretches between its
    tags. ``otherwise``: the last branch is the one for when no condition holds. ``outer``: the chain and
    the branch it stands in, by their numbers. ``defines``: it is for others to use, and writes nothing here.
    """

    start: int
    end: int
    branches: tuple[tuple[int, int], ...]
    otherwise: bool
    outer: tuple[int, int] | None
    defines: bool = False

    def taken(self, number: int) -> int:
        """Return which branch is taken when the branch ``number`` is wanted, NONE for none."""
        if self.defines:
            return NONE
        if 0 <= number < len(self.branches):
            return number
        return len(self.branches) - 1 if self.otherwise else NONE


def chains(tags: Iterable[Tag]) -> tuple[Chain, ...]:
    """Return the chains of a template; the outer ones stand before those in them.

    A tag that turns or closes nothing counts for nothing, and so does one that nothing closes.
    """
    found: list[Chain | None] = []
    stack: list[_Open] = []
    for tag in tags:
        if tag.does in (Does.OPENS, Does.DEFINES):
            outer = (stack[-1].number, len(stack[-1].branches)) if stack else None
            stack.append(_Open(len(found), tag, outer))
            found.append(None)
        elif not stack:
            continue
        elif tag.does in (Does.TURNS, Does.TURNS_LAST):
            stack[-1].turn(tag)
        elif tag.does is Does.CLOSES:
            opened = stack.pop()
            found[opened.number] = opened.close(tag)
    return _renumbered(found)


class _Open:
    def __init__(self, number: int, tag: Tag, outer: tuple[int, int] | None) -> None:
        self.number = number
        self.branches: list[tuple[int, int]] = []
        self._tag = tag
        self._outer = outer
        self._begin = tag.end
        self._otherwise = False

    def turn(self, tag: Tag) -> None:
        self.branches.append((self._begin, tag.start))
        self._begin = tag.end
        self._otherwise = tag.does is Does.TURNS_LAST

    def close(self, tag: Tag) -> Chain:
        self.branches.append((self._begin, tag.start))
        defines = self._tag.does is Does.DEFINES
        return Chain(self._tag.start, tag.end, tuple(self.branches), self._otherwise, self._outer, defines)


def _renumbered(found: list[Chain | None]) -> tuple[Chain, ...]:
    """Leave out the chains that nothing closes; what stands in them stands outside then."""
    numbers: dict[int, int] = {}
    kept: list[Chain] = []
    for number, chain in enumerate(found):
        if chain is None:
            continue
        outer = chain.outer
        outer = (numbers[outer[0]], outer[1]) if outer is not None and outer[0] in numbers else None
        numbers[number] = len(kept)
        kept.append(chain._replace(outer=outer))
    return tuple(kept)
