"""What was most likely meant by a name that Dovecot doesn't know: our hint, and what 2.4 itself says."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from dovecot_conf.names import table
from dovecot_conf.near import advice, nearest
from dovecot_conf.old_names23_table import is_old_name
from dovecot_conf.successors import successor
from dovecot_conf.versions import Version

if TYPE_CHECKING:
    from dovecot_conf.scopes24 import Block

STANDS_OUTSIDE = "stands outside of this section"
"""What is said of a known name in a section where it is none."""

_MOST = 40
"""Near names are looked for this often, since each search goes over all names."""


class Suggestions:
    """Makes the hints for one configuration."""

    def __init__(self, version: Version) -> None:
        self._version = version
        self._made: dict[tuple[str, str], str] = {}

    def hint(self, key: str, around: str = "") -> str:
        """Return what to do about the unknown ``key``, '' if nothing special is known.

        ``around``: the words of the sections, ``service/``, that stand before a name in the table.
        """
        if (key, around) not in self._made:
            if len(self._made) >= _MOST:
                return ""
            self._made[key, around] = self._make(key, around)
        return self._made[key, around]

    def _make(self, key: str, around: str) -> str:
        other = Version.V24 if self._version is Version.V23 else Version.V23
        instead = successor(key) if self._version is Version.V24 else ""
        if instead:
            return f"Dovecot 2.4 has {instead} instead"
        if not around and (place := _place_of(key, self._version)):
            return f"write it into {place}"
        if around + key in (table(other).inner if around else table(other).names):
            return f"Dovecot {other} has it, and Dovecot {self._version} doesn't"
        known = table(self._version)
        here = list(known.names)
        if around:
            if key in known.names or (self._version is Version.V23 and is_old_name(key)):
                return f"{key} {STANDS_OUTSIDE}"
            here = [name.removeprefix(around) for name in known.inner if name.startswith(around)]
        return advice(nearest(key, here, 0.75))


def _place_of(key: str, version: Version) -> str:
    """Return the block that a setting of push notifications belongs into, '' for any other setting."""
    if version is Version.V23 and key == "push_notification":
        return "plugin { }: push_notification_driver = NAME:OPTIONS"
    if version is Version.V23:
        return "plugin { }" if key.startswith(("push_notification_", "mail_lua_")) else ""
    driver = key.partition("_")[0]
    is_of_block = f"push_notification_{key}" in table(version).names
    return f"the block 'push_notification {driver} {{'" if is_of_block else ""


def unknown_setting24(key: str, block: Block | None) -> str:
    """Return what 2.4 says of an unknown setting in a block, None for outside of all blocks.

    It asks whether one of the settings ``word_*_key`` was meant in ``word NAME {``
    (``config_set_unknown_key_error`` of 2.4.1, which offers them in another order each time).
    """
    text = f"Unknown setting: {key}"
    if block is None:
        return text
    if block.name is None:
        return f"{text} ({block.word}_{key} not found either.)"
    name = block.name.replace("/", "_")
    text = f"{text} ({block.word}_{key} or {block.word}_{name}_{key} not found either."
    meant = _by_ends().get((block.word, key), ())
    if len(meant) > 1:
        return f"{text} Did you mean one of: {', '.join(meant)}?)"
    return f"{text} Did you mean {meant[0]}?)" if meant else f"{text})"


@cache
def _by_ends() -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, row in table(Version.V24).names.items():
        parts = name.split("_")
        if not row.package:
            for end in range(1, len(parts) - 1):
                found["_".join(parts[:end]), "_".join(parts[end + 1 :])].append(name)
    return found
