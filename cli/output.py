"""Results to stdout or into a file, whatever the terminal can show."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dovecot_conf.errors import PushnotifError

if TYPE_CHECKING:
    from pathlib import Path

_STDERR = 2
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class OutputError(PushnotifError):
    """The file for the result can't be written."""


def printable(text: str) -> str:
    """Return one line with everything escaped that is no text: bytes, control and direction characters."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if _is_text(character) else _escaped(character) for character in text)


def width(text: str) -> int:
    """Return how many columns a terminal needs for a line."""
    if text.isascii():
        return len(text)
    import unicodedata  # noqa: PLC0415 - not for ASCII

    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _is_text(character: str) -> bool:
    import unicodedata  # noqa: PLC0415 - not for ASCII

    return (character == " " or unicodedata.category(character)[0] != "C") and character not in _BIDI_CONTROLS


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"


def write_result(text: str, path: Path | None = None) -> None:
    """Write a result to stdout, or into the file ``path`` in one step. Raises OutputError.

    A character that the terminal can't show is written as an escape sequence, as ``\\u2713``.
    """
    if path is None:
        encoding = sys.stdout.encoding or "utf-8"
        with writing_to_stdout():
            sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        return
    from cli.output_files import write_files  # noqa: PLC0415 - most results go to stdout

    write_files({path: text})


@contextlib.contextmanager
def writing_to_stdout() -> Iterator[None]:
    """Flush stdout at the end; raise OutputError, not OSError, when it takes no more.

    A reader that went away is no error here: BrokenPipeError passes.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_stdout()
        raise OutputError(f"can't write the result: {error.strerror}") from None


def discard_stdout() -> None:
    """Send what stdout still holds to nowhere: the interpreter flushes it once more at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def open_standard_streams() -> None:
    """Connect each of stdin, stdout and stderr that the caller closed to the null device.

    Otherwise the next file to be opened takes its number.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        continue
    os.close(descriptor)
    sys.stdin = sys.stdin or open(0, encoding="utf-8")  # noqa: SIM115 - open as long as we run
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8")  # noqa: SIM115


def output_width(default: int, least: int) -> int:
    """Return how many columns stdout has: those of the terminal but never too few, or the default."""
    try:
        return max(least, os.get_terminal_size(sys.stdout.fileno()).columns)
    except (OSError, ValueError):
        return default
