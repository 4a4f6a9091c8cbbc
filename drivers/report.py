"""What happened in a simulation: log lines in order, transactions, drivers, HTTP requests.

These values are what ``simulate --format json`` shows, field by field.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """Dovecot's log levels."""

    DEBUG = "Debug"
    INFO = "Info"
    WARNING = "Warning"
    ERROR = "Error"
    FATAL = "Fatal"
    PANIC = "Panic"

    @property
    def is_failure(self) -> bool:
        """Whether something went wrong."""
        return self in (Level.ERROR, Level.FATAL, Level.PANIC)


class Outcome(StrEnum):
    """What a driver did with a transaction."""

    SENT = "sent"
    WOULD_SEND = "would-send"
    CALLED = "called"
    LOGGED = "logged"
    SKIPPED = "skipped"
    FAILED = "failed"
    NOT_LOADED = "not-loaded"


class LogLine(NamedTuple):
    """One line Dovecot would log: without time stamp and process prefix, with the driver's prefix.

    ``driver`` is the name of the driver that logs (``dlog``, ``ox``), empty for the framework.
    """

    level: Level
    driver: str
    message: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of an HTTP request: a ``status`` with its ``reason``, or an ``error`` text."""

    status: int | None
    reason: str
    error: str
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request as it goes over the wire; ``url`` carries no userinfo."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: str
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One RFC 5423 event with its fields, in the order a driver is shown them."""

    name: str
    fields: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class DriverReport:
    """What one driver of the chain did; ``setting`` says where it is defined."""

    driver: str
    setting: str
    outcome: Outcome
    reason: str = ""
    requests: tuple[Request, ...] = ()


@dataclass(frozen=True, slots=True)
class TransactionReport:
    """One mailbox transaction: its events and what each driver made of them."""

    mailbox: str
    events: tuple[Event, ...]
    drivers: tuple[DriverReport, ...]


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """A whole session of one user: transactions in order, and every log line in order."""

    dovecot_version: str
    user: str
    protocol: str
    transactions: tuple[TransactionReport, ...] = ()
    log: tuple[LogLine, ...] = field(default=())
