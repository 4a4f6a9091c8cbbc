"""A simulation report as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cli.output import printable
from cli.render.styled import Line
from drivers.report import (
    DriverReport,
    Level,
    LogLine,
    Outcome,
    Request,
    SimulationReport,
    TransactionReport,
)

MARKS = {
    Outcome.SENT: ("✓", "green"),
    Outcome.WOULD_SEND: ("→", "cyan"),
    Outcome.CALLED: ("✓", "green"),
    Outcome.LOGGED: ("✓", "green"),
    Outcome.SKIPPED: ("-", "yellow"),
    Outcome.FAILED: ("✗", "red"),
    Outcome.NOT_LOADED: ("✗", "red"),
}
LEVEL_STYLES = {
    Level.DEBUG: "dim",
    Level.INFO: "",
    Level.WARNING: "yellow",
    Level.ERROR: "red",
    Level.FATAL: "bold red",
    Level.PANIC: "bold red",
}


def text(report: SimulationReport) -> Iterator[Line]:
    """Yield the report for people: drivers and outcomes, then requests, then Dovecot's log.

    A mail comes from anywhere: its control characters are escaped, line ends stay.
    """
    for transaction in report.transactions:
        yield from transaction_lines(transaction, report.user, report.protocol, report.dovecot_version)
    yield from log_lines(report.log)


def transaction_lines(
    transaction: TransactionReport, user: str, protocol: str, dovecot_version: str
) -> Iterator[Line]:
    """Yield the lines about one transaction: what the drivers made of it, and their requests."""
    names = ", ".join(event.name for event in transaction.events) or "no event"
    about = f" for {user} in {transaction.mailbox}"
    yield Line().add(names, "bold").add(printable(about) + f", by {protocol} of Dovecot {dovecot_version}")
    if not transaction.drivers:
        yield Line().add(f"  no push notification driver is defined for {protocol}")
    for driver in transaction.drivers:
        yield _driver_line(driver)
    for driver in transaction.drivers:
        for request in driver.requests:
            yield Line()
            yield from _request_lines(driver, request)


def log_lines(log: Sequence[LogLine]) -> Iterator[Line]:
    """Yield the lines about Dovecot's log."""
    if log:
        yield Line()
        yield Line().add("What Dovecot logs", "bold")
    for entry in log:
        for line in f"  {entry.level}: {entry.message}".split("\n"):
            yield Line().add(printable(line), LEVEL_STYLES[entry.level])


def _driver_line(driver: DriverReport) -> Line:
    mark, style = MARKS[driver.outcome]
    line = Line().add(f"  {mark} ", style).add(f"{printable(driver.driver):<6}", "bold")
    line.add(f" {driver.outcome.value:<10}")
    if driver.setting:
        line.add(printable(f"  {driver.setting}"), "dim")
    if driver.reason:
        line.add(printable(f"  {driver.reason}"))
    return line


def _request_lines(driver: DriverReport, request: Request) -> Iterator[Line]:
    title = "The request" if driver.outcome is not Outcome.WOULD_SEND else "The request, shown and not sent"
    yield Line().add(printable(f"{title} ({driver.driver}, {driver.setting})"), "bold")
    yield Line().add(printable(f"  {request.method} {request.url}"), "cyan")
    for name, value in request.headers:
        yield Line().add(printable(f"  {name}: {value}"))
    yield Line()
    yield Line().add(printable(f"  {request.body}"))
    for number, attempt in enumerate(request.attempts, 1):
        answer = f"{attempt.status} {attempt.reason}" if attempt.status is not None else attempt.error
        yield Line().add(printable(f"  attempt {number}: {answer} ({attempt.elapsed_ms:.0f} ms)"), "dim")
