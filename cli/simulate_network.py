"""Where the requests of a simulation go, what is written down of them, and whether something failed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from cli.common import ConfigSource, announce
from drivers import DryRunTransport, Level, LogLine, Outcome, SystemClock, TransactionReport, Transport

Recorder = Callable[[Transport, Mapping[str, object]], Transport]
"""Makes a transport write down what it sends, with this context."""


def transport(source: ConfigSource, dry_run: bool, insecure: bool) -> Transport:
    """Return the network, or what stands for it in a dry run."""
    if dry_run:
        return DryRunTransport()
    from drivers.http_transport import HttpcoreTransport  # noqa: PLC0415 - the network only where it is used

    if insecure:
        announce(source, "--insecure: certificates of https endpoints are NOT checked")
    return HttpcoreTransport(insecure=insecure)


@contextlib.contextmanager
def recorder(path: Path | None, *, show_secrets: bool) -> Iterator[Recorder]:
    """Open the file for a recording, if one is wanted. Raises RecordFileError."""
    if path is None:
        yield lambda plain, _: plain
        return
    from drivers.record_file import RecordFile  # noqa: PLC0415 - only for a recording
    from drivers.recording_transport import RecordingTransport  # noqa: PLC0415

    with RecordFile(path, show_secrets=show_secrets) as file:
        yield lambda plain, context: RecordingTransport(plain, file.write, SystemClock(), context)


def has_failed(transactions: Iterable[TransactionReport], log: Iterable[LogLine]) -> bool:
    """Tell whether a notification failed, or Dovecot would log an error."""
    outcomes = {driver.outcome for transaction in transactions for driver in transaction.drivers}
    return Outcome.FAILED in outcomes or any(line.level in (Level.ERROR, Level.FATAL) for line in log)
