"""The charset table beside the iconv of this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailstore.charset import REPLACEMENT, translation
from tests.dovecot.iconv import Verdict, iconv

TABLE = json.loads((Path(__file__).parents[2] / "mailstore" / "charsets.json").read_text("utf-8"))
ONE_NAME_EACH = {target: name for name, target in sorted(TABLE["names"].items())}
# What Dovecot takes for UTF-8 without asking iconv, and what has no single bytes.
APART = ("ASCII", "US-ASCII", "UTF", "UCS", "UNICODE", "OSF", "ISO-10646", "10646", "WCHAR")


@pytest.mark.parametrize("name", [name for name in ONE_NAME_EACH.values() if not name.startswith(APART)])
def test_every_byte_means_what_iconv_takes_it_for(name: str) -> None:
    with iconv(name) as converter:
        assert converter is not None
        for byte in range(256):
            data = bytes([byte]) + b"\n"
            verdict, text = converter.convert(data)
            if verdict is Verdict.DONE:
                assert translation(name).translate(data).decode() == text
            elif byte >= 0x80:
                assert REPLACEMENT in translation(name).translate(data + b"\n").decode()
