"""The syntax tree: every physical line of a file belongs to exactly one node.

A file is a :class:`Document`. Its nodes stand in file order; a section holds the nodes up to its
closing brace *of the same file*, an include holds the documents that it read. A section may be
closed in another file; what encloses a node, over all files, is its ``parent`` chain.
"""

# Annotations are not postponed here: NamedTuple compiles each one that is a string, at every start.

from enum import StrEnum
from typing import NamedTuple

from dovecot_conf.positions import Piece, Span
from dovecot_conf.source import SourceFile
from dovecot_conf.value import Value


class ValueKind(StrEnum):
    """How the text after ``=`` is to be understood."""

    PLAIN = "plain"
    QUOTED = "quoted"
    FILE = "file"
    VARIABLE = "variable"


class Flaw(Value):
    """Something wrong with a node: the ``rule`` by its readable name, Dovecot's message, a place.

    ``hint`` says what to do when more is known than the rule says itself. ``doubtful``: it depends on the
    machine, which may be another one than that of the server.
    """

    rule: str
    message: str
    span: Span
    hint: str = ""
    doubtful: bool = False


class Document:
    """One file as a tree. ``children`` are its outermost nodes, in file order."""

    __slots__ = ("children", "source")

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.children: list[Node] = []

    @property
    def path(self) -> str:
        """The path of the file."""
        return self.source.path


LineParts = tuple["Document", int, int, str, int, tuple[Piece, ...]]
"""What a logical line is made of: a bare tuple is the quickest to make."""


class LogicalLine(NamedTuple):
    """A line as Dovecot takes it: the physical lines ``first`` to ``last``, joined and trimmed to ``text``.

    ``column`` is where the text starts in its line (from 1); ``pieces`` is only set when the text was
    joined from several lines, else all of it stands on ``last``.
    """

    document: Document
    first: int
    last: int
    text: str
    column: int
    pieces: tuple[Piece, ...]


class Node:
    """A stretch of whole physical lines, ``line`` to ``end_line`` (from 1, both included)."""

    __slots__ = ("document", "end_line", "line", "parent")

    def __init__(self, document: Document, line: int, end_line: int, parent: "Section | None") -> None:
        self.document = document
        self.line = line
        self.end_line = end_line
        self.parent = parent

    @property
    def span(self) -> Span:
        """The lines of the node, from the first to the end of the last."""
        last = self.document.source.lines[self.end_line - 1]
        return Span(self.document.path, self.line, 1, self.end_line, len(last) + 1)

    @property
    def enclosing(self) -> "tuple[Section, ...]":
        """The sections around the node, over all files, the outermost first."""
        sections: list[Section] = []
        section = self.parent
        while section is not None:
            sections.append(section)
            section = section.parent
        return tuple(reversed(sections))


class Blank(Node):
    """A line with nothing in it."""

    __slots__ = ()


class Comment(Node):
    """A line that is a comment."""

    __slots__ = ()


class Fragment(Node):
    """A continued line whose statement isn't here.

    ``lost``: a blank line, a comment or the end of the main file follows, and Dovecot drops the
    text without a word. Otherwise the text continues in the including file.
    """

    __slots__ = ("lost",)

    def __init__(
        self, document: Document, line: int, end_line: int, parent: "Section | None", *, lost: bool
    ) -> None:
        super().__init__(document, line, end_line, parent)
        self.lost = lost


