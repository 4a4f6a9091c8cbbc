"""Which value wins in Dovecot 2.3.

The order of the scopes is that of ``config_filter_parser_cmp`` of 2.3.19.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dovecot_conf.conditions import Condition
from dovecot_conf.scopes import Entry, SettingValue, Values
from dovecot_conf.scopes23 import Scope23
from dovecot_conf.settings import Settings, split_list


def matching_scopes(scopes: Sequence[Scope23], asked: Condition) -> list[Scope23]:
    """Return the scopes that hold for ``asked``, the one that wins first, the global one last."""
    return sorted((scope for scope in scopes if scope.condition.matches(asked)), key=rank)


def rank(scope: Scope23) -> tuple[bool, int, int, bool]:
    """Return the place of a scope among those that hold; equal ones stay in the order of the file."""
    condition = scope.condition
    return (
        condition.local_name is None,
        -condition.local.bits if condition.local else 0,
        -condition.remote.bits if condition.remote else 0,
        condition.protocol is None,
    )


class Plugins:
    """The ``plugin {}`` of several scopes, merged: those that give the same are one object."""

    def __init__(self, overrides: Mapping[str, SettingValue], read: Callable[[str], str]) -> None:
        self._overrides = {
            name.removeprefix("plugin/"): value
            for name, value in overrides.items()
            if name.startswith("plugin/")
        }
        self._read = read
        self._merged: dict[tuple[int, ...], Values] = {}

    def of(self, scopes: Sequence[Scope23]) -> Values:
        """Return what holds in these scopes, the one that wins first."""
        layers = [scope.plugin for scope in scopes if scope.plugin]
        key = tuple(map(id, layers))
        if key not in self._merged:
            self._merged[key] = Values(self._merge(layers), self._read)
        return self._merged[key]

    def _merge(self, layers: list[dict[str, Entry]]) -> Mapping[str, Entry | SettingValue]:
        if len(layers) == 1 and not self._overrides:
            return layers[0]
        merged: dict[str, Entry | SettingValue] = {}
        for layer in layers:
            for key, entry in layer.items():
                merged.setdefault(key, entry)
        return merged | self._overrides


class Settings23(Settings):
    """The effective settings of 2.3 for one condition."""

    def __init__(
        self,
        scopes: Sequence[Scope23],
        asked: Condition,
        overrides: Mapping[str, SettingValue],
        plugins: Plugins,
        read: Callable[[str], str],
    ) -> None:
        self._scopes = matching_scopes(scopes, asked)
        self._overrides = overrides
        self._read = read
        super().__init__(plugins.of(self._scopes))

    def get(self, name: str) -> SettingValue | None:
        """Return the setting of this name or path, None when the configuration doesn't set it."""
        if name.startswith("plugin/"):
            return self.plugin.get(name.removeprefix("plugin/"))
        if name in self._overrides:
            return self._overrides[name]
        for scope in self._scopes:
            entry = scope.values.get(name)
            if entry is not None:
                return entry.value(self._read)
        return None

    def words(self, name: str) -> tuple[str, ...]:
        """Return a list such as ``mail_plugins`` as its items; space and comma separate."""
        return split_list(self.value(name))
