"""From files to the syntax tree: lines, statements, includes, nesting of braces.

The reader knows no setting. It finds what is wrong with the text itself and puts it on the node as
a :class:`~dovecot_conf.tree.Flaw`; after an error it goes on with what was most likely meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dovecot_conf import limits
from dovecot_conf.dialects import Dialect
from dovecot_conf.files import Files
from dovecot_conf.grammar import Shape, grammar
from dovecot_conf.lines import Kept, find_comment, unescape
from dovecot_conf.positions import Piece, Span
from dovecot_conf.reading import GrowingTree, Reading
from dovecot_conf.source import SourceFile
from dovecot_conf.tree import (
    Blank,
    Comment,
    Document,
    Flaw,
    Fragment,
    Include,
    Invalid,
    LogicalLine,
    Section,
    Setting,
    ValueKind,
)
from dovecot_conf.view import PLAIN, View

if TYPE_CHECKING:
    from dovecot_conf.includes import Includer

EXPECTING_BRACE = "Expecting '{'"
GARBAGE = "Garbage after '{'"

_KINDS = {kind.value: kind for kind in ValueKind}


class _Input:
    """An open file. Documents of one include are all open until they are read to the end.

    ``depth`` is 1 for the main file and one more for what it includes.
    """

    def __init__(self, document: Document, numbered: Iterator[tuple[int, str]], depth: int) -> None:
        self.document = document
        self.numbered = numbered
        self.depth = depth
        self.begun = False


class TreeReader:
    """Reads one configuration. Not to be used twice."""

    def __init__(self, files: Files, dialect: Dialect, view: View = PLAIN) -> None:
        self._files = files
        self._version = dialect.version
        self._view = view
        self._white = dialect.white
        self._grammar = grammar(dialect.version)
        self._inputs: list[_Input] = []
        self._open_paths: set[str] = set()
        self._kept = Kept()
        self._awaits_brace = False
        self._includer: Includer | None = None

    def read(self, source: SourceFile) -> Reading:
        """Return the tree of ``source`` with all that it includes."""
        document = Document(source)
        self._tree = tree = GrowingTree(document)
        self._enter(document, 1)
        while self._inputs:
            current = self._inputs[-1]
            if not current.begun:
                current.begun = True
                tree.begin(current.document.source)
            for number, raw in current.numbered:
                if self._line(current.document, number, raw):
                    break
            else:
                self._leave(current.document)
        return tree.finish()

    def _enter(self, document: Document, depth: int) -> None:
        self._open_paths.add(document.path)
        self._inputs.append(_Input(document, self._view.lines(document.source), depth))

    def _leave(self, document: Document) -> None:
        self._inputs.pop()
        self._open_paths.discard(document.path)
        kept = self._kept
        if kept.first_line is not None:
            last, lost = document.source.line_count, not self._inputs
            section = self._tree.innermost
            self._tree.append(document, Fragment(document, kept.first_line, last, section, lost=lost))
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
        line = (document, first, number, text, column, pieces)
        if len(text) > limits.MAX_LINE:
            self._too_long(LogicalLine(*line))
            return False
        shape, match = self._grammar.parse(text)
        if shape is Shape.SETTING:
            self._awaits_brace = False
            tree = self._tree
            tree.append(document, Setting(line, tree.innermost, tree.take_flaws(), *_assignment(match)))
            return False
        return self._statement(LogicalLine(*line), shape, match)

    def _skip(self, document: Document, number: int, text: str) -> None:
        """Take a blank or comment line; it ends a continuation, whose text is lost."""
        tree = self._tree
        kept = self._kept
        if kept.first_line is not None:
            lost = not kept.is_empty
            section = tree.innermost
            tree.append(document, Fragment(document, kept.first_line, number - 1, section, lost=lost))
        if kept.first_line is not None or not kept.is_empty:
            kept.forget()
        node = (
            Comment(document, number, number, tree.innermost)
            if text
            else Blank(document, number, number, tree.innermost)
        )
        tree.append(document, node)

    def _warn_ambiguous(self, path: str, number: int, column: int) -> None:
        message = (
            f"Configuration file {path} line {number}: Ambiguous '#' character in line, treating it as"
            " comment. Add a space before it to remove this warning."
        )
        span = Span(path, number, column, number, column + 1)
        self._tree.warn(Flaw("ambiguous-comment", message, span))

    def _statement(self, line: LogicalLine, shape: Shape, match: re.Match[str]) -> bool:
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

    def _too_long(self, line: LogicalLine) -> None:
        tree = self._tree
        hint = "write it in several settings, or the value into a file"
        tree.report(line, "reading-limit", f"The line has more than {limits.MAX_LINE} characters", hint)
        tree.append(line.document, Invalid(line, tree.innermost, tree.take_flaws()))

    def _section(self, line: LogicalLine, match: re.Match[str]) -> bool:
        tree = self._tree
        parts = match.groupdict()
        word, name, quoted = parts.get("word"), parts["name"], False
        if word is None:
            word = parts.get("quoted_word") or ("group" if "label" in parts else "")
        if name is None and (name := parts.get("quoted_name")) is not None:
            name, quoted = unescape(name), True
        garbage = parts["garbage"]
        if garbage:
            tree.report(line, "text-after-brace", GARBAGE)
        opens = garbage.count("}") <= garbage.count("{")
        too_deep = opens and tree.is_full
        if too_deep:
            self._refuse_nesting(line)
        section = Section(
            line,
            tree.innermost,
            tree.take_flaws(),
            word,
            name or "",
            quoted=quoted,
            label=parts.get("label") or "",
            broken=bool(garbage) or too_deep,
        )
        if opens:
            tree.open(section)
        else:
            tree.append(line.document, section)
        return False

    def _refuse_nesting(self, line: LogicalLine) -> None:
        """Report a section that is too deep; one report is enough for those inside of it."""
        if not self._tree.beyond:
            text = f"Sections are nested more than {limits.MAX_NESTING} deep"
            self._tree.report(line, "reading-limit", text, "look for a missing closing brace")

    def _section_end(self, line: LogicalLine) -> bool:
        tree = self._tree
        if tree.innermost is None:
            tree.report(line, "unexpected-closing-brace", "Unexpected '}'")
        tree.close(line)
        return False

    def _bad(self, line: LogicalLine, shape: Shape) -> bool:
        """Report a line that is no statement, and guess whether it opens or closes a section."""
        tree = self._tree
        text = line.text
        message = "Expecting group name" if shape is Shape.NAMELESS_GROUP else EXPECTING_BRACE
        tree.report(line, "missing-section-brace", message)
        if text.endswith("{"):
            word, _, name = text[:-1].partition(" ")
            outer, flaws = tree.innermost, tree.take_flaws()
            section = Section(line, outer, flaws, word, name.strip(), broken=True)
            tree.open(section)
        elif text.startswith("}") and tree.innermost is not None:
            tree.close(line)
        else:
            tree.append(line.document, Invalid(line, tree.innermost, tree.take_flaws()))
            self._awaits_brace = True
        return False

    def _supplied_brace(self, line: LogicalLine) -> bool:
        """Take the ``{`` of a section whose first line was reported already."""
        tree = self._tree
        section = Section(line, tree.innermost, tree.take_flaws(), "", "", broken=True)
        tree.open(section)
        return False

    def _opener(self) -> Includer:
        if self._includer is None:
            from dovecot_conf.includes import Includer  # noqa: PLC0415 - a small configuration is one file

            self._includer = Includer(self._files, self._inputs[0].document.source, self._version, self._view)
        return self._includer

    def _include(self, line: LogicalLine, match: re.Match[str]) -> bool:
        tree = self._tree
        parts = match.groupdict()
        optional = bool(parts["optional"] or parts.get("quoted_optional"))
        base, depth = line.document.path, self._inputs[-1].depth
        documents, problem = self._opener().open(
            parts["pattern"], base, self._open_paths, depth=depth, optional=optional
        )
        if problem is not None:
            tree.report(line, *problem)
        node = Include(
            line,
            tree.innermost,
            tree.take_flaws(),
            parts["pattern"],
            tuple(documents),
            optional=optional,
        )
        tree.append(line.document, node)
        for document in reversed(documents):
            self._enter(document, depth + 1)
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
