"""What many sessions came to, as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from cli.output import printable
from cli.render.load_json import PERCENTILES
from cli.render.simulation_text import MARKS
from cli.render.styled import Line
from drivers.latencies import Latencies
from drivers.load import Tally
from drivers.report import Outcome


def text(tally: Tally, *, what: str) -> Iterator[Line]:
    """Yield the sums; ``what`` is done in each session, such as ``message-new``."""
    number = f"{tally.done}" if tally.done == tally.load.count else f"{tally.done} of {tally.load.count}"
    line = Line().add(f"{number} times {what}", "bold")
    yield line.add(f" in {tally.elapsed:.2f} s: {tally.throughput:.1f} a second")
    for outcome in Outcome:
        if count := tally.outcomes[outcome.value]:
            mark, style = MARKS[outcome]
            yield Line().add(f"  {mark} ", style).add(f"{outcome.value:<12}").add(f"{count:>9}")
    yield Line()
    head = "".join(f"{name:>10}" for name in (*(f"p{percent}" for percent in PERCENTILES), "max"))
    yield Line().add(f"{'milliseconds':<14}{head}", "dim")
    yield from _latencies("a session", tally.sessions)
    yield from _latencies("a request", tally.requests)
    if tally.errors:
        yield Line()
        yield Line().add("Errors that Dovecot would log", "bold")
        for message, count in tally.errors.most_common():
            yield Line().add(f"  {count} × ").add(printable(message), "red")


def _latencies(name: str, latencies: Latencies) -> Iterator[Line]:
    if latencies.count:
        values = [*(latencies.percentile(percent) for percent in PERCENTILES), latencies.maximum]
        yield Line().add(f"  {name:<12}" + "".join(f"{value * 1000:>10.2f}" for value in values))
