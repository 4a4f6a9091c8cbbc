"""Which events a script registers for, by the functions that it has."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from dovecot_conf.versions import Version
from drivers.events import MessageField, Registration
from drivers.lua.entry_points import BEGIN, HANDLERS, LOG_PREFIX
from drivers.report import Level, LogLine

FUNCTIONS = (BEGIN, *HANDLERS.values())
"""Those that a script needs."""

_NEW_MESSAGE = ("MessageNew", "MessageAppend")


class Registrations(NamedTuple):
    """What a script registers, and the log lines about it; ``can_begin``: it has a function for that."""

    can_begin: bool
    events: tuple[Registration, ...]
    lines: tuple[LogLine, ...]


# A script hardly ever gets another function between two transactions.
@lru_cache(maxsize=16)
def registrations(found: bytes, version: Version) -> Registrations:
    """Return what a script registers that was ``found`` to have, or not, each of FUNCTIONS ("1", "0")."""
    begin, *handlers = (letter == "1" for letter in found.decode())
    events = [event for event, is_there in zip(HANDLERS, handlers, strict=True) if is_there]
    return Registrations(
        begin, tuple(_registration(event, version) for event in events), tuple(map(_line, events))
    )


def _registration(event: str, version: Version) -> Registration:
    fields = MessageField.ALL if event in _NEW_MESSAGE else MessageField.NONE
    prefix = LOG_PREFIX if version is Version.V24 else ""
    return Registration(event, fields, prefix, event == "FlagsClear", version)


def _line(event: str) -> LogLine:
    return LogLine(Level.DEBUG, "lua", f"{LOG_PREFIX}Found {HANDLERS[event]}, handling {event} event")
