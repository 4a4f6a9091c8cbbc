"""Reading the state of a Maildir."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dovecot_conf.errors import MailboxError
from mailstore.maildir import read_maildir


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("cur", "new", "tmp"):
        (tmp_path / name).mkdir()
    return tmp_path


def test_uidvalidity_and_next_uid_come_from_the_uid_list(maildir: Path) -> None:
    (maildir / "dovecot-uidlist").write_bytes(b"3 V1700000000 N42 G" + b"1" * 32 + b"\n41 :1.M1P1.host\n")
    state = read_maildir(maildir)
    assert (state.uidvalidity, state.next_uid) == (1700000000, 42)


def test_new_mails_and_those_without_the_seen_flag_are_unseen(maildir: Path) -> None:
    for name in ("new/1.M1P1.h", "cur/2.M1P1.h:2,S", "cur/3.M1P1.h:2,FS", "cur/4.M1P1.h:2,F", "cur/5.M1P1.h"):
        (maildir / name).touch()
    assert read_maildir(maildir).unseen == 3


def test_without_a_uid_list_the_first_uid_is_next(maildir: Path) -> None:
    state = read_maildir(maildir)
    assert (state.uidvalidity, state.next_uid, state.unseen) == (None, 1, 0)


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MailboxError, match="not a Maildir"):
        read_maildir(tmp_path)


@pytest.mark.parametrize(
    "header", [b"", b"1 1700000000 5", b"3 N5", b"3 V1", b"3 V1 N4294967296", b"3 V0 N1", b"\xff\x00junk"]
)
def test_a_damaged_uid_list_is_refused(maildir: Path, header: bytes) -> None:
    (maildir / "dovecot-uidlist").write_bytes(header + b"\n")
    with pytest.raises(MailboxError, match="dovecot-uidlist:1"):
        read_maildir(maildir)


def test_hidden_files_are_no_mails(maildir: Path) -> None:
    for name in ("new/.nfs1", "cur/.backup:2,", "new/1.M1P1.h"):
        (maildir / name).touch()
    assert read_maildir(maildir).unseen == 1


def test_a_fifo_or_folder_in_place_of_the_uid_list_is_refused(maildir: Path) -> None:
    uid_list = maildir / "dovecot-uidlist"
    os.mkfifo(uid_list)
    with pytest.raises(MailboxError, match="dovecot-uidlist: no regular file"):
        read_maildir(maildir)
    uid_list.unlink()
    uid_list.mkdir()
    with pytest.raises(MailboxError, match="dovecot-uidlist: no regular file"):
        read_maildir(maildir)