class Statement(Node):
    """A logical line that means something; ``flaws`` are what the reader found wrong with it.

    ``text``, ``column`` and ``pieces`` are those of its :class:`LogicalLine`.
    """

    __slots__ = ("column", "flaws", "pieces", "text")

    def __init__(self, line: LineParts, parent: "Section | None", flaws: tuple[Flaw, ...]) -> None:
        self.document, self.line, self.end_line, self.text, self.column, self.pieces = line
        self.parent = parent
        self.flaws = flaws

    @property
    def logical_line(self) -> LogicalLine:
        """The line that it was made of."""
        return LogicalLine(self.document, self.line, self.end_line, self.text, self.column, self.pieces)

    def place(self, start: int, end: int) -> Span:
        """Return where ``text[start:end]`` stands in the file."""
        if not self.pieces:
            return Span(
                self.document.path, self.end_line, self.column + start, self.end_line, self.column + end
            )
        first, last = self._piece(start), self._piece(max(start, end - 1))
        if first.path != last.path:
            first, start = last, last.offset
        return Span(
            first.path,
            first.line,
            first.column + start - first.offset,
            last.line,
            last.column + end - last.offset,
        )

    def _piece(self, offset: int) -> Piece:
        found = self.pieces[0]
        for piece in self.pieces:
            if piece.offset > offset:
                break
            found = piece
        return found

    @property
    def statement_span(self) -> Span:
        """The statement without the white space and comments around it."""
        return self.place(0, len(self.text))

    @property
    def report_span(self) -> Span:
        """Where Dovecot reports an error of this statement: on its last physical line."""
        start = self.pieces[-1].offset if self.pieces else 0
        return self.place(start, len(self.text))


class Setting(Statement):
    """``key = value``. ``value`` is the text after the rules of its ``kind``: unquoted, or the file
    name behind ``<``, or the text with ``$`` words as written.

    ``value_start`` is the offset in ``text`` of what follows ``=`` and white space.
    """

    __slots__ = ("key", "kind", "value", "value_start")

    def __init__(
        self,
        line: LineParts,
        parent: "Section | None",
        flaws: tuple[Flaw, ...],
        key: str,
        kind: ValueKind,
        value: str,
        value_start: int,
    ) -> None:
        # As in Statement, without another call: most nodes are settings.
        self.document, self.line, self.end_line, self.text, self.column, self.pieces = line
        self.parent = parent
        self.flaws = flaws
        self.key = key
        self.kind = kind
        self.value = value
        self.value_start = value_start

    @property
    def raw(self) -> str:
        """The value as written, with quotes."""
        return self.text[self.value_start :]

    @property
    def key_span(self) -> Span:
        """Where the key stands."""
        start = 1 if self.text.startswith('"') and self.key != self.text[: len(self.key)] else 0
        return self.place(start, start + len(self.key))

    @property
    def value_span(self) -> Span:
        """Where the value stands, with its quotes."""
        return self.place(self.value_start, len(self.text))


class Section(Statement):
    """``word name {`` up to its ``}``.

    ``label`` is set for a group of 2.4: ``group @label name {``. ``quoted``: the name was in double
    quotes, so an empty one counts. ``broken``: the line is an error, and it is only assumed that
    it was meant to open a section. ``end`` is the closing brace if it is in the same file.
    """

    __slots__ = ("broken", "children", "end", "label", "name", "quoted", "word")

    def __init__(  # noqa: PLR0913 - the parts of the line
        self,
        line: LineParts,
        parent: "Section | None",
        flaws: tuple[Flaw, ...],
        word: str,
        name: str,
        *,
        quoted: bool = False,
        label: str = "",
        broken: bool = False,
    ) -> None:
        super().__init__(line, parent, flaws)
        self.word = word
        self.name = name
        self.quoted = quoted
        self.label = label
        self.broken = broken
        self.children: list[Node] = []
        self.end: SectionEnd | None = None


class SectionEnd(Statement):
    """``}``; ``section`` is what it closes, None when nothing is open."""

    __slots__ = ("section",)

    def __init__(
        self, line: LineParts, parent: "Section | None", flaws: tuple[Flaw, ...], section: "Section | None"
    ) -> None:
        super().__init__(line, parent, flaws)
        self.section = section


class Include(Statement):
    """``!include pattern`` or, when ``optional``, ``!include_try pattern``, and the ``documents`` it read."""

    __slots__ = ("documents", "optional", "pattern")

    def __init__(
        self,
        line: LineParts,
        parent: "Section | None",
        flaws: tuple[Flaw, ...],
        pattern: str,
        documents: tuple[Document, ...],
        *,
        optional: bool,
    ) -> None:
        super().__init__(line, parent, flaws)
        self.pattern = pattern
        self.documents = documents
        self.optional = optional


class Invalid(Statement):
    """A line that is none of the above; its flaw says why."""

    __slots__ = ()
