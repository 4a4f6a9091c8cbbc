"""Dovecot 2.3's settings from the tree: sections as paths, filters as scopes.

Follows ``config_parser_apply_line`` of 2.3.19.1, in expanding mode as the daemons do it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from dovecot_conf.conditions import FILTER_WORDS, UNFILTERED, Condition, ConditionError
from dovecot_conf.evaluate import Problems, Surroundings, report_unclosed, shadow_warning, split_words
from dovecot_conf.names import Kind, SettingName, table
from dovecot_conf.reader import Reading
from dovecot_conf.scopes import Entry
from dovecot_conf.suggestions import Suggestions
from dovecot_conf.tree import Section, SectionEnd, Setting, Statement, ValueKind
from dovecot_conf.value_checks import ValueChecker
from dovecot_conf.versions import Version

FLAT_SECTIONS = frozenset(("plugin", "dict"))
"""Sections that are one flat list of keys, whatever their name."""

_FLAT_PATHS = tuple(f"{word}/" for word in sorted(FLAT_SECTIONS))

UNIQUE_SECTIONS = frozenset(("passdb", "userdb"))
"""Sections of which a name may be used once in a scope."""


class Opened23(NamedTuple):
    """A section that was opened: the path of the section around it, its word, its name, and where."""

    outer: str
    word: str
    name: str
    node: Statement


@dataclass(slots=True, eq=False)
class Scope23:
    """The settings of one condition: values by path (``plugin/foo``, ``service/imap/client_limit``)."""

    condition: Condition
    values: dict[str, Entry] = field(default_factory=dict)
    plugin: dict[str, Entry] = field(default_factory=dict)
    sections: dict[str, Opened23] = field(default_factory=dict)
    opened: Section | None = None


@dataclass(slots=True)
class _Frame:
    """An open section: what its settings are stored in, and under which path.

    ``words`` are the words of the path alone (``service/unix_listener/``), as in the table. ``void``:
    nothing in it counts, because its own line is an error. ``word`` is set for a section that is no
    filter. ``detached``: a filter inside of ``plugin {}``, where no key is known.
    """

    scope: Scope23
    path: str
    outer: _Frame | None
    void: bool = False
    word: str = ""
    detached: bool = False
    words: str = ""


class Evaluator23:
    """Evaluates one tree. ``scopes`` are in the order in which their conditions were first opened."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._table = table(Version.V23)
        self._global = Scope23(UNFILTERED)
        self.scopes = [self._global]
        self.problems = Problems()
        self._frame = _Frame(self._global, "", None)
        self._by_condition = {UNFILTERED: self._global}
        self._seen: dict[str, str] = {}
        self._counter = 0
        self._suggestions = Suggestions(Version.V23)
        self._checker = ValueChecker(Version.V23, self.problems)

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

    def _section(self, node: Section) -> None:
        outer = self._frame
        self._frame = frame = _Frame(
            outer.scope,
            outer.path,
            outer,
            outer.void or node.broken,
            detached=outer.detached,
            words=outer.words,
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
        name = node.name
        if not name:
            name = str(self._counter)
            self._counter += 1
        if frame.path.startswith(_FLAT_PATHS):
            self.problems.report(node, "section-in-list", "Section not allowed here")
            frame.void = True
        elif not frame.path and node.word in FLAT_SECTIONS:
            frame.path = f"{node.word}/"
        elif (known := self._find(frame, node.word)) is None:
            message = f"Unknown setting: {self._open_words()}{node.word}"
            hint = self._suggestions.hint(node.word, frame.words)
            self.problems.report(node, "unknown-section", message, hint=hint)
            frame.void = True
        else:
            path = f"{frame.path}{node.word}/{node.name or f'#{name}'}"
            if known.kind is not Kind.SECTION:
                frame.void = not self._checker.check(node, known, name)
            elif node.word in UNIQUE_SECTIONS and path in frame.scope.sections:
                self.problems.report(node, "duplicate-section", f"{path} already exists")
            if known.auth and frame.scope.condition.is_of_network:
                self._checker.refuse_auth(node, node.word)
            opened = Opened23(frame.path, node.word, node.name, node)
            frame.scope.sections.setdefault(path, opened)
            frame.path, frame.words = f"{path}/", f"{frame.words}{node.word}/"

    def _find(self, frame: _Frame, key: str) -> SettingName | None:
        """Return what a key in a section stands for, None if it stands for nothing there."""
        path, words = frame.path, frame.words
        if not path and "/" not in key:
            return self._table.names.get(key)
        *outer, key = key.split("/")
        for word, name in zip(outer[::2], outer[1::2], strict=False):
            path, words = f"{path}{word}/{name}/", f"{words}{word}/"
        if len(outer) % 2 or (path and not self._exists(frame.scope, path[:-1])):
            return None
        return (self._table.inner if words else self._table.names).get(words + key)

    def _exists(self, scope: Scope23, path: str) -> bool:
        """Return whether a section was opened in this scope, or is there from the start."""
        return path in scope.sections or path in self._table.built_in

    def _setting(self, node: Setting) -> None:
        frame = self._frame
        if frame.void:
            return
        key = node.key
        path = frame.path + key
        self._warn_shadowed(node, path)
        if not path:
            message = "Missing key name ('=' at the beginning of line)"
            self.problems.report(node, "missing-key", message)
            return
        if path.startswith(_FLAT_PATHS) and (frame.detached or path.count("/") > 1):
            message = f"Unknown setting: {self._open_words()}{key}"
            self.problems.report(node, "unknown-list-key", message)
            return
        entry = Entry(path, node.value, node, str(frame.scope.condition) if frame.scope.opened else "")
        unexpanded = node.value
        if node.kind is ValueKind.FILE:
            self._read_file(node, path, entry)
            unexpanded = f"<{node.value}"
        elif node.kind is ValueKind.VARIABLE:
            seen = self._expand(node, entry)
            if seen is None:
                return
            unexpanded = entry.unexpanded = seen
        if path.startswith("plugin/"):
            frame.scope.plugin[path[7:]] = entry
        elif path.startswith(_FLAT_PATHS) or self._is_right(node, entry, unexpanded):
            frame.scope.values[path] = entry

    def _warn_shadowed(self, node: Setting, path: str) -> None:
        if self._frame.outer is None:
            if path in self._seen:
                warning = shadow_warning(node, node.key, self._seen[path])
                self.problems.report(node, "shadowed-global", warning)
        elif path not in self._seen:
            self._seen[path] = f"{node.document.path} line {node.end_line}"

    def _is_right(self, node: Setting, entry: Entry, unexpanded: str) -> bool:
        """Judge the name and the value of a setting; return whether it is one."""
        frame = self._frame
        known = self._find(frame, node.key)
        if known is None:
            old = self._table.obsolete.get(node.key) if not frame.path else None
            if old is None or node.kind not in (ValueKind.PLAIN, ValueKind.QUOTED):
                message = f"Unknown setting: {self._open_words()}{node.key}"
                hint = self._suggestions.hint(node.key, frame.words)
                self.problems.report(node, "unknown-setting", message, hint=hint)
            else:
                place = f"{node.document.path}:{node.end_line}"
                message = f"Obsolete setting in {place}: {old.warning}"
                self.problems.report(node, "obsolete-setting", message)
                self._checker.check(node, old, unexpanded)
            return False
        if known.kind is Kind.SECTION:
            self._open_sections(node, known, unexpanded)
        elif not self._checker.check(node, known, unexpanded, None if entry.path else entry.text):
            return False
        if known.auth and frame.scope.condition.is_of_network:
            self._checker.refuse_auth(node, node.key)
        return True

    def _open_sections(self, node: Setting, known: SettingName, names: str) -> None:
        """Take ``passdb = a b``, which opens sections without anything in them."""
        if known.name in FLAT_SECTIONS:
            return
        for name in re.split("[,\t ]+", names):
            path = f"{self._frame.path}{node.key}/{name}"
            if not name:
                continue
            if node.key in UNIQUE_SECTIONS and path in self._frame.scope.sections:
                self.problems.report(node, "duplicate-section", f"{path} already exists")
            opened = Opened23(self._frame.path, node.key, name, node)
            self._frame.scope.sections.setdefault(path, opened)

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

    def _expand(self, node: Setting, entry: Entry) -> str | None:
        """Expand the ``$`` words of a value.

        Returns the text as ``doveconf -n`` sees it, with references to the key itself expanded only;
        None when even doveconf -n refuses it.
        """
        expanded, unexpanded = [], []
        for word, separator in split_words(node.value, " \t"):
            value, name = word, word[1:]
            self_reference = word.startswith("$") and name == node.key
            if name.startswith("ENV:") and word.startswith("$"):
                value = self._surroundings.environ.get(name[4:], "")
            elif word.startswith("$"):
                found = self._look_up(name, self_reference=self_reference)
                if found is None:
                    listed = self._table.names.get(name)
                    section = listed is not None and listed.kind is Kind.SECTION
                    text = f"{'Invalid' if section else 'Unknown'} variable: ${name}"
                    rule = "unknown-self-reference" if self_reference else "unknown-variable"
                    self.problems.report(node, rule, text)
                    if self_reference:
                        return None
                    found = word
                value = found
            expanded += [value, separator]
            unexpanded += [value if self_reference else word, separator]
        entry.text = "".join(expanded)
        return "".join(unexpanded)

    def _look_up(self, name: str, *, self_reference: bool) -> str | None:
        """Return the value of a real setting at this line; None for what is no plain setting."""
        frame: _Frame | None = self._frame
        while frame is not None:
            entry = frame.scope.values.get(name)
            if entry is not None and "/" not in name:
                return self._surroundings.content(entry.path) if entry.path else entry.text
            frame = frame.outer if self_reference else None
        known = self._table.names.get(name)
        if known is None or known.kind is Kind.SECTION:
            return None
        return known.default
