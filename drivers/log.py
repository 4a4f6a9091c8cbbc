"""The log of a user session: what Dovecot would write about push notifications, line by line."""

from __future__ import annotations

from collections.abc import Iterable

from drivers.report import Level, LogLine


class Log:
    """Collects log lines in order.

    ``debugging`` False stands for a user without ``mail_debug``: only the debug lines that Dovecot
    writes regardless of it (``forced``) are kept.
    """

    def __init__(self, *, debugging: bool = True) -> None:
        self._lines: list[LogLine] = []
        self._debugging = debugging

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """The lines so far."""
        return tuple(self._lines)

    def without_debugging(self) -> Log:
        """Return a log that writes to the same lines, but only keeps forced debug lines."""
        log = Log(debugging=False)
        log._lines = self._lines
        return log

    def write_debug(self, driver: str, message: str, *, forced: bool = False) -> None:
        """Add a debug line; ``message`` includes the prefix that Dovecot gives it."""
        if self._debugging or forced:
            self._lines.append(LogLine(Level.DEBUG, driver, message))

    def write_debug_lines(self, lines: Iterable[LogLine]) -> None:
        """Add debug lines that are ready."""
        if self._debugging:
            self._lines += lines

    def write_error(self, driver: str, message: str) -> None:
        """Add an error line."""
        self._lines.append(LogLine(Level.ERROR, driver, message))

    def write(self, level: Level, driver: str, message: str) -> None:
        """Add a line that shows whether or not debugging is on."""
        self._lines.append(LogLine(level, driver, message))
