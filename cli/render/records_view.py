"""Requests as they come in: lines of JSON, lines of text, or a table that a terminal keeps up to date."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self

from cli.output import write_result
from cli.render import records
from cli.render.styled import render, wants_color
from drivers.recording import Record


class View(AbstractContextManager["View"], Protocol):
    """Shows requests, from ``with`` to its end."""

    def show(self, record: Record) -> None:
        """Show one more request."""
        ...


def view(format_: str, color: str, *, show_secrets: bool) -> View:
    """Return the view for ``auto``, ``json`` or ``text``; ``auto`` is a table on a terminal, else JSON."""
    if format_ == "auto":
        if not sys.stdout.isatty():
            format_ = "json"
        elif os.environ.get("TERM", "dumb") not in ("dumb", "unknown"):
            from cli.render.records_live import LiveView  # noqa: PLC0415 - imports rich

            return LiveView(colored=wants_color(color, into_file=False), show_secrets=show_secrets)
    if format_ == "json":
        return JsonView(show_secrets=show_secrets)
    return TextView(colored=wants_color(color, into_file=False), show_secrets=show_secrets)


class _LineView:
    """A view that needs no beginning and no end."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class JsonView(_LineView):
    """The lines of a recording (schema: docs/schemas/record.schema.json)."""

    def __init__(self, *, show_secrets: bool) -> None:
        self._show_secrets = show_secrets

    def show(self, record: Record) -> None:
        """Write one line."""
        write_result(record.to_line(show_secrets=self._show_secrets) + "\n")


class TextView(_LineView):
    """A line for each request."""

    def __init__(self, *, colored: bool, show_secrets: bool) -> None:
        self._colored = colored
        self._show_secrets = show_secrets

    def show(self, record: Record) -> None:
        """Write one line."""
        shown = record if self._show_secrets else record.without_secrets()
        write_result(render([records.line(shown)], colored=self._colored))
