from __future__ import annotations

import random

import pytest

from dovecot_conf.errors import DictError
from dovecot_conf.versions import Version
from mailstore import dict_protocol as protocol
from mailstore.dict_protocol import Promise, ProtocolError, Reply

OF_23 = protocol.DIALECTS[Version.V23]


def test_a_client_says_which_major_it_speaks_and_which_dict_it_wants() -> None:
    lines = [protocol.hello(dialect, "meta\tdata") for dialect in protocol.dialects(Version.V23)]
    assert lines == [b"H3\t2\t0\t\tmeta\x01tdata\n", b"H4\t0\t0\t\tmeta\x01tdata\n"]


def test_the_major_of_the_configuration_is_tried_first() -> None:
    assert [dialect.major for dialect in protocol.dialects(Version.V24)] == [4, 3]


def test_a_transaction_sets_and_unsets() -> None:
    lines = protocol.transaction(OF_23, 7, "bob", {"priv/1/a": "x\ny", "shared/1/b": None})
    assert b"".join(lines) == b"B7\tbob\nS7\tpriv/1/a\tx\x01ny\nU7\tshared/1/b\nC7\n"


def test_a_transaction_of_24_says_that_its_values_stay() -> None:
    lines = protocol.transaction(protocol.DIALECTS[Version.V24], 7, "bob", {"priv/1/a": None})
    assert list(lines) == [b"B7\tbob\t0\n", b"U7\tpriv/1/a\n", b"C7\n"]


@pytest.mark.parametrize("key", ["", "x", "private/1/a", "priv", "shared", "Priv/1/a"])
def test_a_key_that_no_server_survives_is_not_sent(key: str) -> None:
    for make in (protocol.lookup, protocol.iterate):
        with pytest.raises(DictError, match="neither priv/ nor shared/: not sent"):
            make(key, "bob")
    with pytest.raises(DictError, match="not sent"):
        protocol.transaction(OF_23, 1, "bob", {key: "v"})


def test_a_private_key_needs_a_user() -> None:
    with pytest.raises(DictError, match="needs a user"):
        protocol.lookup("priv/1/a", "")
    assert protocol.lookup("shared/1/a", "") == b"Lshared/1/a\t\n"


def test_a_line_has_at_most_65536_bytes() -> None:
    key = "shared/1/a"
    room = protocol.MAX_LINE - len(f"S1\t{key}\t\n")
    _, line, _ = protocol.transaction(OF_23, 1, "", {key: "x" * room})
    assert len(line) == 65536
    with pytest.raises(DictError, match="at most 65536 bytes, this one has 65537: not sent"):
        protocol.transaction(OF_23, 1, "", {key: "x" * (room + 1)})
    with pytest.raises(DictError, match="65537"):
        protocol.transaction(OF_23, 1, "", {key: "x" * (room - 1) + "\n"})


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (b"*12", Promise(12)),
        (b"+12\tOv\x01t\t1\t2\t3\t4", Reply("O", ("v\t", "1", "2", "3", "4"), 12)),
        (b"+3\t\t1\t2\t3\t4", Reply("", ("", "1", "2", "3", "4"), 3)),
        (b"+3", Reply("", ("",), 3)),
        (b"", Reply("", ("",))),
        (b"N", Reply("N", ("",))),
        (b"O", Reply("O", ("",))),
        (b"F7\twhy", Reply("F", ("7", "why"))),
        (b"O\xff", Reply("O", ("\udcff",))),
    ],
)
def test_lines_of_a_server_are_read(line: bytes, read: Reply | Promise) -> None:
    assert protocol.parse_line(line) == read


@pytest.mark.parametrize("line", [b"*", b"*0", b"*x", b"*1\t", b"+", b"+-1\tO", b"*4294967296", b"*\xb2"])
def test_a_number_that_is_none_is_refused(line: bytes) -> None:
    with pytest.raises(ProtocolError, match="Received invalid async-"):
        protocol.parse_line(line)


def test_the_first_of_several_values_counts() -> None:
    # The values are separated by tabs and escaped, and the whole is escaped again.
    reply = protocol.parse_line(b"Ma\x011t1\x01tb")
    assert isinstance(reply, Reply)
    assert protocol.first_value(reply) == "a\t1"


def test_any_value_survives_a_round_trip() -> None:
    generator = random.Random(3)
    for _ in range(300):
        value = "".join(generator.choices("ab\x01\t\r\n\x00\\é\u2028\udcff", k=generator.randrange(9)))
        _, line, _ = protocol.transaction(OF_23, 1, "", {"shared/1/a": value})
        reply = protocol.parse_line(b"O" + line.split(b"\t")[2].removesuffix(b"\n"))
        assert isinstance(reply, Reply)
        assert protocol.first_value(reply) == value


def test_garbage_gives_an_error_or_a_reply() -> None:
    generator = random.Random(4)
    errors = set()
    for _ in range(2000):
        line = bytes(generator.choices(b"*+ONFMW019\x01\t\r\xff\x80", k=generator.randrange(12)))
        try:
            protocol.parse_line(line)
        except ProtocolError as error:
            errors.add(str(error))
    assert errors
    assert all(error.isprintable() for error in errors)
