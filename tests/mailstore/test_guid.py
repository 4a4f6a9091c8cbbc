from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from dovecot_conf.errors import MailboxError
from mailstore.dotlock import LockTimes
from mailstore.guid import create_maildir, maildir_guid
from mailstore.index_guid import index_guid

FIXTURES = Path(__file__).parents[2] / "fixtures" / "mailboxes"
GUID = "9e1674368573046bd765000083ecc375"
TIMES = LockTimes(timeout=1, pause=0.001)


@pytest.mark.parametrize(
    "line",
    [
        f"3 V1795453829 N1 G{GUID}\n",
        f"3 G{GUID} V1795453829 N7 Pabc\n1 :file\n",
        f"3 V1 N1 G{GUID.upper()}\n",
    ],
)
def test_the_guid_is_a_field_of_the_first_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "dovecot-uidlist").write_text(line)
    assert maildir_guid(tmp_path) == GUID


def test_a_folder_without_a_uidlist_has_no_guid(tmp_path: Path) -> None:
    assert maildir_guid(tmp_path) is None


@pytest.mark.parametrize(
    "line", ["", "1 1795453829 1\n", "3 V1795453829 N1\n", f"3 V1 N1 G{GUID[:-1]}\n", "\0\0"]
)
def test_a_uidlist_without_a_guid_is_an_error(tmp_path: Path, line: str) -> None:
    (tmp_path / "dovecot-uidlist").write_text(line)
    with pytest.raises(MailboxError, match="let Dovecot open the mailbox once"):
        maildir_guid(tmp_path)


def test_a_folder_in_place_of_the_uidlist_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "dovecot-uidlist").mkdir()
    with pytest.raises(MailboxError, match="Is a directory"):
        maildir_guid(tmp_path)


def test_a_new_maildir_has_its_folders_and_a_guid(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "Maildir"
    guid = create_maildir(folder, folder, times=TIMES)
    assert sorted(path.name for path in folder.iterdir()) == ["cur", "dovecot-uidlist", "new", "tmp"]
    assert maildir_guid(folder) == guid
    assert stat.S_IMODE((folder / "cur").stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "dovecot-uidlist").stat().st_mode) == 0o600


def test_an_existing_uidlist_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "dovecot-uidlist").write_text(f"3 V1 N9 G{GUID}\n1 :mail\n")
    assert create_maildir(tmp_path, tmp_path, times=TIMES) == GUID
    assert (tmp_path / "dovecot-uidlist").read_text() == f"3 V1 N9 G{GUID}\n1 :mail\n"


def test_a_maildir_below_a_file_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(MailboxError, match="was not created"):
        create_maildir(tmp_path / "home" / "Maildir", tmp_path / "home" / "Maildir", times=TIMES)


@pytest.mark.parametrize(
    ("folder", "driver", "guid"),
    [
        ("sdbox", "sdbox", "320d520d2192056bfd11000083ecc375"),
        ("mdbox", "mdbox", "bf6fac202292056b0812000083ecc375"),
        ("mbox", "mbox", "972e15292392056b1312000083ecc375"),
        ("sdbox-rotated", "sdbox", "aaaabbbb333344445555666677778888"),
    ],
)
def test_the_guid_is_in_the_index_files(folder: str, driver: str, guid: str) -> None:
    assert index_guid(FIXTURES / folder, driver) == guid


def test_without_the_log_the_snapshot_is_asked(tmp_path: Path) -> None:
    shutil.copy(FIXTURES / "sdbox-rotated" / "dovecot.index", tmp_path)
    assert index_guid(tmp_path, "sdbox") == "11112222333344445555666677778888"


def test_a_folder_without_index_files_has_no_guid(tmp_path: Path) -> None:
    assert index_guid(tmp_path, "sdbox") is None


def test_the_index_of_another_format_has_no_guid() -> None:
    with pytest.raises(MailboxError, match="no mailbox GUID yet"):
        index_guid(FIXTURES / "sdbox", "mbox")


def test_a_cut_off_or_damaged_log_never_raises_anything_else(tmp_path: Path) -> None:
    for source in ("sdbox/dovecot.index.log", "sdbox-rotated/dovecot.index"):
        data = (FIXTURES / source).read_bytes()
        target = tmp_path / Path(source).name
        for position in range(len(data)):
            for damaged in (data[:position], data[:position] + b"\xff" + data[position + 1 :]):
                target.write_bytes(damaged)
                try:
                    guid = index_guid(tmp_path, "sdbox")
                except MailboxError:
                    continue
                assert guid is None or len(guid) == 32
        target.unlink()
