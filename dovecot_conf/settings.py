"""The effective settings for one condition, as both versions offer them."""

from __future__ import annotations

from abc import ABC, abstractmethod

from dovecot_conf.scopes import SettingValue, Values


class Settings(ABC):
    """What a process of one protocol sees of a configuration.

    ``plugin`` is the merged ``plugin {}`` of 2.3, empty in 2.4.
    """

    def __init__(self, plugin: Values) -> None:
        self.plugin = plugin

    @abstractmethod
    def get(self, name: str) -> SettingValue | None:
        """Return a setting, None when the configuration doesn't set it.

        ``name`` is a full name or a path: ``plugin/foo`` in 2.3, ``mail_attribute/dict/file/path``
        or ``push_notification/ox/url`` in 2.4. Built-in defaults are not looked at.
        """

    @abstractmethod
    def words(self, name: str) -> tuple[str, ...]:
        """Return the items of a list such as ``mail_plugins``, in the order written."""

    def value(self, name: str, default: str = "") -> str:
        """Return the expanded text of a setting, ``default`` when it isn't set."""
        found = self.get(name)
        return default if found is None else found.text


def split_list(text: str) -> tuple[str, ...]:
    """Split a list of names at spaces and commas, the separators of ``mail_plugins``."""
    return tuple(word for word in text.replace(",", " ").split(" ") if word)
