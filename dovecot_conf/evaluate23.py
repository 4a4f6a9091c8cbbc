"""Dovecot 2.3's settings from the tree: sections as paths, filters as scopes.

Follows ``config_parser_apply_line`` of 2.3.19.1, in expanding mode as the daemons do it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dovecot_conf.conditions import FILTER_WORDS, UNFILTERED, Condition, ConditionError
from dovecot_conf.evaluate import Problems, Surroundings, report_unclosed, shadow_warning, split_words
from dovecot_conf.names import Kind, names
from dovecot_conf.reader import Reading
from dovecot_conf.scopes import Entry
from dovecot_conf.tree import Section, SectionEnd, Setting, Statement, ValueKind
from dovecot_conf.versions import Version

FLAT_SECTIONS = frozenset(("plugin", "dict"))
"""Sections that are one flat list of keys, whatever their name."""

_FLAT_PATHS = tuple(f"{word}/" for word in sorted(FLAT_SECTIONS))

UNIQUE_SECTIONS = frozenset(("passdb", "userdb"))
"""Sections of which a name may be used once in a scope."""


@dataclass(slots=True, eq=False)
class Scope23:
    """The settings of one condition: values by path (``plugin/foo``, ``service/imap/client_limit``)."""

    condition: Condition
    values: dict[str, Entry] = field(default_factory=dict)
    plugin: dict[str, Entry] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)
    opened: Section | None = None


@dataclass(slots=True)
class _Frame:
    """An open section: what its settings are stored in, and under which path.

    ``void``: nothing in it counts, because its own line is an error. ``word`` is set for a section
    that is no filter. ``detached``: a filter inside of ``plugin {}``, where no key is known.
    """

    scope: Scope23
    path: str
    outer: _Frame | None
    void: bool = False
    word: str = ""
    detached: bool = False


class Evaluator23:
    """Evaluates one tree. ``scopes`` are in the order in which their conditions were first opened."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._names = names(Version.V23)
        self._global = Scope23(UNFILTERED)
        self.scopes = [self._global]
        self.problems = Problems()
        self._frame = _Frame(self._global, "", None)
        self._by_condition = {UNFILTERED: self._global}
        self._seen: dict[str, str] = {}
        self._counter = 0
        self._nameless_services: list[Section] = []

    def run(self, reading: Reading) -> None:
        """Evaluate all nodes."""
        flaws = self.problems.flaws
        for node in reading.nodes:
            if isinstance(node, Statement):
                if node.flaws:
                    flaws.extend(node.flaws)
                if isinstance(node, Setting):
                    self._setting(node)
                elif isinstance(node, Section):
                    self._section(node)
                elif isinstance(node, SectionEnd) and self._frame.outer is not None:
                    self._frame = self._frame.outer
        flaws.extend(reading.flaws)
        report_unclosed(self.problems, reading)
        for section in self._nameless_services:
            self.problems.report(section, "service-name-missing", "Service #… is missing name")

    def _section(self, node: Section) -> None:
        outer = self._frame
        self._frame = frame = _Frame(
            outer.scope, outer.path, outer, outer.void or node.broken, detached=outer.detached
        )
        if frame.void:
            return
        if node.word in FILTER_WORDS:
            try:
                condition = outer.scope.condition.narrow(node.word, node.name)
            except ConditionError as error:
                self.problems.report(node, error.rule, error.message)
                frame.void = True
                return
            scope = self._by_condition.get(condition)
            if scope is None:
                scope = self._by_condition[condition] = Scope23(condition, opened=node)
                self.scopes.append(scope)
            frame.scope = scope
            frame.detached = frame.path.startswith(_FLAT_PATHS)
        else:
            self._plain_section(node, frame)

    def _plain_section(self, node: Section, frame: _Frame) -> None:
        frame.word = node.word
        if frame.path.startswith(_FLAT_PATHS):
            self.problems.report(node, "section-in-list", "Section not allowed here")
            frame.void = True
        elif not frame.path and node.word in FLAT_SECTIONS:
            frame.path = f"{node.word}/"
        else:
            name = node.name
            if not name:
                if node.word == "service" and not frame.path:
                    self._nameless_services.append(node)
                self._counter += 1
                name = f"#{self._counter}"
            path = f"{frame.path}{node.word}/{name}"
            if node.word in UNIQUE_SECTIONS and path in frame.scope.sections:
                self.problems.report(node, "duplicate-section", f"{path} already exists")
            frame.scope.sections.add(path)
            frame.path = f"{path}/"

    def _setting(self, node: Setting) -> None:
        frame = self._frame
        if frame.void:
            return
        key = node.key
        path = frame.path + key
        if frame.outer is None:
            if path in self._seen:
                warning = shadow_warning(node, key, self._seen[path])
                self.problems.report(node, "shadowed-global", warning)
        elif path not in self._seen:
            self._seen[path] = f"{node.document.path} line {node.end_line}"
        if not path:
            message = "Missing key name ('=' at the beginning of line)"
            self.problems.report(node, "missing-key", message)
            return
        if path.startswith(_FLAT_PATHS) and (frame.detached or path.count("/") > 1):
            message = f"Unknown setting: {self._open_words()}{key}"
            self.problems.report(node, "unknown-list-key", message)
            return
        entry = Entry(path, node.value, node, str(frame.scope.condition) if frame.scope.opened else "")
        if node.kind is ValueKind.FILE:
            self._read_file(node, path, entry)
        elif node.kind is ValueKind.VARIABLE and not self._expand(node, entry):
            return
        if path.startswith("plugin/"):
            frame.scope.plugin[path[7:]] = entry
        else:
            frame.scope.values[path] = entry

    def _open_words(self) -> str:
        words, frame = "", self._frame
        while frame.outer is not None:
            if frame.word:
                words = f"{frame.word} {{ {words}"
            frame = frame.outer
        return words

    def _read_file(self, node: Setting, name: str, entry: Entry) -> None:
        files = self._surroundings.files
        entry.path = files.locate(node.value, node.document.path)
        if reason := self._surroundings.why_unreadable(entry.path):
            message = f"{name}: Can't open file {entry.path}: {reason}"
            self.problems.report(node, "unreadable-value-file", message, node.value_span)

    def _expand(self, node: Setting, entry: Entry) -> bool:
        """Expand the ``$`` words of a value; return False when even doveconf -n refuses them."""
        words = []
        for word, separator in split_words(node.value, " \t"):
            words.append(word if not word.startswith("$") else None)
            if words[-1] is None:
                name = word[1:]
                if name.startswith("ENV:"):
                    words[-1] = self._surroundings.environ.get(name[4:], "")
                else:
                    found = self._look_up(name, self_reference=name == node.key)
                    if found is None:
                        listed = self._names.get(name)
                        section = listed is not None and listed.kind is Kind.SECTION
                        text = f"{'Invalid' if section else 'Unknown'} variable: ${name}"
                        rule = "unknown-self-reference" if name == node.key else "unknown-variable"
                        self.problems.report(node, rule, text)
                        if name == node.key:
                            return False
                        found = word
                    words[-1] = found
            words.append(separator)
        entry.text = "".join(word for word in words if word)
        return True

    def _look_up(self, name: str, *, self_reference: bool) -> str | None:
        """Return the value of a real setting at this line; None for what is no plain setting."""
        frame: _Frame | None = self._frame
        while frame is not None:
            entry = frame.scope.values.get(name)
            if entry is not None and "/" not in name:
                return self._surroundings.content(entry.path) if entry.path else entry.text
            frame = frame.outer if self_reference else None
        known = self._names.get(name)
        if known is None or known.kind is Kind.SECTION:
            return None
        return known.default
