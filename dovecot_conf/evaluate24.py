"""Dovecot 2.4's settings from the tree: filters and named blocks as a tree of scopes.

Follows ``config_parser_apply_line`` and ``config_apply_line_full`` of 2.4.1, in expanding mode as the
daemons do it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dovecot_conf.conditions import FILTER_WORDS, WRONG_ORDER, ConditionError
from dovecot_conf.evaluate import Problems, Surroundings, report_unclosed, shadow_warning, split_words
from dovecot_conf.lists24 import ListSyntaxError, check_boolean, parse_names
from dovecot_conf.names import Kind, SettingName, names
from dovecot_conf.reader import Reading
from dovecot_conf.scopes import Entry
from dovecot_conf.scopes24 import Block, GroupUse, ListEntry, Scope24
from dovecot_conf.tree import Section, SectionEnd, Setting, Statement, ValueKind
from dovecot_conf.version_lines import VersionLines
from dovecot_conf.versions import Version

_LINE_ERRORS = frozenset(("missing-section-brace", "text-after-brace"))

_NOT_INSIDE = {"namespace": ("namespace", "mailbox"), "mailbox": ("mailbox",)}
"""List blocks that can't stand directly inside of these."""


@dataclass(slots=True)
class _Frame:
    """An open section. ``word`` is set in a list such as ``mail_plugins {``, whose keys are items;
    ``definition`` in a named block. ``void``: the opening line is an error, nothing counts.
    """

    scope: Scope24
    outer: _Frame | None
    word: str = ""
    definition: SettingName | None = None
    void: bool = False


@dataclass(slots=True)
class _Line:
    """A setting on its way to a scope: the full name that was found for it, and where it landed."""

    node: Setting
    text: str
    path: str = ""
    full_name: str = ""
    landed: Scope24 | None = field(default=None)


