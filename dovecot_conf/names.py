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


BLOCKS = (Kind.FILTER, Kind.FILTERS)
LISTS = (Kind.STRINGS, Kind.BOOLEANS)


@dataclass(frozen=True, slots=True)
class SettingName:
    """A setting: its name, kind and built-in default."""

    name: str
    kind: Kind
    default: str


@cache
def names(version: Version) -> dict[str, SettingName]:
    """Return the known settings of a version by name."""
    table = {}
    path = Path(__file__).with_name("data") / f"names-{version}.txt"
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            kind, name, default = line.split("\t")
            table[name] = SettingName(name, Kind(kind), default)
    return table
