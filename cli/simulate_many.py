"""`pushnotif simulate EVENT --count N`: the same action many times, and the sums at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cli.output import write_result
from cli.render.load_json import to_json
from cli.render.load_text import text
from cli.render.styled import render as render_lines
from cli.render.styled import wants_color
from drivers import Outcome, SystemClock
from drivers.load import Load, LoadRun, Session, Tally


def perform_many(session: Session, load: Load, *, what: str, as_json: bool, color: str, quiet: bool) -> bool:
    """Play all sessions and print the sums; return whether any notification failed.

    After Ctrl-C the sums of what was done are printed before KeyboardInterrupt is raised again.
    """
    run = LoadRun(session, load, SystemClock())
    try:
        with _progress(load, what, color, shown=not quiet and sys.stderr.isatty()) as show:
            run.run(show)
    finally:
        if as_json:
            write_result(to_json(run.tally))
        else:
            colored = wants_color(color, into_file=False)
            write_result(render_lines(text(run.tally, what=what), colored=colored))
    return bool(run.tally.failed or run.tally.outcomes[Outcome.FAILED.value])


@contextmanager
def _progress(load: Load, what: str, color: str, *, shown: bool) -> Iterator[Callable[[Tally], object]]:
    """Give what is told the sums so far; it moves a bar on stderr if ``shown``."""
    if not shown:
        yield lambda tally: None  # noqa: ARG005
        return
    from rich.console import Console  # noqa: PLC0415 - only for a terminal
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:.0f}/s"),
        TimeRemainingColumn(),
    )
    # None: as NO_COLOR says.
    console = Console(stderr=True, no_color={"never": True, "always": False}.get(color))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=load.count, rate=0.0)
        yield lambda tally: progress.update(task, completed=tally.done, rate=tally.throughput)
