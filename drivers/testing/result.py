"""What a test can look at after something was done."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from drivers.process import ProcessReport
from drivers.report import Level
from drivers.testing.errors import PushError

_ERRORS = frozenset(f"{level}: " for level in (Level.ERROR, Level.FATAL, Level.PANIC))


class MetadataCall(NamedTuple):
    """A call for METADATA, which is equal to a plain tuple: ``("set", "INBOX", "/private/x", "1")``.

    ``verb`` is ``get``, ``set``, ``unset`` or ``list``; ``mailbox`` is "" for the server's entries.
    ``value`` is what was found or set, None where there is nothing; of ``list`` the tuple of names
    behind ``entry``.
    """

    verb: str
    mailbox: str
    entry: str
    value: str | tuple[str, ...] | None = None


class RaisedEvent(NamedTuple):
    """An event (RFC 5423) of a mailbox, with what drivers asked for."""

    name: str
    mailbox: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SentRequest:
    """An HTTP request as it would go out. Each attempt is one, so a retry is another.

    ``headers`` are in their order; they don't show in messages, for they can hold a password.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes
    time: float

    @property
    def text(self) -> str:
        """The body as text; what is no UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")

    def header(self, name: str) -> str | None:
        """Return the first header of that name, None if there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def json(self) -> Any:
        """Return what the body says in JSON. Raises PushError if it is none."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise PushError(f"the body of {self.method} {self.url} is no JSON: {error}") from None


@dataclass(frozen=True, slots=True)
class Result:
    """What followed from a delivery, another action, or a whole session.

    ``log`` are all lines about push notifications, as ``Level: text``. ``metadata`` are the calls,
    ``requests`` what would go out, ``events`` what was raised, each in order. ``process`` is the report
    with all details.
    """

    log: list[str]
    metadata: list[MetadataCall]
    requests: list[SentRequest]
    events: list[RaisedEvent]
    process: ProcessReport = field(repr=False)

    @property
    def errors(self) -> list[str]:
        """The lines of the log that are errors, or say that the process dies."""
        return [line for line in self.log if line.startswith(tuple(_ERRORS))]

    def __repr__(self) -> str:
        """Return a summary, with the errors in full."""
        counts = (
            f"{len(self.log)} log lines, {len(self.metadata)} metadata calls, {len(self.requests)} requests"
        )
        return f"<Result: {counts}{'; ' if self.errors else ''}{'; '.join(self.errors)}>"


def result_of(
    process: ProcessReport, metadata: Iterable[MetadataCall], requests: Iterable[SentRequest]
) -> Result:
    """Return what there is to look at."""
    log = [f"{line.level}: {line.message}" for line in process.log]
    return Result(log, list(metadata), list(requests), list(_events(process)), process)


def _events(process: ProcessReport) -> Iterator[RaisedEvent]:
    for _, transactions in process.parts:
        for transaction in transactions:
            for event in transaction.events:
                yield RaisedEvent(event.name, transaction.mailbox, dict(event.fields))
