"""The end of a process in the middle of a session."""

from __future__ import annotations

from drivers.log import Log
from drivers.report import Level


class SessionEndedError(Exception):
    """The process ends here; the text says why in our words, '' where the log does already."""

    def write(self, log: Log) -> None:
        """Add what there is to say to a log."""
        if str(self):
            log.write(Level.FATAL, "", str(self))
