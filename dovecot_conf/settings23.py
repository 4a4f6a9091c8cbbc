"""Which value wins in Dovecot 2.3.

The order of the scopes is that of ``config_filter_parser_cmp`` of 2.3.19.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dovecot_conf.conditions import Condition
from dovecot_conf.evaluate23 import Scope23
from dovecot_conf.scopes import Entry, SettingValue, Values
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


class Settings23(Settings):
    """The effective settings of 2.3 for one condition."""

    def __init__(
        self,
        scopes: Sequence[Scope23],
        asked: Condition,
        overrides: Mapping[str, SettingValue],
        read: Callable[[str], str],
    ) -> None:
        self._scopes = matching_scopes(scopes, asked)
        self._overrides = overrides
        self._read = read
        super().__init__(Values(self._merged_plugin(), read))

    def _merged_plugin(self) -> dict[str, Entry | SettingValue]:
        merged: dict[str, Entry | SettingValue] = {}
        for scope in self._scopes:
            for key, entry in scope.plugin.items():
                merged.setdefault(key, entry)
        for name, value in self._overrides.items():
            if name.startswith("plugin/"):
                merged[name.removeprefix("plugin/")] = value
        return merged

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
