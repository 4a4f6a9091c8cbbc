"""What both versions share when they work out settings from the tree in reading order."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dovecot_conf.files import Files
from dovecot_conf.positions import Span
from dovecot_conf.tree import Document, Flaw, Section, Setting, Statement


@dataclass(slots=True)
class Surroundings:
    """What an evaluation may ask for besides the tree: files, the environment, file contents."""

    files: Files
    environ: Mapping[str, str]
    _contents: dict[str, str] = field(default_factory=dict)

    def content(self, path: str) -> str:
        """Return the content of a value file up to a NUL, '' when it can't be read."""
        if path not in self._contents:
            try:
                text = self.files.read(path).decode("utf-8", "surrogateescape")
            except OSError:
                text = ""
            self._contents[path] = text.partition("\0")[0]
        return self._contents[path]

    def why_unreadable(self, path: str) -> str:
        """Return why a value file can't be opened, '' when it can."""
        try:
            self.files.readable(path)
        except OSError as error:
            return os.strerror(error.errno or errno.EIO)
        return ""


class Problems:
    """Collects flaws in reading order.

    Those ``at_end`` are found when the whole configuration has been read; each belongs to a setting,
    and goes away when that is set again.
    """

    def __init__(self) -> None:
        self.flaws: list[Flaw] = []
        self.at_end: dict[tuple[int, str], Flaw] = {}

    def report(
        self, node: Statement, rule: str, message: str, span: Span | None = None, hint: str = ""
    ) -> None:
        """Add a flaw of ``node``, at the line where Dovecot reports it."""
        self.flaws.append(Flaw(rule, message, span or node.report_span, hint))


def report_unclosed(problems: Problems, main: Document, sections: Iterable[Section]) -> None:
    """Report the sections that are open at the end, the innermost (Dovecot's only one) first.

    Dovecot names the main file; where the section was opened in another one, the end of the main
    file is the place.
    """
    last = max(1, len(main.source.lines))
    end = Span(main.path, last, 1, last, 1)
    for section in sections:
        message = f"Missing '}}' (section started at {section.document.path}:{section.end_line})"
        span = section.report_span if section.document is main else end
        problems.report(section, "unclosed-section", message, span)


def shadow_warning(node: Setting, key: str, first: str) -> str:
    """Return Dovecot's warning that a global setting comes after a filter that set it at ``first``."""
    return (
        f"{node.document.path} line {node.end_line}: Global setting {key} won't change the setting"
        f" inside an earlier filter at {first} (if this is intentional, avoid this warning by moving"
        f" the global setting before {first})"
    )


def split_words(text: str, white: str) -> list[tuple[str, str]]:
    """Split a value as ``$`` look-ups do: a word ends at a *space*, white space after it is skipped.

    Returns each word with what is put behind it: one space, or nothing after the last.
    """
    words = []
    while True:
        word, space, rest = text.partition(" ")
        words.append((word, space))
        if not space:
            return words
        text = rest.lstrip(white)
