"""Lines that Dovecot makes of other lines, as nodes of their own."""

from __future__ import annotations

from dovecot_conf.positions import Span
from dovecot_conf.tree import Section, SectionEnd, Setting, Statement, ValueKind


class CarriedSetting(Setting):
    """A setting that Dovecot makes of a line that ``written`` is.

    ``outermost``: it is set outside of all filters. ``direct``: Dovecot doesn't compare it with other
    lines. ``silent``: it doesn't say that the value is wrong.
    """

    __slots__ = ("direct", "outermost", "silent", "written")

    def __init__(
        self,
        written: Statement,
        key: str,
        kind: ValueKind,
        value: str,
        *,
        outermost: bool,
        direct: bool,
        silent: bool,
    ) -> None:
        super().__init__(written.logical_line, written.parent, (), key, kind, value, 0)
        self.written = written
        self.outermost = outermost
        self.direct = direct
        self.silent = silent

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
    return CarriedSetting(node, key, kind, value, outermost=outermost, direct=direct, silent=silent)


def opened(node: Statement, word: str, name: str) -> Section:
    """Return the line ``word name {`` in place of ``node``."""
    return Section(node.logical_line, node.parent, (), word, name)


def changed(node: Section, name: str, *, broken: bool = False) -> Section:
    """Return the line of a section with another name, or as one that is an error."""
    section = Section(
        node.logical_line,
        node.parent,
        node.flaws,
        node.word,
        name,
        quoted=node.quoted,
        label=node.label,
        broken=broken or node.broken,
    )
    section.children, section.end = node.children, node.end
    return section


def closed(node: Statement) -> SectionEnd:
    """Return a closing brace in place of ``node``."""
    return SectionEnd(node.logical_line, node.parent, (), None)


def written_key(node: Setting) -> str:
    """Return the key that stands in the file."""
    written = node.written if isinstance(node, CarriedSetting) else node
    return written.key if isinstance(written, Setting) else node.key
