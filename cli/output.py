"""Results to stdout or into a file, whatever the terminal can show."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
import unicodedata
from pathlib import Path

from dovecot_conf.errors import PushnotifError

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
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _is_text(character: str) -> bool:
    return (character == " " or unicodedata.category(character)[0] != "C") and character not in _BIDI_CONTROLS


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        code -= 0xDC00
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"


def write_result(text: str, path: Path | None = None) -> None:
    """Write a result to stdout, or into the file ``path`` in one step. Raises OutputError."""
    if path is None:
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        return
    try:
        _write_file(path, text.encode("utf-8", "backslashreplace"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise OutputError(f"can't write {path}: {reason}") from None


def _write_file(path: Path, content: bytes) -> None:
    """Replace a regular file by renaming a complete new one over it; write into anything else as it is."""
    target = Path(os.path.realpath(path))
    mode = _existing_mode(target)
    if mode is not None and not stat.S_ISREG(mode):
        with target.open("wb") as stream:
            stream.write(content)
        return
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        Path(name).chmod(stat.S_IMODE(mode) if mode is not None else 0o666 & ~_umask())
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _existing_mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
