"""Where the requests of a simulation go, what is written down of them, and whether something failed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from cli.common import ConfigSource, announce
from drivers import DryRunTransport, LogLine, Outcome, SystemClock, TransactionReport, Transport

Network = Callable[[Mapping[str, object]], Transport]
"""Gives the transport of a session; what is written down of its requests says this of the session."""


@contextlib.contextmanager
def network(
    source: ConfigSource, record_path: Path | None, *, dry_run: bool, insecure: bool, show_secrets: bool
) -> Iterator[Network]:
    """Give the network, or what stands for it in a dry run, until the end. Raises RecordFileError."""
    with contextlib.closing(_transport(source, dry_run, insecure)) as transport:
        if record_path is None:
            yield lambda _: transport
            return
        from drivers.record_file import RecordFile  # noqa: PLC0415 - only for a recording
        from drivers.recording_transport import RecordingTransport  # noqa: PLC0415

        with RecordFile(record_path, show_secrets=show_secrets) as file:
            yield lambda context: RecordingTransport(transport, file.write, SystemClock(), context)


def _transport(source: ConfigSource, dry_run: bool, insecure: bool) -> Transport:
    if dry_run:
        return DryRunTransport()
    from drivers.http_transport import HttpcoreTransport  # noqa: PLC0415 - the network only where it is used

    if insecure:
        announce(source, "--insecure: certificates of https endpoints are NOT checked")
    return HttpcoreTransport(insecure=insecure)


def has_failed(transactions: Iterable[TransactionReport], log: Iterable[LogLine]) -> bool:
    """Tell whether a notification failed, or Dovecot would log an error."""
    outcomes = {driver.outcome for transaction in transactions for driver in transaction.drivers}
    return Outcome.FAILED in outcomes or any(line.level.is_failure for line in log)
