from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf.errors import MailboxError
from mailstore.location import MailLocation, modified_utf7
from mailstore.mailbox_list import from_modified_utf7, stored_names


def names(location: MailLocation, root: Path) -> list[str]:
    return list(stored_names(location.completed(), root))


def test_a_maildir_has_its_mailboxes_in_folders_that_begin_with_a_dot(tmp_path: Path) -> None:
    for name in ("cur", ".Work", ".Work.Sub", ".Entw&APw-rfe", ".bad&name", "no-mailbox"):
        (tmp_path / name).mkdir()
    (tmp_path / ".file").touch()
    assert names(MailLocation("maildir", "/m"), tmp_path) == ["INBOX", "Entwürfe", "Work", "Work/Sub"]
    utf8 = MailLocation("maildir", "/m", utf8=True)
    assert "Entw&APw-rfe" in names(utf8, tmp_path)


def test_layout_fs_has_its_mailboxes_in_folders_of_folders(tmp_path: Path) -> None:
    for name in ("cur", "Work/cur", "Work/Sub/new", ".hidden"):
        (tmp_path / name).mkdir(parents=True)
    assert names(MailLocation("maildir", "/m", layout="fs"), tmp_path) == ["INBOX", "Work", "Work/Sub"]


def test_dbox_has_its_mailboxes_below_a_folder_of_their_own(tmp_path: Path) -> None:
    for name in ("INBOX", "Work", "Work/Sub"):
        (tmp_path / "mailboxes" / name / "dbox-Mails").mkdir(parents=True)
    assert names(MailLocation("sdbox", "/m"), tmp_path) == ["INBOX", "Work", "Work/Sub"]


def test_mbox_mailboxes_are_files(tmp_path: Path) -> None:
    (tmp_path / ".imap").mkdir()
    (tmp_path / "Work").touch()
    assert names(MailLocation("mbox", "/m"), tmp_path) == ["INBOX", "Work"]


def test_where_nothing_is_yet_only_inbox_can_be(tmp_path: Path) -> None:
    assert names(MailLocation("maildir", "/m"), tmp_path / "missing") == ["INBOX"]


def test_an_unknown_layout_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MailboxError, match="layout index"):
        names(MailLocation("sdbox", "/m", layout="index"), tmp_path)


@pytest.mark.parametrize("name", ["a&b", "Entwürfe", "日本", "😀", "&", ""])
def test_modified_utf7_is_undone(name: str) -> None:
    assert from_modified_utf7(modified_utf7(name)) == name


def test_malformed_utf7_is_no_name() -> None:
    assert from_modified_utf7("&A-") is None
    assert from_modified_utf7("&2AA-") is None
