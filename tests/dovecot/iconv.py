"""The C library's iconv, which is what Dovecot converts charsets with."""

from __future__ import annotations

import ctypes
import errno
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum


class Verdict(Enum):
    """How a conversion ended: all done, at an invalid byte, or in the middle of a character."""

    DONE = 0
    INVALID = errno.EILSEQ
    INCOMPLETE = errno.EINVAL


_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.iconv_open.restype = ctypes.c_void_p
_LIBC.iconv_open.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
_LIBC.iconv.restype = ctypes.c_size_t
_LIBC.iconv.argtypes = [ctypes.c_void_p] + [ctypes.c_void_p] * 4
_LIBC.iconv_close.argtypes = [ctypes.c_void_p]
_FAILED = ctypes.c_void_p(-1).value


def charset_names() -> list[str]:
    """Return every charset name that iconv lists, in upper case."""
    listed = subprocess.run(["iconv", "-l"], capture_output=True, text=True, check=True).stdout.split()
    return sorted({name.rstrip("/") for name in listed})


class Converter:
    """One open conversion to UTF-8."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def convert(self, data: bytes, *, flush: bool = True) -> tuple[Verdict, str]:
        """Convert ``data`` from the initial state; return how it ended and the text up to there.

        Without ``flush`` what waits for more input is left out.
        """
        _LIBC.iconv(self._descriptor, None, None, None, None)
        source = ctypes.create_string_buffer(data, len(data))
        target = ctypes.create_string_buffer(len(data) * 12 + 64)
        source_at, source_left = ctypes.c_void_p(ctypes.addressof(source)), ctypes.c_size_t(len(data))
        target_at, target_left = ctypes.c_void_p(ctypes.addressof(target)), ctypes.c_size_t(len(target))
        ctypes.set_errno(0)
        places = [ctypes.byref(place) for place in (source_at, source_left, target_at, target_left)]
        failed = _LIBC.iconv(self._descriptor, *places) == ctypes.c_size_t(-1).value
        if flush and not failed:
            _LIBC.iconv(self._descriptor, None, None, *places[2:])
        verdict = Verdict(ctypes.get_errno()) if failed else Verdict.DONE
        return verdict, target.raw[: len(target) - target_left.value].decode("utf-8", "backslashreplace")


@contextmanager
def iconv(charset: str) -> Iterator[Converter | None]:
    """Open a conversion from ``charset``; None if iconv doesn't know it."""
    descriptor = _LIBC.iconv_open(b"UTF-8", charset.encode())
    if descriptor == _FAILED:
        yield None
        return
    try:
        yield Converter(descriptor)
    finally:
        _LIBC.iconv_close(descriptor)
