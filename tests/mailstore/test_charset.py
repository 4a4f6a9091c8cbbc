from __future__ import annotations

import pytest

from mailstore.charset import replace_invalid_utf8, to_utf8, translation


def translated(charset: str | None, *blocks: bytes) -> str:
    translating = translation(charset)
    return b"".join(map(translating.translate, blocks)).decode()


def test_every_bad_byte_counts_in_json() -> None:
    assert replace_invalid_utf8(b"a\xe4\xf6b\xed\xa0\x80\xc3\xa4") == "a\ufffd\ufffdb\ufffd\ufffd\ufffdä"


def test_a_run_of_bad_bytes_counts_once_in_a_body() -> None:
    assert replace_invalid_utf8(b"a\xe4\xf6b\xff", runs=True) == "a\ufffdb\ufffd"
    assert replace_invalid_utf8("\ufffd".encode() + b"\xff", runs=True) == "\ufffd"


def test_a_character_waits_for_its_second_half() -> None:
    assert translated("utf-8", b"a\xc3", b"\xa4b") == "aäb"
    assert translated("gbk", b"\xd6", b"\xd0") == "中"
    assert translated("windows-1258", b"e", b"\xcc ") == "è "


def test_what_could_still_get_a_mark_is_lost_at_the_end() -> None:
    assert translated("windows-1258", b"a b") == "a "
    assert translated("windows-1258", b"a 1~") == "a 1"
    assert translated("windows-1258", b"a b\n") == "a b\n"


def test_an_unknown_charset_is_read_as_utf_8() -> None:
    assert translated("x-unknown", "ä".encode()) == "ä"


@pytest.mark.parametrize(
    "name", ["rot13", "hex", "idna", "unicode_escape", "utf_8_sig", "undefined", "punycode"]
)
def test_a_name_that_only_python_knows_is_unknown(name: str) -> None:
    assert translated(name, b"abc \\x41") == "abc \\x41"


def test_iconv_names_are_compared_without_case_blanks_and_suffix() -> None:
    for name in ("ISO-8859-1", "iso-8859-1 ", "latin1", "iso-8859-1//TRANSLIT"):
        assert translated(name, b"\xe4") == "ä"


def test_utf_16_is_little_endian_without_a_mark() -> None:
    assert translated("utf-16", "ä".encode("utf-16-le")) == "ä"
    assert translated("utf-16", b"\xfe", b"\xff" + "ä".encode("utf-16-be")) == "ä"


def test_a_whole_text_converts_or_not_at_all() -> None:
    assert to_utf8(b"\xe4", "latin1") == "ä".encode()
    assert to_utf8(b"\xe4", "utf-8") is None
    assert to_utf8(b"a", "x-unknown") is None
