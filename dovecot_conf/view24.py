"""The settings of one filter or block of 2.4 as the checks at the end of the file see them.

``doveconf`` checks each filter and block by itself: what is set around it doesn't count, only what is set
in it and the defaults (``config_filter_parser_check`` of 2.4.1). A value that is only known later, since it
has %variables, or ``$SET:`` and ``$ENV:`` words that ``doveconf -n`` doesn't expand, is a text of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from dovecot_conf import amounts
from dovecot_conf.captured_sections import captured_sections
from dovecot_conf.lists24 import ListSyntaxError, is_true, parse_names
from dovecot_conf.names import named_filter, table
from dovecot_conf.scopes import Entry
from dovecot_conf.scopes24 import Block, ListEntry, Scope24, ScopeTree
from dovecot_conf.tree import Statement
from dovecot_conf.value_types import UINT_MAX, UINTMAX_MAX, is_unlimited
from dovecot_conf.versions import Version

UNKNOWN = "UNKNOWN_VALUE_WITH_VARIABLES"
"""What stands for a text that is only known later; some messages show it."""

NAME_SETTINGS = {
    "acl": "acl_id",
    "sieve_script": "sieve_script_storage",
    "unix_listener": "unix_listener_path",
    "fifo_listener": "fifo_listener_path",
}
"""The settings that hold the name of a block; otherwise it is the word with ``_name``."""


@dataclass(slots=True, eq=False)
class Place24:
    """A filter or block, or the part of one whose settings begin with the name of a named filter.

    ``doveconf`` puts ``ssl_server_key_file`` where ``ssl_server { key_file }`` is. ``scope`` is the scope of
    the block, or the one around a named filter that is not opened anywhere; ``part`` is the word of that.
    """

    scope: Scope24
    part: str = ""
    values: dict[str, Entry] = field(default_factory=dict)
    lists: dict[str, ListEntry] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)

    @property
    def named(self) -> str:
        """The setting that holds the block's name, '' where there is none."""
        return "" if self.part else name_setting(self.scope.block)


def places(tree: ScopeTree, checked: frozenset[str]) -> list[Place24]:
    """Return the places where settings of ``checked`` are set, with just these."""
    found: dict[tuple[Scope24, str], Place24] = {}

    def place(scope: Scope24, name: str) -> Place24:
        part = named_filter(name)
        block = scope.block
        if part and (block is None or part != "_".join(filter(None, block)).replace("/", "_")):
            child = scope.children.get(Block(part, None))
            if child is not None:
                scope, part = child, ""
        else:
            part = ""
        return found.setdefault((scope, part), Place24(scope, part))

    for scope in tree.scopes:
        for name in checked.intersection(scope.values):
            place(scope, name).values[name] = scope.values[name]
        for name in checked.intersection(scope.lists):
            place(scope, name).lists[name] = scope.lists[name]
        for name in checked.intersection(scope.names):
            place(scope, name).names[name] = scope.names[name]
        if scope.block is not None and name_setting(scope.block) in checked:
            found.setdefault((scope, ""), Place24(scope))
    return list(found.values())


def name_setting(block: Block | None) -> str:
    """Return the setting that holds a block's name, '' for one without a name."""
    if block is None or block.name is None:
        return ""
    return NAME_SETTINGS.get(block.word, f"{block.word}_name")


