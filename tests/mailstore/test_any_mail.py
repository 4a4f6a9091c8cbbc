"""No mail raises, whatever is in it, and none takes long for its size."""

from __future__ import annotations

import random
import time

import pytest

from dovecot_conf.versions import Version
from mailstore.address import first_address
from mailstore.encoded_words import decode_words
from mailstore.message import Message
from mailstore.snippet import snippet
from tests.dovecot.generated_mails import generated_mails

SIZE = 500_000
SECONDS = 10.0
HTML = b"Content-Type: text/html\n\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"
PLAIN = b"Content-Type: text/plain"
HOSTILE = {
    "bare ampersands": HTML + b"&" * SIZE,
    "nameless entities": HTML + b"&;" * (SIZE // 2),
    "open tags": HTML + b"<a " * (SIZE // 3),
    "quotes": HTML + b"<blockquote></blockquote>" * (SIZE // 25),
    "comments": HTML + b"<!-- -- " * (SIZE // 8),
    "scripts": HTML + b"<script>" + b"</scrip" * (SIZE // 7),
    "parameters": PLAIN + b"; a=b" * (SIZE // 5) + b"\n\n",
    "semicolons": PLAIN + b";" * SIZE + b"\n\n",
    "pieces": PLAIN + b"".join(b"; a*%d=b" % number for number in range(SIZE // 9)) + b"\n\n",
    "open comments": PLAIN + b"; (" + b"(" * SIZE + b"\n\n",
    "open quotes": PLAIN + b';a="' * (SIZE // 4) + b"\n\n",
    "one line": b"x" * SIZE,
    "header fields": b"X: y\n" * (SIZE // 5),
    "boundary lines": MIXED + b"--b\n" * (SIZE // 4),
    "other boundaries": b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (number, number) for number in range(1, 99)
    )
    + b"--x\n" * (SIZE // 4),
    "nested mails": b"Content-Type: message/rfc822\n\n" * (SIZE // 30),
    "blank lines": b"Content-Transfer-Encoding: base64\n\n" + b"  \n" * (SIZE // 3),
    "soft line ends": b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=\n" * (SIZE // 2),
    "NULs": b"Subject: x\n\n" + b"\0" * SIZE,
    "bad bytes": b"Content-Type: text/plain; charset=big5\n\n" + b"\xff" * SIZE,
}
VALUES = (b"(", b'"', b"a.", b"<@a,", b'"a" ', b"=?", b"=?a?", b"=?u?q?a?=", b"(a)", b"\xff", b"a:b,", b"\\")


def everything_of(message: Message, version: Version) -> None:
    for name in ("From", "To", "Subject"):
        value = message.header(name) or b""
        first_address(value)
        decode_words(value)
    message.date(version)
    assert len(snippet(message, version=version)) <= 200


@pytest.mark.parametrize("version", list(Version))
def test_generated_mails_raise_nothing(version: Version) -> None:
    for mail in generated_mails(1, 300):
        everything_of(Message.from_bytes(mail), version)


@pytest.mark.parametrize("version", list(Version))
def test_damaged_mails_raise_nothing(version: Version) -> None:
    rnd = random.Random(2)
    for mail in generated_mails(2, 300):
        damaged = bytearray(mail)
        for _ in range(rnd.randrange(1, 20)):
            place = rnd.randrange(len(damaged) + 1)
            damaged[place : place + rnd.randrange(3)] = rnd.randbytes(rnd.randrange(3))
        everything_of(Message.from_bytes(bytes(damaged)), version)


@pytest.mark.parametrize("version", list(Version))
def test_mere_bytes_raise_nothing(version: Version) -> None:
    rnd = random.Random(3)
    pieces = (
        b"Content-Type: ",
        b"text/html",
        b"multipart/mixed; boundary=b",
        b"\n",
        b"\n\n",
        b"--b",
        b"--",
        b";",
        b"From: ",
    )
    for _ in range(1000):
        some = [rnd.choice((*pieces, rnd.randbytes(3))) for _ in range(rnd.randrange(40))]
        everything_of(Message.from_bytes(b"".join(some)), version)


@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in HOSTILE.items()])
def test_a_hostile_mail_takes_no_longer_than_its_size_allows(data: bytes) -> None:
    begin = time.monotonic()
    everything_of(Message.from_bytes(data), Version.V23)
    assert time.monotonic() - begin < SECONDS


@pytest.mark.parametrize("piece", VALUES)
def test_a_hostile_header_value_takes_no_longer_than_its_size_allows(piece: bytes) -> None:
    begin = time.monotonic()
    first_address(piece * (SIZE // len(piece)))
    decode_words(piece * (SIZE // len(piece)))
    assert time.monotonic() - begin < SECONDS
