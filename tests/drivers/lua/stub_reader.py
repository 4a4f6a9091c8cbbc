"""Reads annotations in EmmyLua's notation, of the forms that the stubs use."""

from __future__ import annotations

import re
from typing import NamedTuple

_CLASS = re.compile(r"---@class (?P<name>[\w.]+)")
_FIELD = re.compile(r"---@field (?P<name>\w+)(?P<optional>\??) (?P<kind>[^#]+?)(?: # (?P<about>.*))?")
_FUNCTION = re.compile(r"function (?P<owner>[\w.:]+[.:])?(?P<name>\w+)\((?P<parameters>[^)]*)\) end")
_TABLE = re.compile(r"(?P<local>local )?(?P<name>[\w.]+) = \{\}")


class Field(NamedTuple):
    """A field: its type, whether it may be nil, and what is said of it."""

    kind: str
    optional: bool
    about: str


class Annotations(NamedTuple):
    """Fields and functions by class, and the global functions. A field that is a table is of its class."""

    classes: dict[str, dict[str, Field]]
    functions: tuple[str, ...]


def read(text: str) -> Annotations:
    """Return what a file of annotations says. Raises ValueError for a line that can't be read."""
    classes: dict[str, dict[str, Field]] = {}
    names: dict[str, str] = {}
    functions: list[str] = []
    current = ""
    for line in text.splitlines():
        if found := _CLASS.fullmatch(line):
            current = found["name"]
            classes[current] = {}
        elif found := _FIELD.fullmatch(line):
            kind = found["kind"]
            optional = bool(found["optional"]) or kind.endswith("?")
            classes[current][found["name"]] = Field(kind.rstrip("?"), optional, found["about"] or "")
        elif found := _TABLE.fullmatch(line):
            names[found["name"]] = current
            outer, dot, name = found["name"].rpartition(".")
            if dot:
                classes[outer][name] = Field(current, False, "")
        elif found := _FUNCTION.fullmatch(line):
            owner = found["owner"]
            if owner is None:
                functions.append(found["name"])
            else:
                classes[names[owner[:-1]]][found["name"]] = Field("function", False, "")
        elif line and not re.match(r"---|-- ", line):
            raise ValueError(line)
    return Annotations(classes, tuple(functions))