class Evaluator24:
    """Evaluates one tree into ``root`` and the scopes below it."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._names = names(Version.V24)
        self.root = Scope24()
        self.problems = Problems()
        self._frame = _Frame(self.root, None)
        self._seen: dict[str, str] = {}
        self.scopes = [self.root]
        self._versions = VersionLines(self.problems)

    def run(self, reading: Reading) -> None:
        """Evaluate all nodes."""
        flaws = self.problems.flaws
        for node in reading.nodes:
            if not isinstance(node, Statement):
                continue
            if not any(flaw.rule in _LINE_ERRORS for flaw in node.flaws):
                taken = self._versions.take(node)
                flaws.extend(node.flaws)
                if not taken:
                    self._apply(node)
            else:
                flaws.extend(node.flaws)
                self._apply(node)
        flaws.extend(reading.flaws)
        report_unclosed(self.problems, reading)
        self._check_groups()
        self._versions.finish(reading.document, self.root.values.get("dovecot_storage_version"))

    def _apply(self, node: Statement) -> None:
        if isinstance(node, Setting):
            self._setting(node)
        elif isinstance(node, Section):
            self._section(node)
        elif isinstance(node, SectionEnd) and self._frame.outer is not None:
            self._section_end(node)

    def _check_groups(self) -> None:
        for scope in self.scopes:
            for use in scope.groups.values():
                if (f"@{use.label}", use.name) in self.root.children:
                    continue
                known = any(word == f"@{use.label}" for word, _ in self.root.children)
                text = (
                    f"Unknown group @{use.label}={use.name}" if known else f"Unknown group label @{use.label}"
                )
                self.problems.report(use.node, "unknown-group", text)

    def _section(self, node: Section) -> None:
        outer = self._frame
        self._frame = frame = _Frame(outer.scope, outer, void=outer.void or node.broken)
        if frame.void:
            return
        if node.label:
            self._group(node, frame)
            return
        word = self._section_word(outer.scope, node.word)
        definition = self._names.get(word)
        if word in FILTER_WORDS:
            self._filter(node, frame, word)
        elif definition is not None and definition.kind in (Kind.FILTER, Kind.FILTERS):
            self._block(node, frame, definition)
        else:
            frame.word = word

    def _section_word(self, scope: Scope24, word: str) -> str:
        """Return the full name of a section: ``listener`` in ``service imap`` may be a longer word."""
        if scope.block is not None:
            for prefix in scope.block.prefixes():
                if self._can_prefix(prefix + word):
                    return prefix + word
        return word

    def _can_prefix(self, name: str) -> bool:
        known = self._names.get(name.partition("/")[0])
        return known is not None and known.kind is not Kind.FILTER

    def _group(self, node: Section, frame: _Frame) -> None:
        if not node.label.startswith("@"):
            frame.word = "group"
        elif frame.scope is not self.root:
            message = "groups must defined at top-level, not under filters"
            self.problems.report(node, "group-placement", message)
            frame.void = True
        else:
            self._enter_block(frame, Block(node.label, node.name), node)

    def _filter(self, node: Section, frame: _Frame, word: str) -> None:
        scope = frame.scope
        try:
            _check_filter(scope, word, node.name)
            condition = scope.condition.narrow(word, node.name)
        except ConditionError as error:
            self.problems.report(node, error.rule, error.message)
            frame.void = True
            return
        key = (word, getattr(condition, word))
        child = scope.children.get(key)
        if child is None:
            child = Scope24(scope, condition, opened=node)
            self._add(scope, key, child)
        frame.scope = child

    def _add(self, parent: Scope24, key: tuple[str, object], child: Scope24) -> None:
        child.order = len(self.scopes)
        self.scopes.append(child)
        parent.children[key] = child

    def _enter_block(self, frame: _Frame, block: Block, node: Section | None) -> None:
        scope = frame.scope
        child = scope.children.get(block)
        if child is None:
            child = Scope24(scope, scope.condition, block, opened=node)
            self._add(scope, block, child)
        elif child.opened is None:
            child.opened = node
        frame.scope = child

    def _block(self, node: Section, frame: _Frame, definition: SettingName) -> None:
        word, name = definition.name, node.name
        around = frame.scope.block
        frame.void = True
        if definition.kind is Kind.FILTER:
            if name or node.quoted:
                text = f"{word} {{ }} must not have a section name"
                self.problems.report(node, "section-name-forbidden", text)
                return
            block = Block(word, None)
        else:
            if around is not None and around.name is not None and _refuses(around.word, word):
                text = f"{word} {{ .. }} not allowed under {around.word} {{ .. }}"
                self.problems.report(node, "block-not-allowed", text)
                return
            if not name and not node.quoted:
                self.problems.report(node, "section-name-missing", f"{word} {{ }} is missing section name")
                return
            if name.startswith("__"):
                text = f"Named list filter name must not begin with '__': {name}"
                text = f"Failed to set {word}={name} for struct {definition.struct}: {text}"
                self.problems.report(node, "section-name-reserved", text)
                return
            block = Block(word, name)
            if block not in frame.scope.children:
                frame.scope.names.setdefault(word, []).append(name)
        frame.void = False
        outer = frame.outer
        if outer is not None and outer.definition is not None and outer.definition.required == word:
            outer.scope.required_seen = True
        frame.definition = definition
        self._enter_block(frame, block, node)

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

    def _setting(self, node: Setting) -> None:
        frame = self._frame
        if frame.void:
            return
        text, path = node.value, ""
        if node.kind is ValueKind.VARIABLE:
            expanded = self._expand(node)
            if expanded is None:
                return
            text = expanded
        elif node.kind is ValueKind.FILE:
            path = self._value_file(node)
        if node.key.startswith("@"):
            self._use_group(node, text)
            return
        line = _Line(node, text, path)
        key = f"{frame.word}/{node.key}" if frame.word else node.key
        try:
            self._store(frame, key, line)
        except ListSyntaxError as error:
            self.problems.report(node, error.rule, f"{node.key}: {error}")
        else:
            self._warn_shadowed(node, line)

    def _use_group(self, node: Setting, name: str) -> None:
        scope, label = self._frame.scope, node.key[1:]
        if scope.in_group:
            self.problems.report(node, "group-placement", "Recursive include groups not allowed")
        elif label in scope.groups:
            scope.groups[label].name, scope.groups[label].node = name, node
        else:
            scope.groups[label] = GroupUse(label, name, node)

    def _value_file(self, node: Setting) -> str:
        path = self._surroundings.files.locate(node.value, node.document.path)
        if reason := self._surroundings.why_unreadable(path):
            key = f"{self._frame.word}/{node.key}" if self._frame.word else node.key
            message = f"{key}: Can't open file {path}: {reason}"
            self.problems.report(node, "unreadable-value-file", message)
        return path

    def _store(self, frame: _Frame, key: str, line: _Line) -> None:
        """Find the scope and the full name for a key, and put the setting there."""
        scope, key = self._follow_path(frame.scope, key)
        candidates = []
        block = scope.block
        if block is not None:
            for prefix in block.prefixes():
                target, name = scope, prefix + key
                if block.name is None and scope.parent is not None:
                    target = scope.parent
                    if key.startswith(prefix):
                        name = key
                candidates.append((target, name))
        for target, name in candidates:
            if self._can_prefix(name):
                self._put(frame, target, name, line)
                return
        if not key:
            self.problems.report(line.node, "missing-key", f": {_unknown('', block)}")
            return
        self._put(frame, scope, key, line)

    def _follow_path(self, scope: Scope24, key: str) -> tuple[Scope24, str]:
        """Go down ``service/imap/client_limit`` as far as it names blocks."""
        while "/" in key:
            word, _, rest = key.partition("/")
            known = self._names.get(word)
            if known is None or known.kind not in (Kind.FILTER, Kind.FILTERS):
                break
            block = Block(word, None)
            if known.kind is Kind.FILTERS:
                if "/" not in rest:
                    break
                name, _, rest = rest.partition("/")
                block = Block(word, name)
            frame = _Frame(scope, None)
            self._enter_block(frame, block, None)
            scope, key = frame.scope, rest
        return scope, key

    def _put(self, frame: _Frame, scope: Scope24, key: str, line: _Line) -> None:
        name, slash, item = key.partition("/")
        if frame.definition is not None and frame.definition.required == key:
            frame.scope.required_seen = True
        line.full_name, line.landed = key, scope
        node = line.node
        known = self._names.get(name)
        kind = known.kind if known is not None else Kind.VALUE
        where = str(scope.condition)
        if kind is Kind.FILTER:
            raise ListSyntaxError(f"Setting is a named filter, use '{name} {{'", "block-as-setting")
        if kind is Kind.FILTERS:
            text = f"Setting is a named list filter, use '{node.key} {line.text} {{'"
            raise ListSyntaxError(text, "block-as-setting")
        if kind in (Kind.BOOLEANS, Kind.STRINGS):
            entries = scope.lists.setdefault(name, ListEntry())
            if slash:
                if kind is Kind.BOOLEANS:
                    check_boolean(line.text)
                entries.items[item] = Entry(key, line.text, node, where, line.path)
                return
            self._replace_list(entries, kind, name, line, where)
            return
        scope.values[name if known else key] = Entry(name, line.text, node, where, line.path)

    def _replace_list(self, entries: ListEntry, kind: Kind, name: str, line: _Line, where: str) -> None:
        if kind is Kind.STRINGS and line.text:
            raise ListSyntaxError(f"Setting is a string list, use '{name} {{'", "block-as-setting")
        items = parse_names(line.text) if kind is Kind.BOOLEANS else []
        entries.items = {item: Entry(f"{name}/{item}", "yes", line.node, where) for item in items}
        entries.stop = True
        entries.entry = Entry(name, line.text, line.node, where)

    def _warn_shadowed(self, node: Setting, line: _Line) -> None:
        name = line.full_name
        if line.landed is self.root:
            if name in self._seen:
                self.problems.report(node, "shadowed-global", shadow_warning(node, name, self._seen[name]))
        elif name and name not in self._seen and self._frame.scope.is_local:
            self._seen[name] = f"{node.document.path} line {node.end_line}"

    def _expand(self, node: Setting) -> str | None:
        """Expand the ``$SET:`` and ``$ENV:`` words of a value; None when doveconf refuses them."""
        words: list[str] = []
        for word, separator in split_words(node.value, " \t\n\r\x0b\x0c"):
            if word.startswith("$ENV:"):
                words.append(self._surroundings.environ.get(word[5:], ""))
            elif word.startswith("$SET:"):
                name = word[5:]
                found = self._look_up(name, self_reference=name == node.key)
                if found is None:
                    known = self._names.get(name)
                    text = f"Unknown setting: {name}"
                    if known is not None:
                        text = f"Failed to expand {word}: Setting type can't be expanded to string"
                    rule = "unknown-self-reference" if name == node.key else "unknown-variable"
                    self.problems.report(node, rule, text)
                    if name == node.key:
                        return None
                words.append(word if found is None else found)
            else:
                words.append(word)
            words.append(separator)
        return "".join(words)

    def _look_up(self, name: str, *, self_reference: bool) -> str | None:
        known = self._names.get(name)
        if known is None or known.kind is not Kind.VALUE:
            return None
        frame: _Frame | None = self._frame
        while frame is not None:
            entry = frame.scope.values.get(name)
            if entry is not None:
                return self._surroundings.content(entry.path) if entry.path else entry.text
            frame = frame.outer if self_reference else None
        return known.default


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


def _unknown(key: str, block: Block | None) -> str:
    text = f"Unknown setting: {key}"
    if block is None:
        return text
    tried = [prefix + key for prefix in reversed(block.prefixes())]
    return f"{text} ({' or '.join(tried)} not found either.)"
