"""The names of Dovecot's settings and what kind of thing each is, from the files in ``data/``.

Only what reading needs: the defaults that ``$name`` gives, the block words of 2.4, and the full
names that short keys in blocks stand for. A name that isn't here is not an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from dovecot_conf.versions import Version


class Kind(StrEnum):
    """What a setting name is."""

    VALUE = "value"
    SECTION = "section"
    """a section or list of 2.3"""
    FILTER = "filter"
    """a named filter of 2.4: ``X {``"""
    FILTERS = "filters"
    """a named list filter of 2.4: ``X NAME {``"""
    STRINGS = "strings"
    """a string list of 2.4"""
    BOOLEANS = "booleans"
    """a boolean list of 2.4"""


@dataclass(frozen=True, slots=True)
class SettingName:
    """A setting: its name and kind.

    ``default`` is the built-in value of a plain setting. ``required`` is the part that a block must
    have, '' for none; ``struct`` what 2.4 calls the settings that a named list filter belongs to.
    """

    name: str
    kind: Kind
    default: str = ""
    required: str = ""
    struct: str = ""


@cache
def names(version: Version) -> dict[str, SettingName]:
    """Return the known settings of a version by name."""
    table = {}
    path = Path(__file__).with_name("data") / f"names-{version}.txt"
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            kind, name, rest = line.split("\t")
            table[name] = _setting_name(name, Kind(kind), rest)
    return table


def _setting_name(name: str, kind: Kind, rest: str) -> SettingName:
    if kind is Kind.FILTER:
        return SettingName(name, kind, required=rest)
    if kind is Kind.FILTERS:
        struct, _, required = rest.partition(" ")
        return SettingName(name, kind, required=required, struct=struct)
    return SettingName(name, kind, rest)
