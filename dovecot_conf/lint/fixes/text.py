"""Fixes of the text itself: braces, comments, includes (PN10x)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dovecot_conf.diagnostics import Applicability, Diagnostic, Edit, Fix
from dovecot_conf.lint.fixes.finding import BOTH, SAFE, UNSAFE, Finding, Fixer
from dovecot_conf.lint.fixes.making import (
    INDENT,
    at_end,
    before,
    behind,
    block,
    line_end,
    removal,
    safe,
    unsafe,
    within_a_line,
)
from dovecot_conf.positions import Span
from dovecot_conf.suggestions import STANDS_OUTSIDE
from dovecot_conf.tree import Include, Invalid, Section, SectionEnd, Setting, ValueKind

_INCLUDE = "!include"
_ONE_SETTING = re.compile(r"[^\s={}]+\s*=\s*[^\s={};\"']+")
_SETTING = re.compile(r"[^\s={}]+\s*=[^={};\"']*")
_COMMENT_FOLLOWS = re.compile(r"[ \t]#")
_HEAD = re.compile(r'[^\s={}"]+(?:\s+[^\s={}"]+)?')


def _brace(found: Finding) -> Fix | None:
    """Put the ``{`` of a section where Dovecot looks for it."""
    node, following = found.node, found.following
    text = node.text
    if isinstance(node, Section) and text.endswith("{") and within_a_line(node.statement_span):
        head = text[:-1]
        if head.strip() == head and _HEAD.fullmatch(head):
            return safe("put a space before the brace", before(node.place(len(head), len(text)), " "))
        return None
    if (
        isinstance(node, Invalid)
        and isinstance(following, Section)
        and following.text == "{"
        and _HEAD.fullmatch(text)
    ):
        removed = removal(following)
        if removed is not None:
            return safe("put the brace behind the name", behind(node.statement_span, " {"), removed)
    return None


def _one_line_block(found: Finding) -> Fix | None:
    """Give each setting of a block that is written on one line a line of its own."""
    node = found.node
    if not isinstance(node, Section) or not within_a_line(node.statement_span):
        return None
    head, _, rest = node.text.partition("{")
    closes = rest.endswith("}")
    inside = rest.removesuffix("}").strip()
    if inside and not _SETTING.fullmatch(inside):
        return None
    sure = not inside or _ONE_SETTING.fullmatch(inside) is not None
    lines = [f"{head}{{", *([INDENT + inside] if inside else []), *(["}"] if closes else [])]
    applicability = Applicability.SAFE if sure else Applicability.UNSAFE
    edit = Edit(node.statement_span, block(node, lines))
    return Fix("write it in several lines", (edit,), applicability)


def _closing_brace(found: Finding) -> Fix | None:
    removed = removal(found.node) if isinstance(found.node, SectionEnd) else None
    return unsafe("remove the brace", removed) if removed is not None else None


def _unclosed(found: Finding) -> Fix | None:
    """Close all open sections of the main file, if they were opened there.

    The outermost ends before the first line that stands in it by mistake, the others at the end.
    """
    source = found.configuration.document.source
    places = [item.span for item in found.configuration.problems if item.code == found.diagnostic.code]
    if any(span.column == span.end_column for span in places):
        return None
    opened = sorted({span.line for span in places}, reverse=True)
    lines = (source.lines[line - 1] for line in opened)
    braces = [line[: len(line) - len(line.lstrip(" \t"))] + "}" for line in lines]
    outside = _first_outside(found.configuration.problems, source.path, opened[-1])
    if not outside:
        return unsafe("close it at the end", at_end(source, braces))
    if any(line < outside for line in opened[:-1]):
        return None
    while source.lines[outside - 2].lstrip()[:1] in ("", "#"):
        outside -= 1
    here = Span(source.path, outside, 1, outside, 1)
    edits = [Edit(here, f"{braces[-1]}{line_end(source)}")]
    if len(braces) > 1:
        edits.append(at_end(source, braces[:-1]))
    return unsafe(f"close it before line {outside}", *edits)


def _first_outside(problems: Iterable[Diagnostic], path: str, opened: int) -> int:
    """Return the first line behind an opening one that belongs outside of all sections, 0 for none."""
    return min(
        (
            item.span.line
            for item in problems
            if item.span.file == path and item.span.line > opened and item.hint.endswith(STANDS_OUTSIDE)
        ),
        default=0,
    )


def _comment(found: Finding) -> Fix | None:
    """Part a comment from what it follows, or put a value that has a ``#`` in quotes."""
    span, node = found.diagnostic.span, found.node
    line = node.document.source.lines[span.line - 1].rstrip("\r")
    after = line[span.column :]
    if not after or after[0] in " \t#" or not isinstance(node, Setting):
        return safe("put a space before the comment", before(span, " "))
    if node.kind is not ValueKind.PLAIN or node.pieces or not node.value:
        return None
    start = node.value_span.column - 1
    comment = _COMMENT_FOLLOWS.search(line, span.column)
    value = line[start : comment.start() if comment else len(line)].rstrip()
    if {'"', "'", "\\", "$"} & set(value) or "://" in value:
        return None  # of a URL, what follows is a fragment, which Dovecot takes in none
    place = Span(span.file, span.line, start + 1, span.line, start + len(value) + 1)
    return unsafe("put the value in quotes", before(place, '"'), behind(place, '"'))


def _optional(found: Finding) -> Fix | None:
    node = found.node
    if not isinstance(node, Include) or node.optional or not node.text.startswith(_INCLUDE):
        return None
    return unsafe("use !include_try", behind(node.place(0, len(_INCLUDE)), "_try"))


TEXT_FIXERS = (
    Fixer("PN101", SAFE, _brace),
    Fixer("PN102", BOTH, _one_line_block),
    Fixer("PN103", UNSAFE, _closing_brace),
    Fixer("PN104", UNSAFE, _unclosed),
    Fixer("PN106", BOTH, _comment),
    Fixer("PN107", UNSAFE, _optional),
    Fixer("PN108", UNSAFE, _optional),
)
