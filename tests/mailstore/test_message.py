from __future__ import annotations

import io
import os
from pathlib import Path
from threading import Thread

import pytest

from dovecot_conf.errors import MessageError
from mailstore.message import Message, read_message


def header(data: bytes, name: str = "Subject") -> bytes | None:
    return Message.from_bytes(data).header(name)


def test_the_first_of_several_fields_counts() -> None:
    assert header(b"Subject: one\r\nSubject: two\r\n\r\n") == b"one"


def test_the_name_is_matched_without_regard_to_case_and_blanks_before_the_colon() -> None:
    assert header(b"sUBJECT \t: x\n\n") == b"x"


def test_blanks_in_front_go_and_blanks_behind_stay() -> None:
    assert header(b"Subject: \t lead\tmid  dbl  trail \t\n\n") == b"lead\tmid  dbl  trail \t"


def test_a_fold_is_a_line_feed_and_the_white_space_that_was_there() -> None:
    assert header(b"Subject: first\r\n\tsecond\r\n   third\r\n\r\n") == b"first\n\tsecond\n   third"


def test_nothing_behind_the_empty_line_is_a_header() -> None:
    assert header(b"From: a\n\nSubject: x\n") is None


def test_a_line_without_a_colon_is_passed_over() -> None:
    assert header(b"junk\n more: junk\nSubject: x\n\n") == b"x"


def test_nul_becomes_a_replacement_character() -> None:
    assert header(b"Subject: a\0b\n\n") == "a\ufffdb".encode()


def test_an_empty_field_is_not_a_missing_one() -> None:
    assert header(b"Subject:\n\n") == b""


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n", b"\n\n", b":", b": x\n", b"\0", b" \n", b"Subject"])
def test_a_mail_without_a_subject_has_none(data: bytes) -> None:
    assert header(data) is None


def test_a_mail_is_read_from_a_stream() -> None:
    assert read_message(io.BytesIO(b"Subject: x\r\n\r\n")).header("subject") == b"x"


def test_a_missing_mail_and_a_folder_are_one_line_errors(tmp_path: Path) -> None:
    with pytest.raises(MessageError, match=r"no-mail\.eml: can't read the mail: No such file"):
        read_message(tmp_path / "no-mail.eml")
    with pytest.raises(MessageError, match="Is a directory"):
        read_message(tmp_path)


def test_lmtp_puts_its_trace_on_top_and_ends_the_last_line() -> None:
    stored = Message.from_bytes(b"Subject: x").stored("lmtp", b"Return-Path: <a@b>\r\n")
    assert stored.data == b"Return-Path: <a@b>\nSubject: x\n"


def test_lda_drops_the_line_of_an_mbox() -> None:
    message = Message.from_bytes(b"From bob Mon Feb  5 10:11:12 2024\nSubject: x\n\n")
    assert message.stored("lda").data == b"Subject: x\n\n"
    assert message.stored("imap") == message


def test_a_fifo_without_a_writer_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailstore.message.FIFO_WAIT_SECONDS", 0.05)
    os.mkfifo(tmp_path / "mail")
    with pytest.raises(MessageError, match="mail: can't read the mail: nobody writes to this FIFO"):
        read_message(tmp_path / "mail")


def test_a_fifo_with_a_writer_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "mail")
    writer = Thread(target=lambda: (tmp_path / "mail").write_bytes(b"Subject: x\n\n" + b"y" * 200_000))
    writer.start()
    mail = read_message(tmp_path / "mail")
    writer.join()
    assert len(mail.data) == 200_012


def test_a_mail_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailstore.message.MAX_MAIL_BYTES", 2**20)
    with pytest.raises(MessageError, match="the input: the mail is larger than 1 MiB"):
        read_message(io.BytesIO(b"x" * (2**20 + 1)))
