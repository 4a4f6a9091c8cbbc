"""What the options of a driver are, as data."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class OptionKind(StrEnum):
    """What the value of an option is."""

    STRING = "string"
    URL = "url"
    FLAG = "flag"
    BOOLEAN = "boolean"
    UNSIGNED = "unsigned"
    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"


class OptionSpec(NamedTuple):
    """One option of a driver.

    A ``FLAG`` is switched on by its mere presence. ``default`` is written as a user would write it;
    empty when there is none. ``secret`` values may carry a password.
    """

    name: str
    kind: OptionKind
    default: str = ""
    required: bool = False
    secret: bool = False
