"""Settings of 2.4 as a check looks them up: with those of the filters and blocks around.

``doveconf`` reads its own output for this, without expanding ``$`` words, but replacing %variables; no
variables of users or connections are known (``settings_get`` of 2.4.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from dovecot_conf.conditions import Condition
from dovecot_conf.errors import VariableError
from dovecot_conf.lists24 import is_true
from dovecot_conf.names import Kind, SettingName, table
from dovecot_conf.scopes import Entry
from dovecot_conf.scopes24 import Block, Scope24, matching
from dovecot_conf.section_names import escaped
from dovecot_conf.tree import Statement
from dovecot_conf.value_types import check, is_unlimited
from dovecot_conf.versions import Version
from dovecot_conf.view24 import default_items, line_of, listed, name_setting, written

_MACHINE = "1"
"""What stands for a variable about the machine, which is only known there."""

_PREFIXES = ("system", "dovecot", "process", "date", "event")
"""Of the variables about the machine."""


_OUT_OF_REACH = "Filter {}={} unexpectedly not found (invalid userdb or -o override settings?)"


class Refused(NamedTuple):
    """Why settings can't be read: the name of a rule, Dovecot's words, and the line if one is to blame."""

    rule: str
    message: str
    where: Statement | None


class Lookup24:
    """What holds for a condition inside of some blocks.

    A look-up without a protocol is one for a protocol without a name: filters for all protocols but one hold.
    """

    def __init__(self, root: Scope24, asked: Condition, *blocks: Block) -> None:
        self._blocks = blocks
        if asked.protocol is None:
            asked = asked.replace(protocol="")
        self.scopes = matching(root, asked, frozenset(blocks))

    @property
    def exists(self) -> bool:
        """Whether the innermost block is there."""
        return any(scope.block == self._blocks[-1] for scope in self.scopes)

    @property
    def opened(self) -> Statement | None:
        """The line that opens the innermost block, None where none does."""
        for scope in reversed(self.scopes):
            if scope.block == self._blocks[-1] and scope.opened is not None:
                return scope.opened
        return None

    def entry(self, name: str) -> Entry | None:
        """Return where a setting is set, None for nowhere."""
        for scope in reversed(self.scopes):
            if (entry := scope.values.get(name)) is not None:
                return entry
        return None

    def given_name(self) -> str | None:
        """Return the name of the innermost block as it is set, None where it is only built in."""
        block = self._blocks[-1]
        setting = name_setting(block)
        for scope in reversed(self.scopes):
            if (entry := scope.values.get(setting)) is not None:
                return written(entry)
            if scope.block == block and scope.opened is not None:
                return block.name
        return None

    def names(self, word: str) -> list[str]:
        """Return the names of the blocks of a word in here."""
        return list(dict.fromkeys(name for scope in self.scopes for name in scope.names.get(word, ())))

    def words(self, name: str) -> list[str]:
        """Return the items of a boolean list that are yes."""
        return [item for item, _ in self.listed_lines(name)]

    def listed_lines(self, name: str) -> list[tuple[str, Statement | None]]:
        """Return the items of a boolean list that are yes, each with the line that puts it there."""
        items: dict[str, tuple[str, Statement | None]] = {}
        for scope in reversed(self.scopes):
            entries = scope.lists.get(name)
            if entries is not None:
                own = {
                    item: (text, entries.items[item].node if item in entries.items else line_of(entries))
                    for item, text in listed(entries)
                }
                items = own | items
                if entries.stop:
                    break
        else:
            items = dict.fromkeys(default_items(name), ("yes", None)) | items
        return [(item, line) for item, (text, line) in items.items() if is_true(text)]

    def refused(self, struct: str, names: Sequence[str], *, built_in: bool = False) -> Refused | None:
        """Return why the settings of the innermost block can't be read, None if they can.

        ``struct`` is what Dovecot calls them together; a block that is not ``built_in`` must be there.
        """
        if not self._blocks:
            return self.refused_around(f"{struct} settings", names)
        word, name = self._blocks[-1]
        if not (built_in or self.exists):
            return Refused("block-out-of-reach", _OUT_OF_REACH.format(word, name), None)
        place = word if name is None else f"{word}/{escaped(name)}"
        return self.refused_around(f"{struct} settings (filter={place})", names)

    def refused_around(self, title: str, names: Sequence[str]) -> Refused | None:
        """Return why settings that don't belong to a block, but may stand in it, can't be read."""
        known = table(Version.V24).names
        for name in self._set(names):
            for key, text, where in self._texts(name):
                if wrong := wrong_text(key, known[name], text):
                    message = f"{title}: Failed to parse configuration: {wrong}"
                    return Refused("unreadable-value", message, where)
        return None

    def _set(self, names: Sequence[str]) -> list[str]:
        """Return those of some names that are set anywhere here."""
        wanted = frozenset(names)
        found = set[str]()
        for scope in self.scopes:
            found.update(wanted.intersection(scope.values), wanted.intersection(scope.lists))
        if self._blocks:
            found.add(name_setting(self._blocks[-1]))
        return [name for name in names if name in found] if found else []

    def _texts(self, name: str) -> Iterator[tuple[str, str, Statement | None]]:
        if self._blocks and name == name_setting(self._blocks[-1]):
            entry = self.entry(name)
            yield name, self.given_name() or "", entry.node if entry is not None else self.opened
            return
        for key, entry in self._entries(name):
            yield key, written(entry), entry.node

    def _entries(self, name: str) -> Iterator[tuple[str, Entry]]:
        if table(Version.V24).names[name].kind is Kind.VALUE:
            if (entry := self.entry(name)) is not None:
                yield name, entry
            return
        for scope in reversed(self.scopes):
            entries = scope.lists.get(name)
            if entries is not None:
                yield from ((f"{name}/{item}", entry) for item, entry in entries.items.items())
                if entries.stop:
                    return


def expanded(text: str) -> str | None:
    """Return a value with its variables, None where it is only known on the machine itself.

    Raises VariableError.
    """
    if "%{" not in text:
        return text
    from dovecot_conf.variables24 import expand24  # noqa: PLC0415 - few values that are looked up have any

    values = _MachineValues()
    result = expand24(text, values, {})
    return None if values.asked or "env:" in text else result


class _MachineValues(Mapping[str, str]):
    """The variables about the machine; notes that one was asked for."""

    asked = False

    def __getitem__(self, name: str) -> str:
        prefix = name.partition(":")[0]
        if prefix == "userdb":
            from dovecot_conf.variables24_state import FilterError  # noqa: PLC0415 - as in expanded

            # It is empty for a user without such a field only, and there is no user.
            raise FilterError(
                f"Unsupported prefix '{prefix}'" if ":" in name else f"Unknown variable '{name}'"
            )
        if prefix not in _PREFIXES:
            raise KeyError(name)
        self.asked = True
        return _MACHINE

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def wrong_text(key: str, known: SettingName, text: str) -> str:
    """Return what is wrong with a setting when it is read, '' for a right one."""
    if known.name in _LITERAL:
        return ""
    try:
        value = expanded(text)
    except VariableError as error:
        return f"Failed to expand {key} setting variables: {error.message}"
    kind = "bool" if known.kind is Kind.BOOLEANS else known.type
    if value is None or known.kind is Kind.STRINGS or is_unlimited(kind, value):
        return ""
    wrong = check(kind, value, known.choices)
    if wrong is None:
        return ""
    before = f" (before expansion: {text})" if value != text else ""
    return f"Invalid setting {key}={value}{before}: {wrong.message}"


_LITERAL = frozenset(("unix_listener_path", "fifo_listener_path"))
"""Settings in which Dovecot doesn't expand variables."""
