"""The settings of Dovecot: their names, types and defaults, from the tables in ``data/``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache

from dovecot_conf.value import Value
from dovecot_conf.versions import Version

_MARKS = ("auth", "hidden", "ungrouped")
"""Marks in the tables; any other is the name of a package."""


SECOND_NAME = "alias"
"""The type of a second name of a setting."""

_ESCAPES = {"n": "\n", "t": "\t"}


class Kind(StrEnum):
    """What a setting name is."""

    VALUE = "value"
    SECTION = "section"
    """a section of 2.3 with settings of its own, or one that is a flat list"""
    FILTER = "filter"
    """a named filter of 2.4: ``X {``"""
    FILTERS = "filters"
    """a named list filter of 2.4: ``X NAME {``"""
    STRINGS = "strings"
    """a string list of 2.4"""
    BOOLEANS = "booleans"
    """a boolean list of 2.4"""


_KINDS = {"section": Kind.SECTION, "list": Kind.SECTION} | {
    str(kind): kind for kind in (Kind.FILTER, Kind.FILTERS, Kind.STRINGS, Kind.BOOLEANS)
}


class SettingName(Value):
    """A setting: its name, for what stands in a section of 2.3 with the words of the sections around.

    ``type`` is that of a plain value (``bool``, ``time``, …; see :mod:`dovecot_conf.value_types`),
    ``choices`` what an ``enum`` may be. ``default`` is the built-in value. ``auth``: not allowed in
    local and remote filters.
    ``required`` is the part that a block must have, '' for none; ``struct`` what 2.4 calls the
    settings that a named list filter belongs to. ``package``: the Debian package without which there
    is no such setting, '' for those that are always there. ``hidden``: 2.3 shows it only when it is set.
    ``ungrouped``: not allowed in groups of 2.4.
    """

    name: str
    kind: Kind
    default: str = ""
    required: str = ""
    struct: str = ""
    type: str = "string"
    choices: str = ""
    auth: bool = False
    package: str = ""
    hidden: bool = False
    ungrouped: bool = False


class SettingNames:
    """Settings by name. A row of the table is read when it is asked for: most calls ask for a few."""

    def __init__(self, lines: dict[str, str]) -> None:
        self._lines = lines
        self._rows: dict[str, SettingName] = {}

    def get(self, name: str) -> SettingName | None:
        """Return a setting, None when there is no such name."""
        row = self._rows.get(name)
        if row is None and name in self._lines:
            row = self._rows[name] = _setting_name(*self._lines[name].split("\t"))
        return row

    def __getitem__(self, name: str) -> SettingName:
        """Return a setting; raises KeyError."""
        row = self.get(name)
        if row is None:
            raise KeyError(name)
        return row

    def __contains__(self, name: str) -> bool:
        """Tell whether there is such a name."""
        return name in self._lines

    def __iter__(self) -> Iterator[str]:
        """Yield the names in the order of the table."""
        return iter(self._lines)

    def items(self) -> Iterator[tuple[str, SettingName]]:
        """Yield the names with their settings, in the order of the table."""
        return ((name, self[name]) for name in self._lines)


class Table(Value):
    """The names of a version: ``names`` are all settings of the top level, ``inner`` those in the
    sections of 2.3 with the words of the sections (``service/client_limit``). A second name of a setting
    leads to the row of the first one; 2.4 crashes on it, and its type is ``alias``.

    ``built_in`` are the paths of the sections that exist without any configuration.
    """

    names: SettingNames
    inner: SettingNames
    built_in: frozenset[str]


@cache
def table(version: Version) -> Table:
    """Return the table of a version."""
    names: dict[str, str] = {}
    inner: dict[str, str] = {}
    built_in, aliases = [], []
    with open(os.path.join(os.path.dirname(__file__), "data", f"settings-{version}.txt"), "rb") as file:
        lines = file.read().decode("utf-8").splitlines()
    for line in lines:
        if line.startswith("#"):
            continue
        name, kind, rest = line.split("\t", 2)
        rows = inner if "/" in name else names
        if kind == "built-in":
            built_in.append(name)
        elif kind == SECOND_NAME and (real_name := rest.split("\t")[1]):
            aliases.append((rows, name, real_name))
        else:
            rows[name] = line
    for rows, name, real_name in aliases:
        rows[name] = rows[real_name]
    return Table(SettingNames(names), SettingNames(inner), frozenset(built_in))


@cache
def names(version: Version) -> dict[str, SettingName]:
    """Return the settings of the top level that every Dovecot of a version shows, by name."""
    return {
        name: row
        for name, row in table(version).names.items()
        if name == row.name and row.type != SECOND_NAME and not row.hidden and not row.package
    }


@cache
def named_filter(name: str) -> str:
    """Return the named filter of 2.4 that a setting belongs to by the beginning of its name, '' for none."""
    known = table(Version.V24).names
    end = len(name)
    while (end := name.rfind("_", 0, end)) > 0:
        row = known.get(name[:end])
        if row is not None and row.kind is Kind.FILTER:
            return name[:end]
    return ""


def _setting_name(name: str, word: str, mark: str, extra: str, default: str) -> SettingName:
    auth = hidden = ungrouped = False
    package = ""
    if mark:
        marks = mark.split()
        auth, hidden, ungrouped = (known in marks for known in _MARKS)
        package = next((other for other in marks if other not in _MARKS), "")
    kind = _KINDS.get(word)
    if kind is None:
        if "\\" in default:
            default = re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), default)
        return SettingName(name, Kind.VALUE, default, "", "", word, extra, auth, package, hidden, ungrouped)
    required, struct = extra, ""
    if kind is Kind.FILTERS:
        struct, _, required = extra.partition(" ")
    return SettingName(name, kind, "", required, struct, word, "", auth, package, hidden, ungrouped)
