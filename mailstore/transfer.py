"""Content transfer encodings, decoded block by block with Dovecot's tolerance (RFC 2045 section 6)."""

from __future__ import annotations

import binascii
import re
from typing import Protocol


class TransferDecoder(Protocol):
    """Decodes the blocks of one body, in order."""

    def decode(self, block: bytes) -> bytes:
        """Return what ``block`` adds; what can't be decided yet waits for the next block."""


def transfer_decoder(encoding: str | None) -> TransferDecoder | None:
    """Return the decoder for a Content-Transfer-Encoding in lower case; None if the body is skipped.

    No field means 7bit; a name that isn't known hides the body (Dovecot 2.3.19.1).
    """
    decoder = _DECODERS.get("7bit" if encoding is None else encoding)
    return None if decoder is None else decoder()


class _Identity:
    def decode(self, block: bytes) -> bytes:
        return block


class _Base64:
    """Stops for good at the first byte that is neither of the alphabet nor white space."""

    _WHITE_SPACE = b" \t\r\n"
    _END = re.compile(rb"[^A-Za-z0-9+/ \t\r\n]")

    def __init__(self) -> None:
        self._digits = b""
        self._emitted = 0
        self._finished = False

    def decode(self, block: bytes) -> bytes:
        if self._finished:
            return b""
        if end := self._END.search(block):
            self._finished = True
            block = block[: end.start()]
        digits = self._digits + block.translate(None, self._WHITE_SPACE)
        whole = len(digits) // 4 * 4
        rest = digits[whole:]
        decoded = binascii.a2b_base64(digits[:whole]) + self._partial(rest)
        fresh = decoded[self._emitted :]
        self._digits, self._emitted = rest, len(self._partial(rest))
        return fresh

    @staticmethod
    def _partial(digits: bytes) -> bytes:
        """Return the whole bytes that two or three digits already hold."""
        if len(digits) < 2:
            return b""
        return binascii.a2b_base64(digits.ljust(4, b"A"))[: len(digits) - 1]


class _QuotedPrintable:
    """A broken ``=`` escape stays as it is; line ends come out as CR LF; an open end is not shown."""

    _TOKEN = re.compile(
        rb"(?:=[ \t]*+\r?\n)+"  # soft line breaks
        rb"|=[0-9A-Fa-f]{2}"
        rb"|[ \t]*+\r?\n"  # line end, with the blanks before it
        rb"|[ \t]++|[^= \t\r\n]++|[=\r]"
    )
    _HEX_DIGITS = b"0123456789ABCDEFabcdef"
    _MAX_PENDING_BLANKS = 77

    def __init__(self) -> None:
        self._pending = b""

    def decode(self, block: bytes) -> bytes:
        data = self._pending + block
        cut = self._open_end(data)
        blanks = data[cut:].rstrip(b"\r")[: self._MAX_PENDING_BLANKS]
        self._pending = blanks + (b"\r" if data.endswith(b"\r") else b"")
        return b"".join(map(self._decode_token, self._TOKEN.findall(data, 0, cut)))

    def _open_end(self, data: bytes) -> int:
        """Return where an escape or a run of blanks starts that the next block may continue."""
        text = data.removesuffix(b"\r").rstrip(b" \t")
        if text.endswith(b"="):
            return len(text) - 1
        if text[-2:-1] == b"=" and text[-1:] in self._HEX_DIGITS and len(text) == len(data):
            return len(text) - 2
        return len(text)

    @staticmethod
    def _decode_token(token: bytes) -> bytes:
        if token.endswith(b"\n"):
            return b"" if token.startswith(b"=") else b"\r\n"
        if len(token) == 3 and token.startswith(b"=") and token[1:].isalnum():
            return binascii.unhexlify(token[1:])
        return token


_DECODERS: dict[str, type[_Identity] | type[_Base64] | type[_QuotedPrintable]] = {
    "7bit": _Identity,
    "8bit": _Identity,
    "binary": _Identity,
    "base64": _Base64,
    "quoted-printable": _QuotedPrintable,
}
