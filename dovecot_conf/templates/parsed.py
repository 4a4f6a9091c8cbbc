"""One file of a template: its tags and chains, and which text they make of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dovecot_conf.lines import find_comment
from dovecot_conf.templates.chains import NONE, Chain, chains
from dovecot_conf.templates.tags import Does, Tag, tags
from dovecot_conf.unknown import is_unknown, stand_in

Chooser = Callable[[int, Chain], int]
"""Gives the branch that is taken of a chain with a number, a negative number for none."""

_ENTRY = re.compile(r"\s*(?P<key>[^={]*?)\s*(?P<sign>[={]|\Z)")


class TemplateLine(NamedTuple):
    """A line as it is to be read.

    ``text`` is None for a line that isn't there. ``left_out``: since it stands in a branch that isn't
    taken. ``known`` is False when some of its statement, which may be continued, isn't known.
    ``key`` is then the setting whose value it is, '' when it is a name.
    """

    number: int
    text: str | None
    left_out: bool = False
    known: bool = True
    key: str = ""

    @property
    def could_be_anything(self) -> bool:
        """Whether not even the name of what is set is known."""
        return self.text is None and not self.known


class TemplateText:
    """The text of a file as a template."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tags: tuple[Tag, ...] = tuple(tags(text))
        self.chains: tuple[Chain, ...] = chains(self._tags)
        visible = _Pieces(text)
        for tag in self._tags:
            if tag.does is not Does.WRITES:
                visible.blank(tag.start, tag.end)
        seen = visible.text()
        self._inline = frozenset(
            number for number, chain in enumerate(self.chains) if self._stands_in_a_line(chain, seen)
        )

    def lines(self, choose: Chooser) -> Iterator[TemplateLine]:
        """Yield the lines as they are when ``choose`` says which branches are taken."""
        left_out = self._left_out(choose)
        written = _Pieces(self._text)
        for number in self._inline:
            written.unknown(self.chains[number].start, self.chains[number].end)
        for start, end in left_out:
            written.blank(start, end)
        for tag in self._tags:
            if tag.does is Does.WRITES:
                written.unknown(tag.start, tag.end)
            else:
                written.blank(tag.start, tag.end)
        yield from _judged(_lines(self._text, written.text(), left_out))

    def _stands_in_a_line(self, chain: Chain, visible: str) -> bool:
        """Tell whether a chain begins or ends amid other text of its line, such as a value."""
        if chain.defines:
            return False
        line = visible.rfind("\n", 0, chain.start) + 1
        if visible[line : chain.start].strip():
            return True
        end = visible.find("\n", chain.end)
        after = visible[chain.end : end if end >= 0 else None]
        return "\n" not in visible[chain.start : chain.end] and bool(after.strip())

    def _left_out(self, choose: Chooser) -> list[tuple[int, int]]:
        """Return the stretches that aren't there, without those inside of others."""
        stretches = []
        there: set[tuple[int, int]] = set()
        for number, chain in enumerate(self.chains):
            if chain.outer is not None and chain.outer not in there:
                continue
            taken = NONE if chain.defines else choose(number, chain)
            there.update((number, branch) for branch in range(len(chain.branches)) if branch == taken)
            if number not in self._inline:
                stretches += [stretch for branch, stretch in enumerate(chain.branches) if branch != taken]
        return stretches


class _Pieces:
    """A text in which stretches are replaced by others that are as long; the first replacement counts."""

    def __init__(self, text: str) -> None:
        self._characters: list[str] = list(text)
        self._done = bytearray(len(text))
        self._source = text

    def blank(self, start: int, end: int) -> None:
        self._put(start, end, " " * (end - start))

    def unknown(self, start: int, end: int) -> None:
        """Put the stand-in; of several lines it stands in the first, the others are blank."""
        first = self._source.find("\n", start, end)
        first = end if first < 0 else first
        self._put(start, end, stand_in(self._source[start:end])[: first - start] + " " * (end - first))

    def _put(self, start: int, end: int, text: str) -> None:
        for offset, character in zip(range(start, end), text, strict=True):
            if not self._done[offset] and self._source[offset] != "\n":
                self._characters[offset] = character
            self._done[offset] = 1

    def text(self) -> str:
        return "".join(self._characters)


def _lines(original: str, written: str, left_out: list[tuple[int, int]]) -> Iterator[TemplateLine]:
    """Yield the lines of the written text; None for those of which nothing is left."""
    pairs = zip(original.split("\n"), written.split("\n"), strict=True)
    position, length = 0, len(original)
    marks = bytearray(length)
    for start, end in left_out:
        marks[start:end] = b"\1" * (end - start)
    for number, (before, after) in enumerate(pairs, 1):
        end = position + len(before)
        if position == length:
            break
        gone = 1 in marks[position:end]
        yield TemplateLine(number, None if before.strip() and not after.strip() else after, gone)
        position = end + 1


def _judged(lines: Iterator[TemplateLine]) -> Iterator[TemplateLine]:
    """Yield the lines with what isn't known of them, statement by statement."""
    waiting: list[TemplateLine] = []
    for line in lines:
        waiting.append(line)
        if line.text is None or _goes_on(line.text):
            continue
        yield from _statement(waiting)
        waiting = []
    yield from _statement(waiting)


def _statement(lines: list[TemplateLine]) -> Iterator[TemplateLine]:
    texts = [line.text for line in lines if line.text is not None]
    if not any(is_unknown(_without_comment(text)) for text in texts):
        yield from lines
        return
    entry = _ENTRY.match(texts[0])
    name, sign = (entry["key"], entry["sign"]) if entry is not None else ("", "")
    key = name if sign == "=" and not is_unknown(name) else ""
    keeps = key or sign == "{" or texts[0].lstrip().startswith("}")
    for line in lines:
        if line.text is None:
            yield line
        elif not keeps:
            yield line._replace(text=None, known=False)
        else:
            yield line._replace(known=False, key=key)


def _goes_on(text: str) -> bool:
    return not text.lstrip().startswith("#") and _without_comment(text).rstrip().endswith("\\")


def _without_comment(text: str) -> str:
    if text.lstrip().startswith("#"):
        return ""
    start = find_comment(text)
    return text if start < 0 else text[:start]
