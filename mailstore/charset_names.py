"""The charset names that iconv knows, and how the standard library decodes each of them.

``charsets.json`` was captured from glibc 2.36: names, and the characters in which a charset of
iconv differs from the nearest Python codec. EBCDIC and the national variants of ISO 646 are not in.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypedDict, cast

BAD_BYTE = "\udcff"
"""What a decoder leaves for a bad byte; no charset has a lone surrogate."""

Decode = Callable[[bytes], str]
"""Decodes the next piece of a text; an unfinished character waits for the next piece."""


class _Variant(TypedDict, total=False):
    codec: str
    changed: dict[str, str]
    extra: dict[str, str]
    refused: list[str]
    lower: dict[str, str]
    upper_half: str
    composed: dict[str, str]
    waits: str


class _Table(TypedDict):
    names: dict[str, str]
    variants: dict[str, _Variant]


@cache
def _table() -> _Table:
    return cast(_Table, json.loads(Path(__file__).with_name("charsets.json").read_text("utf-8")))


_NOT_IN_NAMES = re.compile(r"[^A-Z0-9_.,:()+/-]")
_UNDEFINED = "\ufffd"
_UNDEFINED_IN_CHARMAP = "\ufffe"
_NAME_OF_NOTHING = "ANSI_X3.4-1968"
_ASCII = "".join(map(chr, range(128)))


def charset_decoder(charset: str) -> Decode | None:
    """Return a new decoder for the name of a charset, None if iconv doesn't know it.

    Case doesn't matter, nor does what follows ``//``; characters that no name has are left out. An
    empty name is the charset of the locale, for a mail server ASCII.
    """
    name = _NOT_IN_NAMES.sub("", charset.upper()).partition("//")[0].rstrip("/")
    found = _table()["names"].get(name or _NAME_OF_NOTHING)
    if found is None:
        return None
    variant = _table()["variants"].get(found, {"codec": found})
    errors = _error_handler(found)
    if "upper_half" in variant:
        charmap = "".join(variant["lower"].get(char, char) for char in _ASCII) + variant["upper_half"]
        charmap = charmap.replace(_UNDEFINED, _UNDEFINED_IN_CHARMAP)
        composed = variant.get("composed", {})
        if not composed:
            return _Charmap(charmap, errors)
        return _ComposingCharmap(charmap, errors, composed, frozenset(variant.get("waits", "")))
    if variant["codec"] in _BYTE_ORDER_MARKS:
        return _ByteOrderMarked(variant["codec"], errors)
    return _Decoder(variant, errors)


@dataclass
class _Charmap:
    """A charset of single bytes."""

    charmap: str
    errors: str

    def __call__(self, data: bytes) -> str:
        return codecs.charmap_decode(data, self.errors, self.charmap)[0]


@dataclass
class _ComposingCharmap(_Charmap):
    """One whose marks join the letter in front; a letter that ``waits`` does so for what comes."""

    composed: dict[str, str]
    waits: frozenset[str]
    _waiting: str = ""

    def __call__(self, data: bytes) -> str:
        finished: list[str] = []
        waiting = self._waiting
        for char in super().__call__(data):
            joined = self.composed.get(waiting + char)
            if joined is None:
                finished.append(waiting)
            waiting = joined or char
        self._waiting = waiting if waiting in self.waits or self._may_join(waiting) else ""
        return "".join(finished) + ("" if self._waiting else waiting)

    def _may_join(self, char: str) -> bool:
        return any(pair[0] == char for pair in self.composed)


class _Decoder:
    """A Python codec, with the characters of ``variant`` where iconv sees them differently."""

    def __init__(self, variant: _Variant, errors: str) -> None:
        self._decoder = codecs.getincrementaldecoder(variant["codec"])(errors)
        self._changed = {
            ord(own): BAD_BYTE if text == _UNDEFINED else text
            for own, text in variant.get("changed", {}).items()
        }
        # bytes that begin no character in iconv, so they don't wait for more
        self._alone = dict.fromkeys(map(bytes.fromhex, variant.get("refused", [])), BAD_BYTE) | _extra(
            variant
        )

    def __call__(self, data: bytes) -> str:
        text = self._decoder.decode(data)
        if self._changed:
            text = text.translate(self._changed)
        if self._alone and (alone := self._alone.get(self._decoder.getstate()[0])):
            self._decoder.reset()
            text += alone
        return text


_BYTE_ORDER_MARKS = {"utf_16": b"\xfe\xff", "utf_32": b"\0\0\xfe\xff"}


class _ByteOrderMarked:
    """UTF-16 and UTF-32: a byte order mark is taken off; without one they are little-endian (glibc)."""

    def __init__(self, codec: str, errors: str) -> None:
        self._codec = codec
        self._errors = errors
        self._start = b""
        self._decode: Decode | None = None

    def __call__(self, data: bytes) -> str:
        if self._decode is not None:
            return self._decode(data)
        mark = _BYTE_ORDER_MARKS[self._codec]
        self._start += data
        if len(self._start) < len(mark):
            return ""
        order = "_be" if self._start.startswith(mark) else "_le"
        self._decode = codecs.getincrementaldecoder(self._codec + order)(self._errors).decode
        marked = self._start.startswith((mark, mark[::-1]))
        return self._decode(self._start[len(mark) if marked else 0 :])


def _extra(variant: _Variant) -> dict[bytes, str]:
    return {bytes.fromhex(code): text for code, text in variant.get("extra", {}).items()}


@cache
def _error_handler(found: str) -> str:
    """Register what happens to bytes a codec refuses: one is stepped over, as a caller of iconv does.

    Some charsets of iconv have characters there that the codec lacks.
    """
    extra = _extra(_table()["variants"].get(found, {}))
    longest = max(map(len, extra), default=0)

    def handle(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        for length in range(longest, 0, -1):
            text = extra.get(error.object[error.start : error.start + length])
            if text is not None:
                return text, error.start + length
        return BAD_BYTE, error.start + 1

    name = f"pushnotif.iconv.{found}"
    codecs.register_error(name, handle)
    return name
