"""A simulation report as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from drivers.report import DriverReport, Level, Outcome, Request, SimulationReport

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


def print_text(report: SimulationReport, console: Console) -> None:
    """Print the report for people: drivers and outcomes, then requests, then Dovecot's log."""
    for transaction in report.transactions:
        names = ", ".join(event.name for event in transaction.events) or "no event"
        console.print(
            Text.assemble(
                (names, "bold"),
                f" for {report.user} in {transaction.mailbox}",
                f", by {report.protocol} of Dovecot {report.dovecot_version}",
            )
        )
        for driver in transaction.drivers:
            console.print(_driver_line(driver))
        for driver in transaction.drivers:
            for request in driver.requests:
                console.print()
                for line in _request_lines(driver, request):
                    console.print(line)
    if report.log:
        console.print()
        console.print(Text("What Dovecot logs", style="bold"))
    for entry in report.log:
        console.print(Text(f"  {entry.level}: {entry.message}", style=LEVEL_STYLES[entry.level]))


def _driver_line(driver: DriverReport) -> Text:
    mark, style = MARKS[driver.outcome]
    line = Text.assemble(
        (f"  {mark} ", style), (f"{driver.driver:<6}", "bold"), f" {driver.outcome.value:<10}"
    )
    if driver.setting:
        line.append(f"  {driver.setting}", style="dim")
    if driver.reason:
        line.append(f"  {driver.reason}")
    return line


def _request_lines(driver: DriverReport, request: Request) -> Iterator[Text]:
    title = "The request" if driver.outcome is not Outcome.WOULD_SEND else "The request, shown and not sent"
    yield Text(f"{title} ({driver.driver}, {driver.setting})", style="bold")
    yield Text(f"  {request.method} {request.url}", style="cyan")
    for name, value in request.headers:
        yield Text(f"  {name}: {value}")
    yield Text("")
    yield Text(f"  {request.body}")
    for number, attempt in enumerate(request.attempts, 1):
        answer = f"{attempt.status} {attempt.reason}" if attempt.status is not None else attempt.error
        yield Text(f"  attempt {number}: {answer} ({attempt.elapsed_ms:.0f} ms)", style="dim")
