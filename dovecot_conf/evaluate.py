"""What both versions share when they work out settings from the tree in reading order."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping

from dovecot_conf import limits
from dovecot_conf.files import Files
from dovecot_conf.limits import LimitError
from dovecot_conf.positions import Span
from dovecot_conf.tree import Document, Flaw, Section, Setting, Statement

_ELSEWHERE = "this holds here, and for a server elsewhere only if the file is missing there, too"


class Surroundings:
    """What an evaluation may ask for besides the tree: files, the environment, file contents.

    ``main`` is the main file.
    """

    def __init__(self, files: Files, environ: Mapping[str, str], main: str = "") -> None:
        self.files = files
        self.environ = environ
        self.main = main
        self._contents: dict[str, str] = {}

    def content(self, path: str) -> str:
        """Return the content of a value file up to a NUL, '' when it can't be read."""
        if path not in self._contents:
            try:
                text = self.files.read(path).decode("utf-8", "surrogateescape")
            except (OSError, LimitError):
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

    def unreadable_flaw(self, key: str, path: str, message: str, span: Span) -> Flaw:
        """Return what is wrong when the value file ``path`` of a setting can't be read."""
        from dovecot_conf.elsewhere import may_be_elsewhere  # noqa: PLC0415 - only where something is wrong

        name = key.rpartition("/")[2]
        missing = self.why_unreadable(path) == os.strerror(errno.ENOENT)
        doubtful = missing and may_be_elsewhere(path, self.main, self.files.root, name)
        return Flaw("unreadable-value-file", message, span, _ELSEWHERE if doubtful else "", doubtful)

    def wrong_value_file(self, path: str) -> str:
        """Return what Dovecot says about ``key = <path`` when it can't read the file, '' when it can."""
        if reason := self.why_unreadable(path):
            return f"Can't open file {path}: {reason}"
        return f"read({path}) failed: {os.strerror(errno.EISDIR)}" if self.files.is_folder(path) else ""


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
    sections = tuple(sections)
    if len(sections) > limits.MAX_NESTING:
        return  # that they are too deep is reported already
    last = max(1, main.source.line_count)
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
