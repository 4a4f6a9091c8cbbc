"""Logs from files, compressed ones too: read line by line, however long they are."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import zlib
from collections.abc import Iterable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import IO, NamedTuple, cast

from dovecot_conf.errors import PushnotifError
from drivers.doctor.log.lines import LogLine, parse

LIMIT = 64 * 1024
"""How much of a line is looked at, in bytes."""

_OPENERS = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ", lzma.open))


class LogError(PushnotifError):
    """A log can't be read."""


class Source(NamedTuple):
    """A log with the name that it goes by."""

    name: str
    stream: IO[bytes]


def read(sources: Iterable[Source]) -> Iterator[LogLine]:
    """Yield the lines of Dovecot's in logs, one after the other; other lines are passed over.

    Bytes that are no UTF-8 become ``\\udcXX``. Of a line only the first 64 KiB count. Raises LogError
    when a log can't be read to its end.
    """
    for source in sources:
        for number, raw in enumerate(_lines(source), start=1):
            if _may_be_ours(raw):
                line = parse(raw.decode("utf-8", "surrogateescape"), source.name, number)
                if line is not None:
                    yield line


def read_paths(paths: Iterable[Path], stdin: IO[bytes]) -> Iterator[LogLine]:
    """Yield the lines of Dovecot's in files, ``-`` being ``stdin``. Raises LogError."""
    for path in paths:
        if str(path) == "-":
            yield from read([Source("<stdin>", _plain(stdin))])
        else:
            with _opened(path) as stream:
                yield from read([Source(str(path), _plain(stream))])


def _opened(path: Path) -> IO[bytes]:
    """Open a log as it is. Raises LogError."""
    try:
        return path.open("rb")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise LogError(f"can't read {path}: {reason}") from None


def _plain(stream: IO[bytes]) -> IO[bytes]:
    """Return a stream that uncompresses what its first bytes say, gzip, bzip2 or xz."""
    with contextlib.suppress(OSError):
        head = stream.peek(6) if isinstance(stream, BufferedReader) else b""
        for magic, opener in _OPENERS:
            if head.startswith(magic):
                return cast("IO[bytes]", opener(stream))
    return stream


def _lines(source: Source) -> Iterator[bytes]:
    """Yield the lines without their ends, each cut at the limit."""
    try:
        while raw := source.stream.readline(LIMIT):
            yield raw.rstrip(b"\r\n")
            while len(raw) == LIMIT and not raw.endswith(b"\n"):
                raw = source.stream.readline(LIMIT)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
        reason = getattr(error, "strerror", None) or str(error) or "it ends too early"
        raise LogError(f"can't read {source.name}: {reason}") from None


def _may_be_ours(raw: bytes) -> bool:
    """Tell quickly that most lines of other programs aren't of interest.

    A line of Dovecot's has a level, unless it went to syslog, where its name or ``user<process>`` stands.
    """
    return (
        b"Debug: " in raw
        or b"ovecot" in raw
        or b"Info: " in raw
        or b"Error: " in raw
        or b")<" in raw
        or b"Warning: " in raw
        or b"Fatal: " in raw
        or b"Panic: " in raw
        or raw.startswith(b"{")
    )
