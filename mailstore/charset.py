"""Character sets: to valid UTF-8 as Dovecot makes it, with U+FFFD where the bytes make no sense."""

from __future__ import annotations

import re
from typing import Protocol

from mailstore.charset_names import BAD_BYTE, Decode, charset_decoder

REPLACEMENT = "\ufffd"
REPLACEMENT_UTF8 = REPLACEMENT.encode()

_UTF8_NAMES = frozenset({"us-ascii", "ascii", "utf-8", "utf8"})
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_NOT_UTF8_RUN = re.compile("(\ufffd?)[\udc80-\udcff]+")

# One UTF-8 character by the length its first byte claims, whatever follows it.
_CLAIMED_CHARACTERS = re.compile(
    rb"(?:[\x00-\xc1\xfe\xff]++|[\xc2-\xdf].|[\xe0-\xef]..|[\xf0-\xf7].{3}|[\xf8-\xfb].{4}|[\xfc\xfd].{5})*",
    re.DOTALL,
)


def replace_invalid_utf8(data: bytes, *, runs: bool = False) -> str:
    """Decode UTF-8, with U+FFFD for every byte that belongs to no valid character.

    With ``runs``, neighbouring bad bytes share one U+FFFD, also one that was there before them.
    Dovecot 2.3.19.1 does the first in JSON and the second in message bodies.
    """
    text = data.decode("utf-8", "surrogateescape")
    return _NOT_UTF8_RUN.sub(REPLACEMENT, text) if runs else _NOT_UTF8.sub(REPLACEMENT, text)


class Translation(Protocol):
    """Turns the blocks of one body, in order, into UTF-8."""

    def translate(self, block: bytes) -> bytes:
        """Return valid UTF-8 for ``block``; an unfinished character at its end waits for the next block."""


def translation(charset: str | None) -> Translation:
    """Return the translation for a charset name; one that iconv doesn't know is read as UTF-8."""
    if charset is None or charset.lower() in _UTF8_NAMES:
        return _Utf8()
    decode = charset_decoder(charset)
    return _Utf8() if decode is None else _OtherCharset(decode)


def to_utf8(data: bytes, charset: str) -> bytes | None:
    """Convert a short text as a whole; None for an unknown charset and for bytes that make no sense."""
    if charset.lower() in _UTF8_NAMES:
        return data if replace_invalid_utf8(data).encode() == data else None
    decode = charset_decoder(charset)
    # the blank shows whether the last character was complete
    text = BAD_BYTE if decode is None else decode(data + b" ").removesuffix(" ")
    return None if BAD_BYTE in text else text.encode("utf-8", "replace")


class _Utf8:
    """UTF-8 in, valid UTF-8 out. Characters are cut by the length their first byte claims."""

    def __init__(self) -> None:
        self._pending = b""

    def translate(self, block: bytes) -> bytes:
        data = self._pending + block
        if data.isascii():
            self._pending = b""
            return data
        match = _CLAIMED_CHARACTERS.match(data)
        end = match.end() if match else 0
        self._pending = data[end:]
        return replace_invalid_utf8(data[:end], runs=True).encode()


class _OtherCharset:
    """Any other charset that iconv knows. A run of bad bytes becomes one U+FFFD."""

    _BAD_RUN = re.compile(f"{BAD_BYTE}+")

    def __init__(self, decode: Decode) -> None:
        self._decode = decode

    def translate(self, block: bytes) -> bytes:
        return self._BAD_RUN.sub(REPLACEMENT, self._decode(block)).encode("utf-8", "replace")
