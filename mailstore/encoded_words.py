"""Encoded words in headers (RFC 2047) as Dovecot decodes them (2.3.19.1, 2.4.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from mailstore.charset import replace_invalid_utf8, translation
from mailstore.charset_names import charset_decoder
from mailstore.transfer import transfer_decoder

_WORD = re.compile(rb"([^?]*)\?([^?]*)\?([^?]*)\?=")
_LWSP = b" \t\r\n"
_Q_SPECIAL = re.compile(rb"_|=([0-9A-Fa-f]{2})")
_UTF8_NAMES = frozenset({b"us-ascii", b"ascii", b"utf-8", b"utf8"})


# --count delivers the same mail again, and several drivers want the same of it.
@lru_cache(maxsize=16)
def decode_words(value: bytes) -> str:
    """Return a header value as text; a gap of white space in front of an encoded word vanishes.

    A word in an unknown encoding stays as it is, one in an unknown charset is read as UTF-8; neighbouring
    bytes that make no sense become one U+FFFD.
    """
    text = ""
    for piece, charset in _pieces(value):
        decoded = _to_text(piece, charset)
        # a U+FFFD that follows another one isn't written
        text += decoded[1:] if text.endswith("\ufffd") and decoded.startswith("\ufffd") else decoded
    # what follows a NUL is lost in C
    return text.partition("\0")[0]


def _pieces(value: bytes) -> Iterator[tuple[bytes, bytes | None]]:
    """Yield plain pieces, and decoded words with their charset."""
    start = position = 0
    marks = value.count(b"?")
    while (found := value.find(b"=?", position)) >= 0 and found + 1 < len(value):
        if value[start:found].strip(_LWSP):
            yield value[start:found], None
        start = found
        position = found + 2
        word = _WORD.match(value, position) if marks >= 3 else None
        decode = _ENCODINGS.get(word[2][:1].lower()) if word else None
        if word is None or decode is None:
            continue
        if decoded := decode(word[3]):
            yield decoded, word[1]
        start = position = word.end()
    if value[start:]:
        yield value[start:], None


def _from_q(text: bytes) -> bytes:
    return _Q_SPECIAL.sub(lambda found: bytes.fromhex(found[1].decode()) if found[1] else b" ", text)


def _from_b(text: bytes) -> bytes:
    decoder = transfer_decoder("base64")
    assert decoder is not None
    return decoder.decode(text)


_ENCODINGS: Mapping[bytes, Callable[[bytes], bytes]] = {b"q": _from_q, b"b": _from_b}


def _to_text(data: bytes, charset: bytes | None) -> str:
    name = (charset or b"").partition(b"\0")[0].decode("latin-1")
    if charset is None or charset.lower() in _UTF8_NAMES or charset_decoder(name) is None:
        return replace_invalid_utf8(data, runs=True)
    return translation(name).translate(data).decode()
