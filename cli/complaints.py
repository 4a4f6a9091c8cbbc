"""Messages of `pushnotif metadata` on stderr, and the end of a call with them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import click

from dovecot_conf.versions import Version

_LEVELS = frozenset({"Info", "Warning", "Error", "Fatal"})


class StopError(Exception):
    """Ends the call: the lines to print and the exit code. ``version`` is that of the configuration."""

    def __init__(self, code: int, *lines: str) -> None:
        super().__init__()
        self.code = code
        self.lines = lines
        self.version: Version | None = None


@contextlib.contextmanager
def with_version(version: Version) -> Iterator[None]:
    """Tell a StopError that ends the block which version's doveadm it speaks for."""
    try:
        yield
    except StopError as stop:
        stop.version = version
        raise


def complain(line: str, version: Version | None = None) -> None:
    """Print a message on stderr; bytes that aren't UTF-8 stay.

    2.4 says the level in front of each line of a message that has several.
    """
    level, colon, _ = line.partition(": ")
    if version is Version.V24 and colon and level in _LEVELS:
        line = line.replace("\n", f"\npushnotif: {level}: ")
    with contextlib.suppress(OSError):
        click.echo(f"pushnotif: {line}".encode("utf-8", "surrogateescape"), err=True)


def stopped(stop: StopError) -> int:
    """Print the lines of a call that ends; return its exit code."""
    for line in stop.lines:
        complain(line, stop.version)
    return stop.code
