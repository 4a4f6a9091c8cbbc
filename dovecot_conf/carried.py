"""Lines that Dovecot makes of other lines, as nodes of their own."""

from __future__ import annotations

from dataclasses import dataclass

from dovecot_conf.positions import Span
from dovecot_conf.tree import Document, Flaw, Piece, Section, SectionEnd, Setting, Statement, ValueKind


@dataclass(slots=True, eq=False)
class CarriedSetting(Setting):
    """A setting that Dovecot makes of a line that ``written`` is.

    ``outermost``: it is set outside of all filters. ``direct``: Dovecot doesn't compare it with other
    lines. ``silent``: it doesn't say that the value is wrong.
    """

    written: Statement
    outermost: bool = False
    direct: bool = True
    silent: bool = False

    @property
    def raw(self) -> str:
        """The value as written in the old line."""
        return self.written.raw if isinstance(self.written, Setting) else self.value

    @property
    def key_span(self) -> Span:
        """Where the old key stands."""
        return self.written.key_span if isinstance(self.written, Setting) else self.written.report_span

    @property
    def value_span(self) -> Span:
        """Where the old value stands."""
        return self.written.value_span if isinstance(self.written, Setting) else self.written.report_span


def carried(
    node: Statement,
    key: str,
    value: str,
    *,
    kind: ValueKind = ValueKind.PLAIN,
    outermost: bool = False,
    direct: bool = True,
    silent: bool = False,
) -> CarriedSetting:
    """Return the setting ``key = value`` in place of ``node``."""
    return CarriedSetting(*_common(node), key, kind, value, 0, node, outermost, direct, silent)


def opened(node: Statement, word: str, name: str) -> Section:
    """Return the line ``word name {`` in place of ``node``."""
    return Section(*_common(node), word, name)


def closed(node: Statement) -> SectionEnd:
    """Return a closing brace in place of ``node``."""
    return SectionEnd(*_common(node), None)


def _common(
    node: Statement,
) -> tuple[Document, int, int, Section | None, str, int, tuple[Piece, ...], tuple[Flaw, ...]]:
    return node.document, node.line, node.end_line, node.parent, node.text, node.column, node.pieces, ()


def written_key(node: Setting) -> str:
    """Return the key that stands in the file."""
    written = node.written if isinstance(node, CarriedSetting) else node
    return written.key if isinstance(written, Setting) else node.key
