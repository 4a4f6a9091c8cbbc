"""One setting of 2.4: its value expanded, its full name found, and put into a scope.

Follows ``config_apply_line_full`` and ``config_apply_exact_line`` of 2.4.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dovecot_conf import file_values24
from dovecot_conf.evaluate import Problems, Surroundings, shadow_warning
from dovecot_conf.lists24 import ListSyntaxError, parse_names
from dovecot_conf.names import SECOND_NAME, Kind, SettingName, SettingNames, named_filter, table
from dovecot_conf.programs24 import Programs
from dovecot_conf.scopes import Entry
from dovecot_conf.scopes24 import Block, Frame24, GroupUse, ListEntry, Scope24, ScopeTree
from dovecot_conf.tree import Setting, ValueKind
from dovecot_conf.value_checks import ValueChecker
from dovecot_conf.versions import Version

if TYPE_CHECKING:
    from dovecot_conf.dollar_words import DollarWords
    from dovecot_conf.suggestions import Suggestions

_CRASH = "{}: Dovecot crashes on the name {}"

_ITEM = SettingName("", Kind.VALUE, type="bool")
"""An item of a boolean list."""


class _Line:
    """A setting on its way to a scope: the full name that was found for it, and where it landed.

    ``unexpanded`` is the text as ``doveconf -n`` sees it.
    """

    def __init__(self, node: Setting, text: str, unexpanded: str, path: str) -> None:
        self.node = node
        self.text = text
        self.unexpanded = unexpanded
        self.path = path
        self.full_name = ""
        self.landed: Scope24 | None = None


class Assigner:
    """Assigns the settings of one configuration."""

    def __init__(self, surroundings: Surroundings, problems: Problems, tree: ScopeTree) -> None:
        self._surroundings = surroundings
        self._problems = problems
        self._tree = tree
        self._names = table(Version.V24).names
        self._checker = ValueChecker(Version.V24, problems)
        self._programs = Programs(problems)
        self._seen: dict[str, str] = {}
        self._dollar_words: DollarWords | None = None
        self._suggestions: Suggestions | None = None

    def _expander(self) -> DollarWords:
        """Return what expands ``$`` words. A cached property would make all other attributes slower."""
        if self._dollar_words is None:
            from dovecot_conf.dollar_words import DollarWords  # noqa: PLC0415 - few configurations have some

            self._dollar_words = DollarWords(Version.V24, self._surroundings, self._problems, self._default)
        return self._dollar_words

    def assign(self, node: Setting, frame: Frame24) -> None:
        """Take one setting in the section ``frame``."""
        if frame.void:
            return
        text, path = node.value, ""
        unexpanded = text
        if node.kind is ValueKind.VARIABLE:
            expanded = self._expand(node, frame)
            if expanded is None:
                return
            text, unexpanded = expanded
        elif node.kind is ValueKind.FILE:
            text, path = self._value_of_file(node, frame)
            unexpanded = f"<{node.value}"
        line = _Line(node, text, unexpanded, path)
        if node.key.startswith("@"):
            self._use_group(line, frame.scope)
            return
        key = f"{frame.word}/{node.key}" if frame.word else node.key
        try:
            self._store(frame, key, line)
        except ListSyntaxError as error:
            self._problems.report(node, error.rule, f"{node.key}: {error}")
        else:
            self._warn_shadowed(line, frame)
        self._check_variables(line)

    def _check_variables(self, line: _Line) -> None:
        name, slash, _ = line.full_name.partition("/")
        known = self._names.get(name)
        if known is None or (known.kind is Kind.BOOLEANS and not slash):
            return
        text = self._content(line)
        self._programs.take(line.landed, line.full_name, line.node, known.type, line.unexpanded, text)

    def _use_group(self, line: _Line, scope: Scope24) -> None:
        label = line.node.key[1:]
        if scope.in_group:
            self._problems.report(line.node, "group-placement", "Recursive include groups not allowed")
            return
        use = scope.groups.setdefault(label, GroupUse(label, "", "", line.node))
        use.name, use.unexpanded, use.node = self._content(line), line.unexpanded, line.node

    def _content(self, line: _Line) -> str:
        """Return a value as the processes see it."""
        return self._surroundings.content(line.path) if line.path else line.text

    def _value_of_file(self, node: Setting, frame: Frame24) -> tuple[str, str]:
        """Return a text for ``<file``, and the name of the file to take the content of, '' for none."""
        path = self._surroundings.files.locate(node.value, node.document.path)
        if wrong := self._surroundings.wrong_value_file(path):
            key = f"{frame.word}/{node.key}" if frame.word else node.key
            flaw = self._surroundings.unreadable_flaw(key, path, f"{key}: {wrong}", node.report_span)
            self._problems.flaws.append(flaw)
        return node.value, path

    def _store(self, frame: Frame24, key: str, line: _Line) -> None:
        """Find the scope and the full name for a key, and put the setting there if it has one."""
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
            if can_prefix(self._names, name):
                self._put(frame, target, name, line)
                return
        if can_be(self._names, key):
            self._put(frame, scope, key, line)
            return
        self._report_unknown(line.node, key, frame.scope.block)

    def _report_unknown(self, node: Setting, key: str, block: Block | None) -> None:
        from dovecot_conf import suggestions  # noqa: PLC0415 - only where something is wrong

        if self._suggestions is None:
            self._suggestions = suggestions.Suggestions(Version.V24)
        message = f"{node.key}: {suggestions.unknown_setting24(key, block)}"
        hint = self._suggestions.hint(key) if key else ""
        self._problems.report(node, "unknown-setting" if key else "missing-key", message, hint=hint)

    def _follow_path(self, scope: Scope24, key: str) -> tuple[Scope24, str]:
        """Go down ``service/imap/client_limit`` as far as it names blocks."""
        while "/" in key:
            word, _, rest = key.partition("/")
            known = self._names.get(word)
            if known is None or known.kind not in (Kind.FILTER, Kind.FILTERS):
                break
            block = Block(word, None)
            if known.kind is Kind.FILTERS and "/" in rest:
                name, _, rest = rest.partition("/")
                block = Block(word, name)
            scope, key = self._tree.block(scope, block, None), rest
        return scope, key

    def _put(self, frame: Frame24, scope: Scope24, key: str, line: _Line) -> None:
        name, slash, item = key.partition("/")
        if frame.definition is not None and frame.definition.required == key:
            frame.scope.required_seen = True
        line.full_name, line.landed = key, scope
        node = line.node
        known = self._names[name]
        kind = known.kind
        if self._is_out_of_place(node, name, known, frame):
            return
        where = str(scope.condition)
        if kind is Kind.FILTER:
            raise ListSyntaxError(f"Setting is a named filter, use '{name} {{'", "block-as-setting")
        if kind is Kind.FILTERS:
            text = f"Setting is a named list filter, use '{node.key} {line.unexpanded} {{'"
            raise ListSyntaxError(text, "block-as-setting")
        if kind in (Kind.BOOLEANS, Kind.STRINGS):
            entries = scope.lists.setdefault(name, ListEntry())
            if slash:
                if kind is Kind.BOOLEANS and not self._check(line, _ITEM):
                    return
                entries.items[item] = _entry(key, line, where)
            else:
                self._replace_list(entries, kind, name, line, where)
        elif self._check(line, known):
            scope.values[name] = _entry(name, line, where)
        if known.auth and frame.scope.condition.is_of_network:
            self._checker.refuse_auth(node, key, f"{node.key}: ")

    def _is_out_of_place(self, node: Setting, name: str, known: SettingName, frame: Frame24) -> bool:
        """Report a setting that can't be set at all, or not here; return whether it is one."""
        if known.type == SECOND_NAME:
            self._problems.report(node, "dovecot-crash", _CRASH.format(node.key, name))
            return True
        if known.ungrouped and frame.scope.in_group:
            text = f"{node.key}: {name} cannot currently be defined inside groups"
            self._problems.report(node, "setting-in-group", text)
            return True
        return False

    def _check(self, line: _Line, known: SettingName) -> bool:
        text = self._content(line)
        if known.type == file_values24.TYPE:
            self._take_file(line, text)
            return True
        return self._checker.check(line.node, known, line.unexpanded, text)

    def _take_file(self, line: _Line, text: str) -> None:
        """Report a value that names a file, if that can't be read."""
        base = line.node.document.path
        reason = file_values24.why_unreadable(text, base, self._surroundings)
        if reason and line.path:
            # The message would show the content, which may be a secret.
            reason = f"open() failed: the content of {line.path} is taken for the name of a file"
        if reason:
            path = self._surroundings.files.locate(text, base)
            message = f"{line.node.key}: {reason}"
            flaw = self._surroundings.unreadable_flaw(line.node.key, path, message, line.node.report_span)
            self._problems.flaws.append(flaw)

    def _replace_list(self, entries: ListEntry, kind: Kind, name: str, line: _Line, where: str) -> None:
        now = _wrong_list(kind, name, line.unexpanded)
        text = self._content(line)
        if later := _wrong_list(kind, name, text):
            raise now or ListSyntaxError(str(later), "expanded-value")
        items = parse_names(text) if kind is Kind.BOOLEANS else []
        entries.items = {item: Entry(f"{name}/{item}", "yes", line.node, where) for item in items}
        entries.line = items
        entries.stop = True
        entries.entry = _entry(name, line, where)
        if now is not None:
            raise ListSyntaxError(str(now), "unexpanded-value")

    def _warn_shadowed(self, line: _Line, frame: Frame24) -> None:
        node, name = line.node, line.full_name
        if line.landed is self._tree.root:
            if name in self._seen:
                message = shadow_warning(node, name, self._seen[name])
                if named_filter(name):
                    # To print it, doveconf puts it into the filter, and takes it for no global setting.
                    from dovecot_conf.syntax_rule import SAID_BY_DAEMONS  # noqa: PLC0415

                    message += SAID_BY_DAEMONS
                self._problems.report(node, "shadowed-global", message)
        elif name and name not in self._seen and frame.scope.is_local:
            self._seen[name] = f"{node.document.path} line {node.end_line}"

    def _expand(self, node: Setting, frame: Frame24) -> tuple[str, str] | None:
        """Return a value with its ``$`` words expanded, fully and as ``doveconf -n`` sees it, or None."""
        return self._expander().expand(node, frame)

    def _default(self, name: str) -> str | None:
        """Return what a setting is where no line sets it; None for what is no plain setting."""
        known = self._names.get(name)
        if known is None or known.kind is not Kind.VALUE:
            return None
        # The default of an enum is all that it may be, the first of it by itself.
        return known.choices if known.type == "enum" else known.default


def _entry(name: str, line: _Line, where: str) -> Entry:
    unexpanded = None if line.unexpanded == line.text and not line.path else line.unexpanded
    return Entry(name, line.text, line.node, where, line.path, unexpanded)


def _wrong_list(kind: Kind, name: str, text: str) -> ListSyntaxError | None:
    """Return what is wrong with the text that a whole list is set to."""
    if kind is Kind.STRINGS:
        message = f"Setting is a string list, use '{name} {{'"
        return ListSyntaxError(message, "block-as-setting") if text else None
    try:
        parse_names(text)
    except ListSyntaxError as error:
        return error
    return None


def can_be(known: SettingNames, name: str) -> bool:
    """Return whether a name, or a list with an item, is a setting."""
    return name.partition("/")[0] in known


def can_prefix(names: SettingNames, name: str) -> bool:
    """Return whether a name made of a block's prefix and a key is a setting that may be meant."""
    known = names.get(name.partition("/")[0])
    return known is not None and known.kind is not Kind.FILTER
