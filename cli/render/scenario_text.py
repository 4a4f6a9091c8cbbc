"""What happened in a session of a scenario as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from cli.output import printable
from cli.render.simulation_text import log_lines, transaction_lines
from cli.render.styled import Line
from drivers.scenario_run import SessionReport


def text(number: int, report: SessionReport) -> Iterator[Line]:
    """Yield the lines about one session, which is the ``number``-th from 1."""
    session, process = report.session, report.process
    title = f"Session {number}" + (f": {session.name}" if session.name else "")
    yield Line().add(printable(title), "bold underline")
    for user, transactions in process.parts:
        for transaction in transactions:
            yield from transaction_lines(transaction, user, process.protocol, process.dovecot_version)
    yield from log_lines(process.log)
