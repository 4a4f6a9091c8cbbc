"""From files to the syntax tree: lines, statements, includes, nesting of braces.

The reader knows no setting. It finds what is wrong with the text itself and puts it on the node as
a :class:`~dovecot_conf.tree.Flaw`; after an error it goes on with what was most likely meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from dovecot_conf.dialects import Dialect
from dovecot_conf.files import Files
from dovecot_conf.grammar import Shape, grammar
from dovecot_conf.includes import Includer
from dovecot_conf.lines import Kept, find_comment, unescape
from dovecot_conf.positions import Span
from dovecot_conf.source import SourceFile
from dovecot_conf.tree import (
    Blank,
    Comment,
    Document,
    Flaw,
    Fragment,
    Include,
    Invalid,
    Node,
    Piece,
    Section,
    SectionEnd,
    Setting,
    Statement,
    ValueKind,
)

EXPECTING_BRACE = "Expecting '{'"
GARBAGE = "Garbage after '{'"

_KINDS = {kind.value: kind for kind in ValueKind}


@dataclass(slots=True)
class Reading:
    """What the reader hands on: the tree of the main file, and all nodes in reading order.

    ``unclosed`` are the sections that no brace closes, the outermost first; ``flaws`` are those of
    text at the end that became no node.
    """

    document: Document
    nodes: list[Node] = field(default_factory=list)
    sources: list[SourceFile] = field(default_factory=list)
    unclosed: list[Section] = field(default_factory=list)
    flaws: tuple[Flaw, ...] = ()


@dataclass(slots=True)
class _Input:
    """An open file. Documents of one include are all open until they are read to the end."""

    document: Document
    numbered: Iterator[tuple[int, str]]
    begun: bool = False


class TreeReader:
    """Reads one configuration. Not to be used twice."""

    def __init__(self, files: Files, dialect: Dialect) -> None:
        self._includer = Includer(files)
        self._white = dialect.white
        self._grammar = grammar(dialect.version)
        self._inputs: list[_Input] = []
        self._open_paths: set[str] = set()
        self._kept = Kept()
        self._flaws: list[Flaw] = []
        self._open: Section | None = None
        self._awaits_brace = False

    def read(self, source: SourceFile) -> Reading:
        """Return the tree of ``source`` with all that it includes."""
        self._reading = Reading(Document(source))
        self._enter(self._reading.document)
        while self._inputs:
            current = self._inputs[-1]
            if not current.begun:
                current.begun = True
                self._reading.sources.append(current.document.source)
            for number, raw in current.numbered:
                if self._line(current.document, number, raw):
                    break
            else:
                self._leave(current.document)
        section = self._open
        while section is not None:
            self._reading.unclosed.insert(0, section)
            section = section.parent
        self._reading.flaws = self._take_flaws()
        return self._reading

    def _enter(self, document: Document) -> None:
        self._open_paths.add(document.path)
        self._inputs.append(_Input(document, iter(enumerate(document.source.lines, 1))))

    def _leave(self, document: Document) -> None:
        self._inputs.pop()
        self._open_paths.discard(document.path)
        kept = self._kept
        if kept.first_line is not None:
            last, lost = len(document.source.lines), not self._inputs
            self._append(document, Fragment(document, kept.first_line, last, self._open, lost))
            kept.first_line = None

    def _line(self, document: Document, number: int, raw: str) -> bool:
        """Take one physical line; return whether it opened other files."""
        white = self._white
        if "\0" in raw:
            raw = raw[: raw.index("\0")]
        raw = raw.removesuffix("\r")
        text = raw.lstrip(white)
        if not text or text[0] == "#":
            self._skip(document, number, text)
            return False
        column = len(raw) - len(text) + 1
        if "#" in text and (comment := find_comment(text)) >= 0:
            if text[comment - 1] not in white:
                self._warn_ambiguous(document.path, number, column + comment)
            text = text[:comment]
        text = text.rstrip(white)
        kept = self._kept
        if text.endswith("\\"):
            kept.add(text[:-1].rstrip(white), document.path, number, column)
            return False
        first = number
        pieces: tuple[Piece, ...] = ()
        if kept.first_line is not None or not kept.is_empty:
            first = kept.first_line or number
            if not kept.is_empty:
                text, pieces = kept.join(text, document.path, number, column)
            kept.forget()
        shape, match = self._grammar.parse(text)
        if shape is Shape.SETTING:
            self._awaits_brace = False
            section, flaws = self._open, self._take_flaws()
            assignment = _assignment(match)
            node = Setting(document, first, number, section, text, column, pieces, flaws, *assignment)
            self._append(document, node)
            return False
        return self._statement(_Line(document, first, number, text, column, pieces), shape, match)

    def _skip(self, document: Document, number: int, text: str) -> None:
        """Take a blank or comment line; it ends a continuation, whose text is lost."""
        kept = self._kept
        if kept.first_line is not None:
            lost = not kept.is_empty
            self._append(document, Fragment(document, kept.first_line, number - 1, self._open, lost))
        if kept.first_line is not None or not kept.is_empty:
            kept.forget()
        node = (
            Comment(document, number, number, self._open)
            if text
            else Blank(document, number, number, self._open)
        )
        self._append(document, node)

    def _warn_ambiguous(self, path: str, number: int, column: int) -> None:
        message = (
            f"Configuration file {path} line {number}: Ambiguous '#' character in line, treating it as"
            " comment. Add a space before it to remove this warning."
        )
        span = Span(path, number, column, number, column + 1)
        self._flaws.append(Flaw("ambiguous-comment", message, span))

    def _append(self, document: Document, node: Node) -> None:
        """Put a node behind the others of its file, inside the open section of the same file."""
        self._reading.nodes.append(node)
        section = self._open
        while section is not None and section.document is not document:
            section = section.parent
        (document.children if section is None else section.children).append(node)

    def _statement(self, line: _Line, shape: Shape, match: re.Match[str]) -> bool:
        """Take a logical line that is no setting; return whether it opened other files."""
        if self._awaits_brace:
            self._awaits_brace = False
            if line.text == "{":
                return self._supplied_brace(line)
        if shape is Shape.SECTION_END:
            return self._section_end(line)
        if shape is Shape.INCLUDE:
            return self._include(line, match)
        if shape in (Shape.SECTION, Shape.GROUP):
            return self._section(line, match)
        return self._bad(line, shape)

    def _take_flaws(self) -> tuple[Flaw, ...]:
        if not self._flaws:
            return ()
        flaws = tuple(self._flaws)
        self._flaws.clear()
        return flaws

    def _section(self, line: _Line, match: re.Match[str]) -> bool:
        parts = match.groupdict()
        word, name, quoted = parts.get("word"), parts["name"], False
        if word is None:
            word = parts.get("quoted_word") or ("group" if "label" in parts else "")
        if name is None and (name := parts.get("quoted_name")) is not None:
            name, quoted = unescape(name), True
        garbage = parts["garbage"]
        if garbage:
            self._flaw(line, "text-after-brace", GARBAGE)
        section = Section(
            *line.common(self._open, self._take_flaws()),
            word,
            name or "",
            quoted,
            parts.get("label") or "",
            bool(garbage),
        )
        self._append(line.document, section)
        if garbage.count("}") <= garbage.count("{"):
            self._open = section
        return False

    def _section_end(self, line: _Line) -> bool:
        section = self._open
        if section is None:
            self._flaw(line, "unexpected-closing-brace", "Unexpected '}'")
        node = SectionEnd(*line.common(section, self._take_flaws()), section)
        self._close(line.document, node)
        return False

    def _close(self, document: Document, node: SectionEnd) -> None:
        section = node.section
        if section is None:
            self._append(document, node)
            return
        node.parent = self._open = section.parent
        if section.document is document:
            section.end = node
            self._reading.nodes.append(node)
        else:
            self._append(document, node)

    def _flaw(self, line: _Line, rule: str, message: str) -> None:
        span = Statement(*line.common(None, ())).report_span
        self._flaws.append(Flaw(rule, message, span))

    def _bad(self, line: _Line, shape: Shape) -> bool:
        """Report a line that is no statement, and guess whether it opens or closes a section."""
        text = line.text
        message = "Expecting group name" if shape is Shape.NAMELESS_GROUP else EXPECTING_BRACE
        self._flaw(line, "missing-section-brace", message)
        if text.endswith("{"):
            word, _, name = text[:-1].partition(" ")
            common = line.common(self._open, self._take_flaws())
            section = Section(*common, word, name.strip(), broken=True)
            self._append(line.document, section)
            self._open = section
        elif text.startswith("}") and self._open is not None:
            self._close(line.document, SectionEnd(*line.common(self._open, self._take_flaws()), self._open))
        else:
            self._append(line.document, Invalid(*line.common(self._open, self._take_flaws())))
            self._awaits_brace = True
        return False

    def _supplied_brace(self, line: _Line) -> bool:
        """Take the ``{`` of a section whose first line was reported already."""
        section = Section(*line.common(self._open, self._take_flaws()), "", "", broken=True)
        self._append(line.document, section)
        self._open = section
        return False

    def _include(self, line: _Line, match: re.Match[str]) -> bool:
        parts = match.groupdict()
        optional = bool(parts["optional"] or parts.get("quoted_optional"))
        base = line.document.path
        documents, problem = self._includer.open(parts["pattern"], base, self._open_paths, optional)
        if problem is not None:
            self._flaw(line, *problem)
        node = Include(
            *line.common(self._open, self._take_flaws()), parts["pattern"], optional, tuple(documents)
        )
        self._append(line.document, node)
        for document in reversed(documents):
            self._enter(document)
        return bool(documents)


def _assignment(match: re.Match[str]) -> tuple[str, ValueKind, str, int]:
    """Return the key of a setting, the kind of its value, the value and where it starts."""
    key = match["key"]
    if key is None:
        key = match["quoted_key"]
    group = match.lastgroup or "plain"
    value, start = match[group], match.start(group)
    if group == "quoted":
        value = unescape(value[1:-1])
    elif group == "file":
        start = match.string.rindex("<", 0, start)
    return key, _KINDS[group], value, start


@dataclass(slots=True)
class _Line:
    """A logical line and where it stands."""

    document: Document
    first: int
    last: int
    text: str
    column: int
    pieces: tuple[Piece, ...]

    def common(
        self, parent: Section | None, flaws: tuple[Flaw, ...]
    ) -> tuple[Document, int, int, Section | None, str, int, tuple[Piece, ...], tuple[Flaw, ...]]:
        """Return the fields that every statement starts with."""
        return (
            self.document,
            self.first,
            self.last,
            parent,
            self.text,
            self.column,
            self.pieces,
            flaws,
        )
