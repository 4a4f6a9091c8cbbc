"""Calls of Dovecot's Lua API that need nothing but their arguments."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable
from typing import Any

from drivers.lua.machine import decode, encode
from mailstore.tabescape import escape, unescape

_BASE64 = re.compile(rb"[A-Za-z0-9+/ \t\r\n]*")
_BLANKS = re.compile(rb"[ \t\r\n]+")


def has_flag(value: int, flag: int) -> bool:
    """Whether all bits of ``flag`` are in ``value``."""
    return value & flag == flag


def set_flag(value: int, flag: int) -> int:
    """Both together."""
    return value | flag


def clear_flag(value: int, flag: int) -> int:
    """``value`` without the bits of ``flag``."""
    return value & ~flag


def nanoseconds() -> int:
    """Nanoseconds since the machine started."""
    return time.monotonic_ns()


def microseconds() -> int:
    """Microseconds since the machine started."""
    return time.monotonic_ns() // 1000


def ip_family(text: bytes) -> int:
    """4 or 6, and 0 for what is no address."""
    import ipaddress  # noqa: PLC0415 - few scripts ask

    try:
        return ipaddress.ip_address(decode(text)).version
    except ValueError:
        return 0


def tabescape(text: bytes) -> bytes:
    """Escape tabs and line ends."""
    return encode(escape(decode(text)))


def tabunescape(text: bytes) -> bytes:
    """Undo :func:`tabescape`."""
    return encode(unescape(decode(text)).partition("\0")[0])


def base64_encode(data: bytes) -> bytes:
    """Return data as base64."""
    return base64.b64encode(data)


def base64_decode(text: bytes) -> bytes:
    """Return the data of base64, up to what is none: blanks are passed over, padding may be missing."""
    found = _BASE64.match(text)
    digits = re.sub(_BLANKS, b"", found.group()) if found else b""
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return base64.b64decode(digits + b"=" * (-len(digits) % 4))


PLAIN_CALLS: tuple[Callable[..., Any], ...] = (
    has_flag, set_flag, clear_flag, nanoseconds, microseconds, ip_family, tabescape, tabunescape,
    base64_encode, base64_decode,
)  # fmt: skip