class View24:
    """What a check sees of one place."""

    def __init__(self, place: Place24, tree: ScopeTree) -> None:
        self.place = place
        self.tree = tree
        self._names = table(Version.V24).names

    @property
    def is_root(self) -> bool:
        """Whether this is what is set outside of filters and blocks."""
        return self.place.scope is self.tree.root and not self.place.part

    def text(self, name: str, *, known: bool = False) -> str:
        """Return a setting as text; ``known``: one in which Dovecot doesn't expand variables."""
        entry = self.place.values.get(name)
        if entry is not None:
            text = written(entry)
            return text if known or not unclear(text) else UNKNOWN
        if name == self.place.named and self.place.scope.block is not None:
            text = self.place.scope.block.name or ""
            return text if known or not unclear(text) else UNKNOWN
        return self._names[name].default

    def is_yes(self, name: str) -> bool:
        """Return a boolean; here and below, what is not known counts as the default."""
        return is_true(self._value(name))

    def choice(self, name: str) -> str:
        """Return a word of an enumeration."""
        return self._value(name)

    def amount(self, name: str) -> int:
        """Return a number, a size in bytes or a time in milliseconds; the largest one for `unlimited`."""
        return amount(self._names[name].type, self._value(name))

    def words(self, name: str) -> list[str]:
        """Return the items of a boolean list that are yes, those of the default first."""
        items = dict.fromkeys(default_items(name), True) if self.is_root else {}
        for item, entry in listed(self.place.lists.get(name)):
            if is_true(entry):
                items[item] = True
            else:
                items.pop(item, None)
        return list(items)

    def has_items(self, name: str) -> bool:
        """Return whether a list has items, be they yes or no; by default none has outside of the root."""
        return self.is_root or any(listed(self.place.lists.get(name)))

    def strings(self, name: str) -> dict[str, str]:
        """Return the items of a string list."""
        return dict(listed(self.place.lists.get(name)))

    def where(self, *names: str) -> Statement | None:
        """Return the line to blame: that of the first of these that is set here, or else of the block."""
        for name in names:
            if (entry := self.place.values.get(name)) is not None:
                return entry.node
            if (line := line_of(self.place.lists.get(name))) is not None:
                return line
        return self.place.scope.opened

    def opened(self, word: str, name: str) -> Statement | None:
        """Return the line that opens a block in here."""
        scope = self.place.scope.children.get(Block(word, name))
        return scope.opened if scope is not None else self.where()

    def item(self, name: str, item: str) -> Statement | None:
        """Return the line that puts an item into a list."""
        entries = self.place.lists.get(name)
        if entries is not None and item in entries.items:
            return entries.items[item].node
        return self.where(name)

    def _value(self, name: str) -> str:
        entry = self.place.values.get(name)
        if entry is not None and not unclear(text := written(entry)):
            return text
        return self._names[name].default


def written(entry: Entry) -> str:
    """Return a value as ``doveconf -n`` sees it."""
    return entry.text if entry.unexpanded is None else entry.unexpanded


def unclear(text: str) -> bool:
    """Return whether a value is only known later."""
    return "%{" in text or "$SET:" in text or "$ENV:" in text


def listed(entries: ListEntry | None) -> Iterator[tuple[str, str]]:
    """Yield the items of a list with their values, as ``doveconf -n`` sees them."""
    if entries is None:
        return
    line = entries.entry
    if line is not None and line.unexpanded is not None:
        try:
            yield from ((item, "yes") for item in parse_names(line.unexpanded))
        except ListSyntaxError:
            return
    for item, entry in entries.items.items():
        if line is None or line.unexpanded is None or entry.node is not line.node:
            yield item, written(entry)


def line_of(entries: ListEntry | None) -> Statement | None:
    """Return a line that sets a list."""
    if entries is None:
        return None
    entry = entries.entry or next(iter(entries.items.values()), None)
    return entry.node if entry is not None else None


def default_items(name: str) -> list[str]:
    """Return the items of a boolean list that Dovecot has by itself."""
    captured = captured_sections(Version.V24)
    if name in captured.sections:
        return list(captured.sections[name][""].values)
    return parse_names(captured.values.get(name, ""))


def amount(kind: str, text: str) -> int:
    """Return a number, a size in bytes or a time in milliseconds. Raises ValueError."""
    if is_unlimited(kind, text):
        return _UNLIMITED.get(kind, UINT_MAX)
    return _AMOUNTS.get(kind, amounts.natural)(text)


_UNLIMITED = {"size": UINTMAX_MAX, "time": UINT_MAX * 1000}
_AMOUNTS = {
    "size": amounts.size,
    "time": amounts.milliseconds,
    "msecs": amounts.milliseconds,
    "octal": amounts.octal,
}
