"""Some of the configurations that a template stands for: which branch, and what of its unknown values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from itertools import islice
from typing import NamedTuple

from dovecot_conf.source import SourceFile
from dovecot_conf.templates.chains import NONE, Chain
from dovecot_conf.templates.parsed import TemplateLine, TemplateText
from dovecot_conf.templates.suffixes import SUFFIXES
from dovecot_conf.unknown import fill
from dovecot_conf.view import View

MAX_SINGLE = 60
"""How many branches are tried by themselves."""

FILLED = {"mail_plugins": " notify push_notification push_notification_lua mail_lua imap_metadata "}
"""What an unknown value is tried with besides nothing: settings whose parts each mean something."""


class Values(Enum):
    """What is done with a setting whose value isn't known."""

    KEPT = auto()
    """a stand-in is its value"""
    LEFT_OUT = auto()
    """it isn't set at all"""
    FILLED = auto()
    """it has all that matters, where that is known"""


class Single(NamedTuple):
    """One branch, that of the chain ``chain`` in the file ``path``."""

    path: str
    chain: int
    branch: int


class Choice(NamedTuple):
    """One configuration of the many: of each chain the branch ``branch``, or ``single`` alone."""

    branch: int = 0
    values: Values = Values.KEPT
    single: Single | None = None


class TemplateView(View):
    """Reads files as one choice has them. What was read is kept: ``read`` are the lines by path."""

    suffixes = SUFFIXES
    tolerant = True

    def __init__(self, texts: dict[str, TemplateText], choice: Choice) -> None:
        self.read: dict[str, dict[int, TemplateLine]] = {}
        self._texts = texts
        self._choice = choice

    def lines(self, source: SourceFile) -> Iterator[tuple[int, str]]:
        """Yield the lines that are there."""
        path = source.path
        if path not in self._texts:
            self._texts[path] = TemplateText(source.text)
        if path not in self.read:
            lines = self._texts[path].lines(lambda number, chain: self._taken(path, number, chain))
            self.read[path] = {line.number: line for line in lines}
        for line in self.read[path].values():
            text = self._text(line)
            if text is not None:
                yield line.number, text

    @property
    def says_all(self) -> bool:
        """Whether no line was read that could be anything."""
        return not any(line.could_be_anything for lines in self.read.values() for line in lines.values())

    def leaves_out(self, path: str, number: int) -> bool:
        """Tell whether a line isn't there since it stands in another branch, or its file wasn't read."""
        line = self.read.get(path, {}).get(number)
        return path in self.read and line is not None and line.left_out

    def knows(self, path: str, first: int, last: int) -> bool:
        """Tell whether everything in some lines is known."""
        lines = self.read.get(path, {})
        return all(line.known for number in range(first, last + 1) if (line := lines.get(number)) is not None)

    def _text(self, line: TemplateLine) -> str | None:
        if line.text is None or not line.key or self._choice.values is Values.KEPT:
            return line.text
        if self._choice.values is Values.LEFT_OUT:
            return None
        words = FILLED.get(line.key.rpartition("/")[2])
        return fill(line.text, words) if words else line.text

    def _taken(self, path: str, number: int, chain: Chain) -> int:
        single = self._choice.single
        if single is None:
            return chain.taken(self._choice.branch)
        if path == single.path:
            wanted: tuple[int, int] | None = (single.chain, single.branch)
            while wanted is not None and wanted[0] != number:
                wanted = self._texts[path].chains[wanted[0]].outer
            if wanted is not None:
                return wanted[1]
        return chain.taken(NONE)


def choices(texts: Mapping[str, TemplateText], *, has_unknown: bool) -> Iterator[Choice]:
    """Yield the choices that are looked at besides the first one."""
    every = [
        (path, number, chain)
        for path, text in texts.items()
        for number, chain in enumerate(text.chains)
        if not chain.defines
    ]
    most = max((len(chain.branches) for _, _, chain in every), default=0)
    for branch in (*range(1, most), *([NONE] if every else [])):
        yield Choice(branch)
    if has_unknown:
        yield Choice(values=Values.LEFT_OUT)
        yield Choice(values=Values.FILLED)
    singles = (
        Choice(NONE, single=Single(path, number, branch))
        for path, number, chain in every
        for branch in range(len(chain.branches))
    )
    if len(every) > 1:
        yield from islice(singles, MAX_SINGLE)
