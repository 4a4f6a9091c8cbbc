"""Where evaluated settings are kept, the same for both versions.

A scope is the global one or what one filter condition (in 2.4 also a named block) holds. An entry is
a setting as it stands in a scope: its value is worked out once, at its line.
"""

# Annotations are not postponed here: NamedTuple compiles each one that is a string, at every start.

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from dovecot_conf.positions import Span
from dovecot_conf.tree import Setting


class SettingValue(NamedTuple):
    """A setting's effective value.

    ``name`` is the full name, ``text`` the value with ``$`` and ``<file`` expanded, ``raw`` the value
    as written (with quotes), ``span`` where the value stands, ``scope`` the filter it was set in
    (``protocol lmtp``), '' for the global scope. ``node`` is the line of the tree, None when the
    value comes from an override. ``literal``: Dovecot doesn't replace %variables in it, as in all
    overrides but those of ``plugin/`` keys.
    """

    name: str
    text: str
    raw: str
    span: Span
    scope: str = ""
    node: Setting | None = None
    literal: bool = False


class Entry:
    """A setting as it stands in a scope. ``path`` is set when the value is a file's content, read when
    needed; ``unexpanded`` is the value as ``doveconf -n`` sees it, None where that is ``text``.
    """

    __slots__ = ("name", "node", "path", "scope", "text", "unexpanded")

    def __init__(
        self,
        name: str,
        text: str,
        node: Setting,
        scope: str,
        path: str = "",
        unexpanded: str | None = None,
    ) -> None:
        self.name = name
        self.text = text
        self.node = node
        self.scope = scope
        self.path = path
        self.unexpanded = unexpanded

    def value(self, read: Callable[[str], str]) -> SettingValue:
        """Return the value; ``read`` gives the content of a file, '' if it can't be read."""
        text = read(self.path) if self.path else self.text
        return SettingValue(self.name, text, self.node.raw, self.node.value_span, self.scope, self.node)


# In the place of a file's name.
OVERRIDE_FILE = "-o"


def override_span(position: int, text: str) -> Span:
    """Return the place of the override with this position (from 1) among the overrides."""
    return Span(OVERRIDE_FILE, position, 1, position, len(text) + 1)


class Values(Mapping[str, SettingValue]):
    """A read-only view of entries as values."""

    def __init__(self, entries: Mapping[str, Entry | SettingValue], read: Callable[[str], str]) -> None:
        self._entries = entries
        self._read = read

    def __getitem__(self, name: str) -> SettingValue:
        entry = self._entries[name]
        return entry if isinstance(entry, SettingValue) else entry.value(self._read)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def matching(self, wanted: Callable[[str, str], bool]) -> Iterator[tuple[str, SettingValue]]:
        """Yield the names and values for which ``wanted``, given the name and the text, is true.

        No value is made of the others, which are nearly all in a long ``plugin {}``.
        """
        for name, entry in self._entries.items():
            path = "" if isinstance(entry, SettingValue) else entry.path
            if wanted(name, self._read(path) if path else entry.text):
                yield name, self[name]
