"""Dovecot 2.3's settings from the tree: sections as paths, filters as scopes.

Follows ``config_parser_apply_line`` of 2.3.19.1, in expanding mode as the daemons do it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dovecot_conf.carried import CarriedSetting, carried, written_key
from dovecot_conf.conditions import FILTER_WORDS, UNFILTERED, ConditionError
from dovecot_conf.evaluate import Problems, Surroundings, report_unclosed, shadow_warning
from dovecot_conf.names import Kind, SettingName, table
from dovecot_conf.old_names23 import OldNames
from dovecot_conf.reading import Reading
from dovecot_conf.scopes import Entry
from dovecot_conf.scopes23 import Frame23, Opened23, Scope23
from dovecot_conf.section_names import FLAT_SECTIONS, UNIQUE_SECTIONS, escaped, name_key
from dovecot_conf.tree import Section, SectionEnd, Setting, Statement, ValueKind
from dovecot_conf.value_checks import ValueChecker
from dovecot_conf.versions import Version

if TYPE_CHECKING:
    from dovecot_conf.dollar_words import DollarWords
    from dovecot_conf.suggestions import Suggestions

_FLAT_PATHS = tuple(f"{word}/" for word in sorted(FLAT_SECTIONS))

_PLUGIN = "plugin/"

_CRASH = "Dovecot crashes on the setting {} opened as a section"


class Evaluator23:
    """Evaluates one tree. ``scopes`` are in the order in which their conditions were first opened."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._table = table(Version.V23)
        self._global = Scope23(UNFILTERED)
        self.scopes = [self._global]
        self.problems = Problems()
        self.is_literal = True
        self._frame = self._outermost = Frame23(self._global)
        self._by_condition = {UNFILTERED: self._global}
        self._seen: dict[str, str] = {}
        self._dollar_words: DollarWords | None = None
        self._suggestions: Suggestions | None = None
        self._counter = 0
        self._checker = ValueChecker(Version.V23, self.problems)
        self._old_names = OldNames(self.problems)

    def _expander(self) -> DollarWords:
        """Return what expands ``$`` words. A cached property would make all other attributes slower."""
        if self._dollar_words is None:
            from dovecot_conf.dollar_words import DollarWords  # noqa: PLC0415 - not all have some

            self._dollar_words = DollarWords(Version.V23, self._surroundings, self.problems, self._default)
        return self._dollar_words

    def run(self, reading: Reading) -> None:
        """Evaluate all nodes."""
        flaws = self.problems.flaws
        for node in reading.nodes:
            if isinstance(node, Statement):
                if node.flaws:
                    flaws.extend(node.flaws)
                frame = self._frame
                lines = None
                if not frame.void:
                    lines = self._old_names.replace(node, frame.old_path, frame.scope.condition)
                if lines is None:
                    self._statement(node)
                else:
                    for line in lines:
                        self._statement(line)
        flaws.extend(reading.flaws)
        report_unclosed(self.problems, reading.document, self._frame.open_sections())

    def _statement(self, node: Statement) -> None:
        if isinstance(node, CarriedSetting):
            self._carried(node)
        elif isinstance(node, Setting):
            self._setting(node)
        elif isinstance(node, Section):
            self._section(node)
        elif isinstance(node, SectionEnd) and self._frame.outer is not None:
            if self._frame.void:
                self._old_names.skip(-1)
            self._frame = self._frame.outer

    def _carried(self, node: CarriedSetting) -> None:
        """Take a setting that an old name has become."""
        frame, flaws = self._frame, self.problems.flaws
        count = len(flaws)
        if node.outermost:
            self._frame = self._outermost
        self._setting(node)
        self._frame = frame
        if node.silent:
            del flaws[count:]

    def _section(self, node: Section) -> None:
        outer = self._frame
        self._frame = frame = Frame23(outer.scope, outer, node)
        frame.void = outer.void or node.broken
        if frame.void:
            self._old_names.skip(1)
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

    def _plain_section(self, node: Section, frame: Frame23) -> None:
        frame.word = node.word
        name = node.name
        if not name:
            name = str(self._counter)
            self._counter += 1
        frame.said += f"{node.word}/{escaped(name)}/"
        if frame.path.startswith(_FLAT_PATHS) and not frame.detached:
            self.problems.report(node, "section-in-list", "Section not allowed here")
            frame.void = True
        elif not frame.path and node.word in FLAT_SECTIONS:
            frame.path, frame.list_name = f"{node.word}/", f"{name}/"
        elif (known := self._find(frame, node.word)) is None:
            self._report_unknown(node, "unknown-section", node.word)
            frame.void = True
        else:
            path = f"{frame.path}{node.word}/{name}"
            if known.kind is not Kind.SECTION:
                frame.void = not self._value_section(node, escaped(name))
            else:
                if node.word in UNIQUE_SECTIONS and path in frame.scope.sections:
                    self.problems.report(node, "duplicate-section", f"{frame.said[:-1]} already exists")
                if known.auth and frame.scope.condition.is_of_network:
                    self._checker.refuse_auth(node, node.word)
                opened = Opened23(frame.path, node.word, node.name, node)
                # Opening a section again sets its name again: one without a name is called by its number.
                first = frame.scope.sections.setdefault(path, opened)
                if first.name != opened.name:
                    frame.scope.sections[path] = first._replace(name=opened.name)
                frame.scope.values.pop(f"{path}/{name_key(node.word)}", None)
            frame.path, frame.words = f"{path}/", f"{frame.words}{node.word}/"

    def _value_section(self, node: Section, name: str) -> bool:
        """Take a section that is a plain setting, whose name is the value; return whether it counts."""
        count = len(self.problems.flaws)
        self._setting(carried(node, node.word, name))
        if len(self.problems.flaws) == count and self._frame.path:
            self.problems.report(node, "dovecot-crash", _CRASH.format(node.word))
        return len(self.problems.flaws) == count

    def _find(self, frame: Frame23, key: str) -> SettingName | None:
        """Return what a key in a section stands for, None if it stands for nothing there."""
        path, words = frame.path, frame.words
        if not path and "/" not in key:
            return self._table.names.get(key)
        *outer, key = key.split("/")
        for word, name in zip(outer[::2], outer[1::2], strict=False):
            path, words = f"{path}{word}/{name}/", f"{words}{word}/"
        if len(outer) % 2:
            return None
        section = path[:-1]
        if section and section not in frame.scope.sections and section not in self._table.built_in:
            return None
        return (self._table.inner if words else self._table.names).get(words + key)

    def _setting(self, node: Setting) -> None:
        frame = self._frame
        if frame.void:
            return
        key = node.key
        path = frame.path + key
        self._warn_shadowed(node, path)
        entry = Entry(path, node.value, node, str(frame.scope.condition) if frame.scope.opened else "")
        unexpanded = node.value
        if node.kind is ValueKind.FILE:
            self._read_file(node, frame.said + key, entry)
            self.is_literal = False
            unexpanded = f"<{node.value}"
        elif node.kind is ValueKind.VARIABLE:
            seen = self._expand(node, entry)
            if seen is None:
                return
            unexpanded = entry.unexpanded = seen
            if seen != entry.text:
                self.is_literal = False
        if not path:
            message = "Missing key name ('=' at the beginning of line)"
            self.problems.report(node, "missing-key", message)
            return
        if path.startswith(_FLAT_PATHS) and (frame.detached or path.count("/") > 1):
            message = f"Unknown setting: {self._frame.open_words()}{written_key(node)}"
            self.problems.report(node, "unknown-list-key", message)
            return
        if path.startswith(_FLAT_PATHS) or self._is_right(node, entry, unexpanded):
            self._store(frame.scope, entry)

    def _store(self, scope: Scope23, entry: Entry) -> None:
        """Keep a value."""
        name = entry.name
        if name.startswith(_PLUGIN):
            # The key is the same text, and is there already.
            key = entry.node.key
            scope.plugin[key if len(_PLUGIN) + len(key) == len(name) else name.removeprefix(_PLUGIN)] = entry
        else:
            scope.values[name] = entry

    def _warn_shadowed(self, node: Setting, path: str) -> None:
        if isinstance(node, CarriedSetting) and node.direct:
            return
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
            self._report_unknown(node, "unknown-setting", node.key)
            return False
        if known.kind is Kind.SECTION:
            self._open_by_names(node, known, unexpanded)
        else:
            text = self._surroundings.content(entry.path) if entry.path else entry.text
            if not self._checker.check(node, known, unexpanded, text):
                return False
        if known.auth and frame.scope.condition.is_of_network:
            self._checker.refuse_auth(node, node.key)
        outer, slash, _ = entry.name.rpartition("/")
        entry.name = outer + slash + known.name.rpartition("/")[2]
        return True

    def _report_unknown(self, node: Statement, rule: str, key: str) -> None:
        if self._suggestions is None:
            from dovecot_conf.suggestions import Suggestions  # noqa: PLC0415 - only where something is wrong

            self._suggestions = Suggestions(Version.V23)
        message = f"Unknown setting: {self._frame.open_words()}{key}"
        self.problems.report(node, rule, message, hint=self._suggestions.hint(key, self._frame.words))

    def _open_by_names(self, node: Setting, known: SettingName, names: str) -> None:
        """Take ``passdb = a b``, which opens sections without anything in them."""
        if known.name in FLAT_SECTIONS:
            return
        for name in re.split("[,\t ]+", names):
            path = f"{self._frame.path}{node.key}/{name}"
            if not name:
                continue
            if node.key in UNIQUE_SECTIONS and path in self._frame.scope.sections:
                self.problems.report(node, "duplicate-section", f"{path} already exists")
            opened = Opened23(self._frame.path, node.key, "", node)
            self._frame.scope.sections.setdefault(path, opened)

    def _read_file(self, node: Setting, name: str, entry: Entry) -> None:
        files = self._surroundings.files
        entry.path = files.locate(node.value, node.document.path)
        if wrong := self._surroundings.wrong_value_file(entry.path):
            span = node.report_span if node.pieces else node.value_span
            flaw = self._surroundings.unreadable_flaw(name, entry.path, f"{name}: {wrong}", span)
            self.problems.flaws.append(flaw)

    def _expand(self, node: Setting, entry: Entry) -> str | None:
        """Expand the ``$`` words of a value; return it as ``doveconf -n`` sees it, None if it refuses it."""
        expanded = self._expander().expand(node, self._frame)
        if expanded is None:
            return None
        entry.text, unexpanded = expanded
        return unexpanded

    def _default(self, name: str) -> str | None:
        """Return what a setting is where no line sets it; None for what is no plain setting."""
        if "/" in name:
            from dovecot_conf.shown23 import default_inside  # noqa: PLC0415 - rare, and it reads a table

            return default_inside(name, opened=name.rpartition("/")[0] in self._frame.scope.sections)
        known = self._table.names.get(name)
        if known is None or known.kind is Kind.SECTION or known.name != name:
            return None
        return known.default
