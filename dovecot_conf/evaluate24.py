"""Dovecot 2.4's settings from the tree: filters and named blocks as a tree of scopes.

Follows ``config_parser_apply_line`` and ``config_apply_line_full`` of 2.4.1, in expanding mode as the
daemons do it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dovecot_conf.assign24 import Assigner, can_prefix
from dovecot_conf.conditions import FILTER_WORDS, WRONG_ORDER, ConditionError
from dovecot_conf.evaluate import Problems, Surroundings, report_unclosed
from dovecot_conf.names import Kind, SettingName, table
from dovecot_conf.programs24 import Programs
from dovecot_conf.reading import Reading
from dovecot_conf.scopes24 import Block, Frame24, Scope24, ScopeTree, name_setting
from dovecot_conf.section_names import escaped
from dovecot_conf.tree import Section, SectionEnd, Setting, Statement
from dovecot_conf.value_checks import AUTH_IN_NETWORK, AUTH_TEXT, ValueChecker
from dovecot_conf.version_lines import VersionLines
from dovecot_conf.versions import Version

if TYPE_CHECKING:
    from dovecot_conf.suggestions import Suggestions

_WHILE_READING = "ambiguous-comment"
_LINE_ERRORS = frozenset(("missing-section-brace", "text-after-brace"))

_NOT_INSIDE = {"namespace": ("namespace", "mailbox"), "mailbox": ("mailbox",)}
"""List blocks that can't stand directly inside of these."""


