"""Which value wins in Dovecot 2.4."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dovecot_conf.conditions import Condition
from dovecot_conf.lists24 import is_true, parse_names
from dovecot_conf.names import Kind, table
from dovecot_conf.scopes import Entry, SettingValue, Values
from dovecot_conf.scopes24 import Block, Scope24, matching
from dovecot_conf.settings import Settings
from dovecot_conf.versions import Version


class Settings24(Settings):
    """The effective settings of 2.4 for one condition."""

    def __init__(
        self,
        root: Scope24,
        asked: Condition,
        overrides: Mapping[str, SettingValue],
        read: Callable[[str], str],
    ) -> None:
        super().__init__(Values({}, read))
        self._root = root
        self._asked = asked
        self._read = read
        self._names = table(Version.V24).names
        self._matching: dict[frozenset[Block], list[Scope24]] = {}
        self._overrides = {self._resolve(name): value for name, value in overrides.items()}

    def scopes(self, blocks: frozenset[Block] = frozenset()) -> list[Scope24]:
        """Return the scopes that hold inside of some named blocks, the one that wins last."""
        if blocks not in self._matching:
            self._matching[blocks] = matching(self._root, self._asked, blocks)
        return self._matching[blocks]

    def get(self, name: str) -> SettingValue | None:
        """Return the setting of this name or path, None when the configuration doesn't set it."""
        blocks, key = self._resolve(name)
        if (blocks, key) in self._overrides:
            return self._overrides[blocks, key]
        word, _, item = key.partition("/")
        known = self._names.get(word)
        if known is not None and known.kind in (Kind.BOOLEANS, Kind.STRINGS):
            items = self._items(blocks, word)
            if item:
                return self._value(items[item]) if item in items else None
            return self._list_value(blocks, word, items, known.kind)
        for scope in reversed(self.scopes(blocks)):
            if key in scope.values:
                return scope.values[key].value(self._read)
        return None

    def overridden(self, blocks: frozenset[Block]) -> dict[str, SettingValue]:
        """Return the overrides of settings in exactly these blocks, by full name."""
        return {key: value for (where, key), value in self._overrides.items() if where == blocks}

    def items(self, name: str) -> dict[str, SettingValue]:
        """Return the items of a string list, from the outer scopes inwards; none if it isn't one."""
        found = self._items(*self._resolve(name))
        return {item: self._value(entry) for item, entry in found.items()}

    def words(self, name: str) -> tuple[str, ...]:
        """Return the names in a boolean list that are yes, from the outer scopes inwards."""
        blocks, key = self._resolve(name)
        override = self._overrides.get((blocks, key))
        if override is not None:
            return tuple(parse_names(override.text))
        return tuple(item for item, value in self._items(blocks, key).items() if is_true(value.text))

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return names and values of a list of texts, from the outer scopes inwards."""
        blocks, key = self._resolve(name)
        return tuple((item, self._value(entry).text) for item, entry in self._items(blocks, key).items())

    def _value(self, entry: Entry | SettingValue) -> SettingValue:
        return entry if isinstance(entry, SettingValue) else entry.value(self._read)

    def _resolve(self, name: str) -> tuple[frozenset[Block], str]:
        """Split a path into the blocks it goes through and the full name of the setting."""
        blocks: list[Block] = []
        while "/" in name:
            word, _, rest = name.partition("/")
            if blocks:
                word = self._full_name(blocks[-1], word)
            known = self._names.get(word)
            if known is None or known.kind not in (Kind.FILTER, Kind.FILTERS):
                break
            block = Block(word, None)
            if known.kind is Kind.FILTERS:
                block_name, slash, rest = rest.partition("/")
                if not slash:
                    break
                block = Block(word, block_name)
            blocks.append(block)
            name = rest
        return frozenset(blocks), self._full_name(blocks[-1], name) if blocks else name

    def _full_name(self, block: Block, key: str) -> str:
        for prefix in block.prefixes():
            known = self._names.get((prefix + key).partition("/")[0])
            if known is not None and known.kind is not Kind.FILTER:
                return prefix + key
        return key

    def _items(self, blocks: frozenset[Block], word: str) -> dict[str, Entry | SettingValue]:
        """Unite a list over the scopes: the innermost verdict on an item counts."""
        levels: list[dict[str, Entry]] = []
        for scope in reversed(self.scopes(blocks)):
            entries = scope.lists.get(word)
            if entries is not None:
                levels.append(entries.items)
                if entries.stop:
                    break
        united: dict[str, Entry | SettingValue] = {}
        for items in reversed(levels):
            united.update(items)
        for key, value in self.overridden(blocks).items():
            list_name, slash, item = key.partition("/")
            if slash and list_name == word:
                united[item] = value
        return united

    def _list_value(
        self, blocks: frozenset[Block], word: str, items: dict[str, Entry | SettingValue], kind: Kind
    ) -> SettingValue | None:
        for scope in reversed(self.scopes(blocks)):
            entries = scope.lists.get(word)
            if entries is None:
                continue
            entry = entries.entry or next(iter(entries.items.values()), None)
            if entry is None:
                continue
            value = entry.value(self._read)
            shown = [name for name, item in items.items() if kind is Kind.STRINGS or is_true(item.text)]
            return SettingValue(word, " ".join(shown), value.raw, value.span, value.scope, value.node)
        return None
