"""Heads and bodies of answers, whole, in pieces, and too large; verdicts are held beside real servers."""

from __future__ import annotations

import pytest

from drivers.http import BadResponseError
from drivers.http_answer import Head, HeadParser
from drivers.http_body import ChunkedBody, EndlessBody, SizedBody
from drivers.http_settings import LIMITS_24, HeadLimits

HEAD = b"HTTP/1.1 200 Fine with me\r\nA: b\r\nFolded: one\r\n\t two \r\nContent-Length: 3\r\n\r\n"


def parsed(data: bytes, limits: HeadLimits = LIMITS_24) -> tuple[Head | None, bytes]:
    buffer = bytearray(data)
    return HeadParser(limits).feed(buffer), bytes(buffer)


def test_a_head_is_taken_from_what_has_come() -> None:
    head, rest = parsed(HEAD + b"abc")
    assert head is not None
    assert (head.response.status, head.response.reason, head.closes) == (200, "Fine with me", False)
    assert head.response.headers == (("A", "b"), ("Folded", "one two"), ("Content-Length", "3"))
    assert isinstance(head.body, SizedBody)
    assert rest == b"abc"


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pieces_give_the_same_head(size: int) -> None:
    parser, buffer = HeadParser(LIMITS_24), bytearray()
    heads = []
    for start in range(0, len(HEAD), size):
        buffer += HEAD[start : start + size]
        heads.append(parser.feed(buffer))
    whole, _ = parsed(HEAD)
    assert heads[:-1] == [None] * (len(heads) - 1)
    assert heads[-1] is not None
    assert whole is not None
    assert heads[-1].response == whole.response


@pytest.mark.parametrize("length", range(len(HEAD)))
def test_the_beginning_of_a_head_is_no_mistake(length: int) -> None:
    head, _ = parsed(HEAD[:length])
    assert head is None


def test_a_line_without_end_is_given_up() -> None:
    with pytest.raises(BadResponseError):
        parsed(b"HTTP/1.1 200 " + b"x" * (1 << 20))


def test_many_small_fields_are_given_up() -> None:
    with pytest.raises(BadResponseError, match="Excessive header size"):
        parsed(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 180_000, HeadLimits())


@pytest.mark.parametrize("data", [b"", b"a", b"abc", b"abcdef"])
def test_a_body_with_a_length_ends_there(data: bytes) -> None:
    buffer = bytearray(data)
    assert SizedBody(3).skip(buffer) == (len(data) >= 3)
    assert bytes(buffer) == data[3:]


def test_a_body_without_a_length_has_no_end() -> None:
    buffer = bytearray(b"abc")
    assert not EndlessBody().skip(buffer)
    assert not buffer


CHUNKS = b'3\r\nabc\r\nA;name="a;\\"b";x\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n'


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_chunks_end_with_the_last_one(size: int) -> None:
    body, buffer = ChunkedBody(), bytearray()
    ended = []
    data = CHUNKS + b"HTTP"
    for start in range(0, len(data), size):
        buffer += data[start : start + size]
        if not (ended and ended[-1]):
            ended.append(body.skip(buffer))
    assert ended[-1]
    assert bytes(buffer) == b"HTTP"


@pytest.mark.parametrize("data", [b"zz\r\n", b"3\r\nabcdef\r\n", b"-1\r\n", b"11111111111111111\r\n", b"z"])
def test_what_are_no_chunks_is_refused(data: bytes) -> None:
    with pytest.raises(BadResponseError):
        ChunkedBody().skip(bytearray(data))