class Evaluator24:
    """Evaluates one tree into ``root`` and the scopes below it."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._names = table(Version.V24).names
        self.tree = ScopeTree()
        self.problems = Problems()
        self._frame = Frame24(self.tree.root, None)
        self._versions = VersionLines(self.problems)
        self._checker = ValueChecker(Version.V24, self.problems)
        self._programs = Programs(self.problems)
        self._variable_names: set[tuple[int, str]] = set()
        self._suggestions: Suggestions | None = None
        self._assigner = Assigner(surroundings, self.problems, self.tree)

    def run(self, reading: Reading) -> None:
        """Evaluate all nodes."""
        flaws = self.problems.flaws
        for node in reading.nodes:
            if not isinstance(node, Statement):
                continue
            if not any(flaw.rule in _LINE_ERRORS for flaw in node.flaws):
                # Dovecot warns while it still puts the line together.
                flaws.extend(flaw for flaw in node.flaws if flaw.rule == _WHILE_READING)
                taken = self._versions.take(node)
                flaws.extend(flaw for flaw in node.flaws if flaw.rule != _WHILE_READING)
                if not taken:
                    self._apply(node)
                elif isinstance(node, Section):
                    self._frame = Frame24(self._frame.scope, self._frame, void=True)
            else:
                flaws.extend(node.flaws)
                self._apply(node)
        flaws.extend(reading.flaws)

    def check(self, reading: Reading) -> None:
        """Look, once and after :meth:`run`, for what only the whole configuration shows."""
        from dovecot_conf import checks24  # noqa: PLC0415 - not for settings alone

        self._check_groups()
        report_unclosed(self.problems, reading.document, reversed(reading.unclosed))
        self.problems.flaws.extend(self.problems.at_end.values())
        checks24.check(self.tree, reading, self.problems)
        self._versions.finish(reading.document, self.tree.root.values.get("dovecot_storage_version"))

    def _apply(self, node: Statement) -> None:
        if isinstance(node, Setting):
            self._assigner.assign(node, self._frame)
        elif isinstance(node, Section):
            self._section(node)
        elif isinstance(node, SectionEnd) and self._frame.outer is not None:
            self._section_end(node)

    def _check_groups(self) -> None:
        for scope in self.tree.scopes:
            for use in scope.groups.values():
                # Of a label with a slash Dovecot only sees a path.
                names = set() if "/" in use.label else self._group_names(use.label)
                now, later = use.unexpanded in names, use.name in names
                if now and later:
                    continue
                rule = "expanded-value" if now else "unexpanded-value" if later else "unknown-group"
                text = f"Unknown group label @{use.label}"
                if names:
                    text = f"Unknown group @{use.label}={use.unexpanded}"
                self.problems.report(use.node, rule, text)

    def _group_names(self, label: str) -> set[str]:
        """Return the groups of a label: those of the configuration and Dovecot's own."""
        from dovecot_conf.default_sections import built_in_groups  # noqa: PLC0415 - for groups only

        written = {str(name) for word, name in self.tree.root.children if word == f"@{label}"}
        return written | {name for known, name in built_in_groups() if known == label}

    def _section(self, node: Section) -> None:
        outer = self._frame
        self._frame = frame = Frame24(outer.scope, outer, void=outer.void or node.broken)
        if frame.void:
            return
        if label := node.label or (node.word if node.word.startswith("@") else ""):
            self._group(node, label, frame)
            return
        word = self._section_word(outer.scope, node.word)
        definition = self._names.get(word)
        if word in FILTER_WORDS:
            self._filter(node, frame, word)
        elif definition is not None and definition.kind in (Kind.FILTER, Kind.FILTERS):
            self._block(node, frame, definition)
        elif definition is None:
            self._report_unknown(node, word)
            frame.void = True
        else:
            frame.word = word

    def _report_unknown(self, node: Section, word: str) -> None:
        if self._suggestions is None:
            from dovecot_conf.suggestions import Suggestions  # noqa: PLC0415 - only where something is wrong

            self._suggestions = Suggestions(Version.V24)
        hint = self._suggestions.hint(word)
        self.problems.report(node, "unknown-section", f"Unknown section name: {word}", hint=hint)

    def _section_word(self, scope: Scope24, word: str) -> str:
        """Return the full name of a section: ``listener`` in ``service imap`` may be a longer word."""
        if scope.block is not None:
            for prefix in scope.block.prefixes():
                if can_prefix(self._names, prefix + word):
                    return prefix + word
        return word

    def _group(self, node: Section, label: str, frame: Frame24) -> None:
        if not label.startswith("@"):
            frame.word = "group"
        elif frame.scope is not self.tree.root:
            message = "groups must defined at top-level, not under filters"
            self.problems.report(node, "group-placement", message)
            frame.void = True
        else:
            frame.scope = self.tree.block(frame.scope, Block(label, node.name), node)

    def _filter(self, node: Section, frame: Frame24, word: str) -> None:
        scope = frame.scope
        try:
            _check_filter(scope, word, node.name)
            condition = scope.condition.narrow(word, node.name)
        except ConditionError as error:
            self.problems.report(node, error.rule, error.message)
            frame.void = True
            return
        frame.scope = self.tree.filter(scope, (word, getattr(condition, word)), condition, node)

    def _block(self, node: Section, frame: Frame24, definition: SettingName) -> None:
        word, scope = definition.name, frame.scope
        if definition.kind is Kind.FILTER:
            block = Block(word, None)
            problem = ("section-name-forbidden", f"{word} {{ }} must not have a section name")
            wrong = problem if node.name or node.quoted else None
        else:
            block = Block(word, node.name)
            wrong = self._wrong_block(node, scope, definition)
        if wrong is not None:
            self.problems.report(node, *wrong)
            frame.void = True
            return
        outer = frame.outer
        if outer is not None and outer.definition is not None and outer.definition.required == word:
            outer.scope.required_seen = True
        frame.definition = definition
        is_new = block not in scope.children
        frame.scope = self.tree.block(scope, block, node)
        if block.name is not None:
            self._take_name(node, frame.scope, block.name, is_new=is_new)

    def _wrong_block(self, node: Section, scope: Scope24, definition: SettingName) -> tuple[str, str] | None:
        """Return the rule and the message for a named list block that Dovecot refuses."""
        word, name, around = definition.name, node.name, scope.block
        failed = f"Failed to set {word}={escaped(name)} for struct {definition.struct}: "
        if around is not None and around.name is not None and _refuses(around.word, word):
            return "block-not-allowed", f"{word} {{ .. }} not allowed under {around.word} {{ .. }}"
        if not name and not node.quoted:
            return "section-name-missing", f"{word} {{ }} is missing section name"
        if name.startswith("__"):
            text = f"Named list filter name must not begin with '__': {escaped(name)}"
            return "section-name-reserved", failed + text
        if definition.auth and scope.condition.is_of_network:
            return AUTH_IN_NETWORK, failed + AUTH_TEXT + word
        if wrong := self._wrong_name(definition, name):
            return "dovecot-crash", f"Dovecot crashes on this name: {wrong}"
        return None

    def _take_name(self, node: Section, scope: Scope24, name: str, *, is_new: bool) -> None:
        """Take the name of a block, which is a setting inside of it, and one of a list around it."""
        around, block = scope.parent, scope.block
        assert around is not None
        assert block is not None
        if is_new:
            names = around.names.setdefault(block.word, [])
            names.append(name)
            place = (id(around), block.word)
            if "%{" in name:
                self._variable_names.add(place)
            if place in self._variable_names:
                text = " ".join(map(escaped, names))
                self._programs.take(around, block.word, node, "filters", text, text)
        known = self._names.get(name_setting(block.word))
        if known is not None:
            self._programs.take(scope, known.name, node, known.type, name, name)

    def _wrong_name(self, definition: SettingName, name: str) -> str:
        """Return what is wrong with the name of a block as a value, '' for nothing."""
        known = self._names.get(name_setting(definition.name))
        wrong = self._checker.judge(known, name) if known is not None and known.type != "string" else None
        return wrong.message if wrong is not None else ""

    def _section_end(self, node: SectionEnd) -> None:
        frame = self._frame
        definition = frame.definition
        if definition is not None and definition.required and not frame.scope.required_seen:
            text = (
                f"Named filter {definition.name} is required to have {definition.required} setting,"
                " but it is missing"
            )
            self.problems.report(node, "required-part-missing", text)
        if frame.outer is not None:
            self._frame = frame.outer


def _check_filter(scope: Scope24, word: str, name: str) -> None:
    """Raise ConditionError for what 2.4 refuses beyond the order of filters."""
    if word == "local_name" and " " in name:
        raise ConditionError("local-name-list", "Multiple names no longer supported in local_name value")
    if scope.block is not None:
        raise ConditionError("filter-order", WRONG_ORDER.format(outer=scope.block.word, inner=word))


def _refuses(around: str, word: str) -> bool:
    if word == "service":
        return not around.startswith("@")
    return around in _NOT_INSIDE.get(word, ())
