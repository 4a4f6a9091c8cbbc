"""The numbered names of 2.3's driver chain: ``push_notification_driver``, ``…driver2``, ``…driver3``."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

from dovecot_conf.scopes import SettingValue

ROOTS = ("push_notification_driver", "push_notification_backend")

_NAME = re.compile(rf"(?P<root>{'|'.join(ROOTS)})(?P<digits>[0-9]*)")
_PROPER = re.compile(rf"(?:{'|'.join(ROOTS)})(?:[2-9]|[1-9][0-9]+)?")


def is_numbered(name: str) -> bool:
    """Tell whether a key of ``plugin {}`` is a driver's name with any number."""
    return _NAME.fullmatch(name) is not None


def follows_numbering(name: str) -> bool:
    """Tell whether Dovecot ever asks for this name: none for the first driver, then 2, 3, 4."""
    return _PROPER.fullmatch(name) is not None


def missing_before(name: str, plugin: Mapping[str, SettingValue]) -> str | None:
    """Return the first name of the chain that is missing or empty before ``name``, None if none is."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    root, last = match["root"], int(match["digits"] or 1)
    # A chain is at most as long as plugin {} has keys, whatever number the name bears.
    for number in range(1, min(last, len(plugin) + 2)):
        wanted = root if number == 1 else f"{root}{number}"
        value = plugin.get(wanted)
        if value is None or not value.text:
            return wanted
    return None


def next_name(root: str, taken: Container[str]) -> str:
    """Return the first name of a chain that is not in ``taken``."""
    name, number = root, 2
    while name in taken:
        name, number = f"{root}{number}", number + 1
    return name
