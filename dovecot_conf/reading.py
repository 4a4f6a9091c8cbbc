"""The tree while it is read, and what the reader hands on."""

from __future__ import annotations

from collections.abc import Iterable

from dovecot_conf import limits
from dovecot_conf.source import SourceFile
from dovecot_conf.tree import Document, Flaw, LogicalLine, Node, Section, SectionEnd, Statement


class Reading:
    """What the reader hands on: the tree of the main file, and all nodes in reading order.

    ``unclosed`` are the sections that no brace closes, the outermost first; ``flaws`` are those of
    text at the end that became no node.
    """

    def __init__(
        self, document: Document, nodes: Iterable[Node] = (), sources: Iterable[SourceFile] = ()
    ) -> None:
        self.document = document
        self.nodes = list(nodes)
        self.sources = list(sources)
        self.unclosed: list[Section] = []
        self.flaws: tuple[Flaw, ...] = ()


class GrowingTree:
    """The tree of a configuration up to the line that is read, over all files.

    ``innermost`` is the open section that was opened last and not too deep, None for none. Sections
    beyond the limit, ``beyond`` of them, are only counted, so that each finds its closing brace.
    """

    def __init__(self, document: Document) -> None:
        self.innermost: Section | None = None
        self.beyond = 0
        self._depth = 0
        self._flaws: list[Flaw] = []
        self._reading = Reading(document)
        self._nodes = self._reading.nodes

    def append(self, document: Document, node: Node) -> None:
        """Put a node behind the others of its file, inside the open section of the same file."""
        self._nodes.append(node)
        section = self.innermost
        while section is not None and section.document is not document:
            section = section.parent
        (document.children if section is None else section.children).append(node)

    @property
    def is_full(self) -> bool:
        """Whether another section would be too deep."""
        return self._depth >= limits.MAX_NESTING

    def open(self, section: Section) -> None:
        """Append a section, in which the next nodes stand."""
        self.append(section.document, section)
        if self.is_full:
            self.beyond += 1
        else:
            self.innermost = section
            self._depth += 1

    def close(self, line: LogicalLine) -> None:
        """Append the closing brace of the innermost section, or one that closes nothing."""
        section = self._leave()
        document = line.document
        node = SectionEnd(line, self.innermost, self.take_flaws(), section)
        if section is not None and section.document is document:
            section.end = node
            self._nodes.append(node)
        else:
            self.append(document, node)

    def _leave(self) -> Section | None:
        """Leave the innermost section and return it, None if none is open or it was too deep."""
        if self.beyond:
            self.beyond -= 1
            return None
        section = self.innermost
        if section is not None:
            self.innermost = section.parent
            self._depth -= 1
        return section

    def begin(self, source: SourceFile) -> None:
        """Note that the lines of a file come next."""
        self._reading.sources.append(source)

    def warn(self, flaw: Flaw) -> None:
        """Keep a flaw of the line that is read for the node that it will become."""
        self._flaws.append(flaw)

    def report(self, line: LogicalLine, rule: str, message: str, hint: str = "") -> None:
        """Keep a flaw that Dovecot reports at the end of a line."""
        self._flaws.append(Flaw(rule, message, Statement(line, None, ()).report_span, hint))

    def take_flaws(self) -> tuple[Flaw, ...]:
        """Return the flaws for a new node, and forget them."""
        if not self._flaws:
            return ()
        flaws = tuple(self._flaws)
        self._flaws.clear()
        return flaws

    def finish(self) -> Reading:
        """Return the whole tree."""
        section = self.innermost
        while section is not None:
            self._reading.unclosed.append(section)
            section = section.parent
        self._reading.unclosed.reverse()
        self._reading.flaws = self.take_flaws()
        return self._reading
