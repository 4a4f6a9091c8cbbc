"""The last requests as a table that a terminal keeps up to date. Importing this imports rich."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import NamedTuple, Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.output import printable, width
from cli.render import records
from drivers.recording import Record

_KEPT_ROWS = 200
_LINES_AROUND = 6
_WIDE = 120
_PAUSE_SECONDS = 0.1


class _Column(NamedTuple):
    """A column, and its largest width on a terminal of 80 columns and on a wide one."""

    title: str
    narrow: int
    wide: int


_COLUMNS = (
    _Column("time", 8, 8),
    _Column("request", 16, 30),
    _Column("user", 8, 18),
    _Column("event", 10, 12),
    _Column("folder", 6, 12),
    _Column("uid", 5, 8),
    _Column("answer", 9, 9),
    _Column("subject", 200, 200),
)


class _Row(NamedTuple):
    """A request without its body, which can be large, and what the body said."""

    record: Record
    said: Mapping[str, str]


class LiveView:
    """A table of the last requests that fit on the terminal, and totals.

    It is drawn beside the caller, a few times a second at most: drawing takes longer than answering.
    """

    def __init__(self, *, colored: bool, show_secrets: bool) -> None:
        self._show_secrets = show_secrets
        self._rows: deque[_Row] = deque(maxlen=_KEPT_ROWS)
        self._totals = records.Totals()
        self._console = Console(no_color=not colored, highlight=False, markup=False, emoji=False)
        self._lock = threading.Lock()
        self._changed, self._ended = threading.Event(), threading.Event()
        self._failure: Exception | None = None
        self._painter = threading.Thread(target=self._paint, daemon=True)
        self._live = Live(self._table(), console=self._console, auto_refresh=False)

    def __enter__(self) -> Self:
        self._live.start(refresh=True)
        self._painter.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._changed.set()
        self._painter.join()
        self._live.update(self._table())
        self._live.stop()

    def show(self, record: Record) -> None:
        """Add one more request. Raises what went wrong when the table was drawn before."""
        if self._failure is not None:
            raise self._failure
        visible = record if self._show_secrets else record.without_secrets()
        row = _Row(replace(visible, body=b""), records.notification(record))
        with self._lock:
            self._rows.append(row)
            self._totals.add(record)
        self._changed.set()

    def _paint(self) -> None:
        """Draw what has changed, until the end."""
        try:
            while self._changed.wait() and not self._ended.is_set():
                self._changed.clear()
                self._live.update(self._table(), refresh=True)
                self._ended.wait(_PAUSE_SECONDS)
        except Exception as error:  # noqa: BLE001 - raised again by show()
            self._failure = error

    def _table(self) -> Table:
        with self._lock:
            kept, totals = list(self._rows), str(self._totals)
        table = Table(
            box=SIMPLE_HEAD,
            expand=True,
            pad_edge=False,
            padding=(0, 0),
            caption=totals,
            caption_justify="left",
        )
        for column in _COLUMNS:
            table.add_column(
                column.title,
                no_wrap=True,
                overflow="ellipsis",
                max_width=self._most(column),
                ratio=1 if column.title == "subject" else None,
            )
        rows = max(self._console.height - _LINES_AROUND, 1)
        for row in kept[-rows:]:
            table.add_row(*self._cells(*row))
        return table

    def _most(self, column: _Column) -> int:
        return column.wide if self._console.width >= _WIDE else column.narrow

    def _cells(self, record: Record, said: Mapping[str, str]) -> list[Text]:
        answer = records.answer_text(record.answer)
        error = printable(record.answer.error) if record.answer else ""
        cells = {
            "time": Text(records.clock_time(record)),
            "request": Text(self._request(record)),
            "answer": Text(answer.short, answer.style),
            **{name: Text(text) for name, text in said.items()},
        }
        if error:
            cells["subject"] = Text(error, answer.style)
        return [cells.get(column.title, Text()) for column in _COLUMNS]

    def _request(self, record: Record) -> str:
        if not record.method:
            return record.peer
        path = printable(record.target)
        return f"{record.method} {self._end_of(path, len(record.method) + 1)}"

    def _end_of(self, path: str, used: int) -> str:
        """Cut a long path at its beginning: its end tells more."""
        room = self._most(_COLUMNS[1]) - used
        return path if width(path) <= room else f"…{path[-max(room - 1, 1) :]}"
