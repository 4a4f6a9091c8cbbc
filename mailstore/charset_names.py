"""The charset names that iconv knows, and how the standard library decodes each of them.

``charsets.json`` was captured from glibc 2.36: names, and the characters in which a charset of
iconv differs from the nearest Python codec. EBCDIC and the national variants of ISO 646 are not in.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable
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
    upper_half: str


class _Table(TypedDict):
    names: dict[str, str]
    variants: dict[str, _Variant]


@cache
def _table() -> _Table:
    return cast(_Table, json.loads(Path(__file__).with_name("charsets.json").read_text("utf-8")))


_NOT_IN_NAMES = re.compile(r"[^A-Z0-9_.,:()+/-]")
_UNDEFINED = "\ufffd"
_UNDEFINED_IN_CHARMAP = "\ufffe"
_ASCII = "".join(map(chr, range(128)))


def charset_decoder(charset: str) -> Decode | None:
    """Return a new decoder for the name of a charset, None if iconv doesn't know it.

    Case doesn't matter, nor does what follows ``//``; characters that no name has are left out.
    """
    name = _NOT_IN_NAMES.sub("", charset.upper()).partition("//")[0].rstrip("/")
    found = _table()["names"].get(name)
    if found is None:
        return None
    variant = _table()["variants"].get(found, {"codec": found})
    errors = _error_handler(found)
    if "upper_half" in variant:
        charmap = _ASCII + variant["upper_half"].replace(_UNDEFINED, _UNDEFINED_IN_CHARMAP)
        return lambda data: codecs.charmap_decode(data, errors, charmap)[0]
    decode = codecs.getincrementaldecoder(variant["codec"])(errors).decode
    changed = {
        ord(own): BAD_BYTE if text == _UNDEFINED else text for own, text in variant.get("changed", {}).items()
    }
    return (lambda data: decode(data).translate(changed)) if changed else decode


@cache
def _error_handler(found: str) -> str:
    """Register what happens to bytes a codec refuses: one is stepped over, as a caller of iconv does.

    Some charsets of iconv have characters there that the codec lacks.
    """
    variant = _table()["variants"].get(found, {})
    extra = {bytes.fromhex(code): text for code, text in variant.get("extra", {}).items()}
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
