from __future__ import annotations

import pytest

from dovecot_conf.versions import Version
from mailstore.mime import Part, find_text_part, parse_parts
from mailstore.rfc822 import parse_content_type, parse_transfer_encoding

MIXED = b"Content-Type: multipart/mixed; boundary=X\n\n"


def leaves(data: bytes) -> list[bytes]:
    def walk(part: Part) -> list[bytes]:
        if not part.children:
            return [data[part.start : part.end]]
        return [leaf for child in part.children for leaf in walk(child)]

    return walk(parse_parts(data))


def test_the_line_end_before_a_boundary_belongs_to_the_boundary() -> None:
    assert leaves(MIXED + b"--X\n\none\n--X\r\n\r\ntwo\r\n--X--\nepilogue") == [b"\none", b"\r\ntwo"]


def test_a_part_without_an_end_goes_to_the_end_of_the_mail() -> None:
    assert leaves(MIXED + b"--X\n\none\n") == [b"\none\n"]


def test_a_boundary_line_only_has_to_begin_with_the_boundary() -> None:
    assert leaves(MIXED + b"--X\n\none\n--Xyz\n\ntwo") == [b"\none", b"\ntwo"]


def test_the_outer_boundary_ends_the_inner_parts() -> None:
    inner = b"Content-Type: multipart/mixed; boundary=Y\n\n--Y\n\none"
    assert leaves(MIXED + b"--X\n" + inner + b"\n--X\n\ntwo\n--X--") == [b"\none", b"\ntwo"]


def test_a_mail_without_text_has_no_text_part() -> None:
    assert find_text_part(parse_parts(b"Content-Type: image/png\n\nPNG")) is None


def test_no_more_than_10000_parts_are_told_apart() -> None:
    parts = parse_parts(MIXED + b"--X\n\na\n" * 10050).children
    assert len(parts) == 9999


@pytest.mark.parametrize(
    ("value", "type_and_charset"),
    [
        (b"text/html; charset=utf-8", ("text", "html", b"utf-8")),
        (b' TEXT / Html (c) ;CharSet = "a\\b"', ("text", "html", b"ab")),
        (b'text/plain; x="a;b"; charset=a; charset=b', ("text", "plain", b"a")),
        (b"text/plain; rub bish; charset=a", ("text", "plain", b"a")),
        (b"text/plain; rubbish; charset=a", ("text", "plain", None)),
        (b"text/plain; charset*1=b; charset*0=a", ("text", "plain", b"ab")),
        (b'text/plain; charset="a', ("text", "plain", None)),
        (b"text", ("text", "", None)),
        (b"text/plain rubbish", ("", "", None)),
        (b"", ("", "", None)),
    ],
)
def test_a_content_type_is_read_as_far_as_it_goes(value: bytes, type_and_charset: object) -> None:
    kind = parse_content_type(value)
    assert (kind.type, kind.subtype, kind.parameter("charset")) == type_and_charset


def test_only_2_4_decodes_parameters() -> None:
    value = b"text/plain; charset*0*=us-ascii'en'ut%66; charset*1=-8"
    assert parse_content_type(value, Version.V24).parameter("charset") == b"utf-8"
    assert parse_content_type(value, Version.V23).parameter("charset") is None


def test_a_transfer_encoding_is_one_word() -> None:
    assert parse_transfer_encoding(b" Base64 (c)") == "base64"
    assert parse_transfer_encoding(b"base64; x") == "base64"
    assert parse_transfer_encoding(b"base64 x") == ""
