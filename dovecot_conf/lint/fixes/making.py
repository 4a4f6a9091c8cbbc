"""Edits of statements, made of the places that the tree knows.

Whoever makes a fix says with these what is to stand where; comments and the layout around stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from dovecot_conf.diagnostics import Applicability, Edit, Fix
from dovecot_conf.lines import find_comment
from dovecot_conf.positions import Span
from dovecot_conf.source import SourceFile
from dovecot_conf.tree import Setting, Statement, ValueKind

INDENT = "  "
CHAIN_GROUP = "chain"
"""The group of the fixes that rename, add or remove drivers."""

_PLAIN = re.compile(r"""[^\s"'#$\\<][^"'#$\\\r\n]*""")


def safe(title: str, *edits: Edit, group: str = "") -> Fix:
    """Return a fix that can be made without asking."""
    return Fix(title, edits, Applicability.SAFE, group)


def unsafe(title: str, *edits: Edit, group: str = "") -> Fix:
    """Return a fix that is a guess, a change of behaviour or a removal."""
    return Fix(title, edits, Applicability.UNSAFE, group)


def before(span: Span, text: str) -> Edit:
    """Return an edit that inserts ``text`` in front of a place."""
    return Edit(Span(span.file, span.line, span.column, span.line, span.column), text)


def behind(span: Span, text: str) -> Edit:
    """Return an edit that inserts ``text`` behind a place."""
    return Edit(Span(span.file, span.end_line, span.end_column, span.end_line, span.end_column), text)


def within_a_line(span: Span) -> bool:
    """Tell whether a place is no more than a part of one line, so that it can be replaced."""
    return span.line == span.end_line and span.line > 0 and span.file != "-o"


def indentation(node: Statement) -> str:
    """Return the white space in front of a statement."""
    line = node.document.source.lines[node.line - 1]
    return line[: len(line) - len(line.lstrip(" \t"))]


def line_end(source: SourceFile) -> str:
    """Return how lines end in a file: as the first one does, with CRLF or LF."""
    return "\r\n" if source.lines and source.lines[0].endswith("\r") else "\n"


def at_end(source: SourceFile, lines: Iterable[str]) -> Edit:
    """Return an edit that adds lines at the end of a file."""
    end, last = line_end(source), source.line_count
    text = "".join(f"{line}{end}" for line in lines)
    if not source.text or source.text.endswith("\n"):
        return Edit(Span(source.path, last + 1, 1, last + 1, 1), text)
    column = len(source.lines[last - 1]) + 1
    return Edit(Span(source.path, last, column, last, column), end + text)


def block(node: Statement, lines: Iterable[str]) -> str:
    """Return lines as they can stand in place of a statement, the first without its indentation."""
    return (line_end(node.document.source) + indentation(node)).join(lines)


def removal(node: Statement) -> Edit | None:
    """Return an edit that takes a statement out: its lines, or the text alone where a comment follows."""
    line = node.document.source.lines[node.end_line - 1]
    comment = find_comment(line)
    if comment < 0:
        return Edit(Span(node.document.path, node.line, 1, node.end_line + 1, 1), "")
    if node.pieces:
        return None
    start = node.statement_span
    return Edit(Span(start.file, start.line, start.column, start.line, comment + 1), "")


def line_before(node: Statement, text: str) -> Edit:
    """Return an edit that inserts a line in front of a statement, as far indented."""
    start = Span(node.document.path, node.line, 1, node.line, 1)
    return Edit(start, indentation(node) + text + line_end(node.document.source))


def line_behind(node: Statement, text: str) -> Edit:
    """Return an edit that inserts a line behind a statement, as far indented."""
    lines = node.document.source.lines
    end = Span(
        node.document.path, node.end_line, 1, node.end_line, len(lines[node.end_line - 1].rstrip("\r")) + 1
    )
    return behind(end, line_end(node.document.source) + indentation(node) + text)


def quoted(node: Setting) -> tuple[Edit, ...]:
    """Return edits that put the value of a setting in double quotes; none where that would change it."""
    span = node.value_span
    if node.kind is ValueKind.QUOTED or not within_a_line(span) or {'"', "\\"} & set(node.raw):
        return ()
    return before(span, '"'), behind(span, '"')


def is_plain(text: str) -> bool:
    """Tell whether a text can be written as a value without quotes and mean itself."""
    return _PLAIN.fullmatch(text) is not None and text == text.strip()


def new_value(node: Setting, text: str) -> Edit | None:
    """Return an edit that gives a setting another value; None where that can't be written in its place."""
    span = node.value_span
    if not within_a_line(span) or not is_plain(text):
        return None
    return Edit(span, f'"{text}"' if node.kind is ValueKind.QUOTED else text)


def new_key(node: Setting, name: str) -> Edit | None:
    """Return an edit that gives a setting another name."""
    span = node.key_span
    return Edit(span, name) if within_a_line(span) and node.key not in ("", name) else None


def renamed(node: Setting | None, name: str, applicability: Applicability, group: str = "") -> Fix | None:
    """Return the fix that gives a setting another name; None for one that is no line of a file."""
    edit = new_key(node, name) if node is not None else None
    return Fix(f"call it {name}", (edit,), applicability, group) if edit is not None and name else None


def replaced(span: Span, old: str, new: str, applicability: Applicability, group: str = "") -> Fix | None:
    """Return the fix that replaces a word, if the place is that of the word and of nothing else."""
    if not new or not within_a_line(span) or span.end_column - span.column != len(old):
        return None
    return Fix(f"write {new}", (Edit(span, new),), applicability, group)
