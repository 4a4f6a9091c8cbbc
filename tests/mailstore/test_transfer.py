from __future__ import annotations

import pytest

from mailstore.transfer import transfer_decoder


def decoded(encoding: str, *blocks: bytes) -> bytes:
    decoder = transfer_decoder(encoding)
    assert decoder is not None
    return b"".join(map(decoder.decode, blocks))


def test_an_unknown_encoding_hides_the_body() -> None:
    assert transfer_decoder("x-uuencode") is None
    assert transfer_decoder("") is None


def test_no_encoding_is_7bit() -> None:
    decoder = transfer_decoder(None)
    assert decoder is not None
    assert decoder.decode(b"=41") == b"=41"


def test_base64_stops_at_the_first_foreign_byte() -> None:
    assert decoded("base64", b"aGVs bG8*gd29y", b"bGQ=") == b"hello"


def test_base64_gives_the_bytes_that_are_complete() -> None:
    assert decoded("base64", b"aG", b"V", b"s\nbG8") == b"hello"


def test_quoted_printable_keeps_what_it_can_not_decode() -> None:
    assert decoded("quoted-printable", b"a=ZZ b=4 c==41\n") == b"a=ZZ b=4 c=A\r\n"


def test_quoted_printable_drops_blanks_at_line_ends() -> None:
    assert decoded("quoted-printable", b"a  \nb=  \nc") == b"a\r\nbc"


@pytest.mark.parametrize(
    "data", [b"a=C3=A4 =\r\n b  \r\nc=3", b"= \n=\t=41 \r\r\n==", b"x" * 3 + b" =4" + b"1\n"]
)
def test_where_blocks_end_does_not_matter(data: bytes) -> None:
    whole = decoded("quoted-printable", data)
    for cut in range(len(data)):
        assert decoded("quoted-printable", data[:cut], data[cut:]) == whole
