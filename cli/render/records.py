"""Recorded requests for people: what is in them, and what became of them."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from cli.output import printable
from cli.render.styled import Line
from drivers.recording import Record, RecordedAnswer

_MAX_PARSED_BYTES = 1024 * 1024

OX_FIELDS = (
    ("user", "user"),
    ("event", "event"),
    ("folder", "folder"),
    ("uid", "imap-uid"),
    ("subject", "subject"),
)
"""What is shown of the body that the ox driver sends, and its names there."""


class AnswerText(NamedTuple):
    """An answer in a word or two, what went wrong, and a style in rich's words."""

    short: str
    error: str
    style: str

    def __str__(self) -> str:
        """Return all of it."""
        return f"{self.short}: {self.error}" if self.error else self.short


def clock_time(record: Record) -> str:
    """Return the local time of day."""
    return time.strftime("%H:%M:%S", time.localtime(record.time))


def notification(record: Record) -> dict[str, str]:
    """Return what the body says, by the names of OX_FIELDS; nothing where it is no ox notification."""
    if len(record.body) > _MAX_PARSED_BYTES:
        return {}
    try:
        document = json.loads(record.body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(document, dict):
        return {}
    return {
        name: printable(" ".join(str(document[key]).split()))
        for name, key in OX_FIELDS
        if isinstance(document.get(key), str | int)
    }


def answer_text(answer: RecordedAnswer | None) -> AnswerText:
    """Return the status or the fault, and what it means for the sender."""
    if answer is None:
        return AnswerText("not sent", "", "dim")
    fault = answer.fault if answer.fault != "status" else None
    words = [word for word in (fault, answer.status and str(answer.status)) if word]
    short = printable(" ".join(words) or "no answer")
    if answer.error:
        return AnswerText(short, printable(answer.error), "yellow")
    good = answer.status is not None and answer.status // 100 == 2
    return AnswerText(short, "", "green" if good and not answer.fault else "red")


def line(record: Record) -> Line:
    """Return a request and its answer as one line."""
    shown = record.without_secrets()
    said = " ".join(f"{name}={value}" for name, value in notification(record).items())
    answer = answer_text(record.answer)
    request = printable(f"{record.method} {shown.target}") if record.method else record.peer
    text = Line().add(clock_time(record), "dim").add(f" {request}", "bold")
    text.add(f" {said}" if said else f" ({len(record.body)} bytes)" if record.body else "")
    return text.add(" -> ").add(str(answer), answer.style)


class Totals:
    """Counts answers."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, record: Record) -> None:
        """Count one request by its answer."""
        self._counts[answer_text(record.answer).short] += 1

    def __str__(self) -> str:
        """Return as ``3 requests: 2 × 200, 1 × drop``."""
        total = self._counts.total()
        parts = ", ".join(f"{count} × {text}" for text, count in self._parts())
        return f"{total} {'request' if total == 1 else 'requests'}" + (f": {parts}" if parts else "")

    def _parts(self) -> Iterator[tuple[str, int]]:
        yield from self._counts.most_common()
