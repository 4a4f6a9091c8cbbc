from __future__ import annotations

import pytest

from dovecot_conf.errors import MailboxError
from mailstore.location import (
    MailLocation,
    location_from_settings,
    mailbox_paths,
    modified_utf7,
    parse_location,
)
from mailstore.mailbox_name import MailboxNameError

FULL_24 = {"mailbox_directory_name": "d", "mailbox_directory_name_legacy": "no"}
FOLDERS_24 = {"mail_driver": "maildir", "mailbox_list_layout": "fs", "mailbox_directory_name": "d"}
ELSEWHERE_24 = FULL_24 | {"mail_index_path": "/i", "mail_control_path": "/c"}
SDBOX_24 = {"mail_driver": "sdbox", "mail_index_path": "/i", "mailbox_directory_name": "d"}


# Where a running 2.3.19.1 put the uidlist and the index of INBOX and Work/Sub, or its index alone.
@pytest.mark.parametrize(
    ("location", "name", "control", "index"),
    [
        ("maildir:/m", "INBOX", "/m", "/m"),
        ("maildir:/m", "Work/Sub", "/m/.Work.Sub", "/m/.Work.Sub"),
        ("maildir:/m:LAYOUT=fs", "INBOX", "/m", "/m"),
        ("maildir:/m:LAYOUT=fs", "Work/Sub", "/m/Work/Sub", "/m/Work/Sub"),
        ("maildir:/m:CONTROL=/c:INDEX=/i", "INBOX", "/c/.INBOX", "/i/.INBOX"),
        ("maildir:/m:CONTROL=/c:INDEX=/i", "Work/Sub", "/c/.Work.Sub", "/i/.Work.Sub"),
        ("maildir:/m:LAYOUT=fs:DIRNAME=d:INDEX=/i:CONTROL=/c", "INBOX", "/c/INBOX", "/i/INBOX"),
        ("maildir:/m:LAYOUT=fs:CONTROL=/c", "INBOX", "/c/INBOX", "/m"),
        ("maildir:/m:LAYOUT=fs:CONTROL=/c", "Work/Sub", "/c/Work/Sub", "/m/Work/Sub"),
        ("maildir:/m:LAYOUT=fs:DIRNAME=d", "INBOX", "/m/INBOX/d", "/m/INBOX/d"),
        ("maildir:/m:LAYOUT=fs:DIRNAME=d", "Work/Sub", "/m/Work/Sub/d", "/m/Work/Sub/d"),
        ("maildir:/m:LAYOUT=fs:FULLDIRNAME=d", "INBOX", "/m/INBOX/d", "/m/INBOX/d"),
        ("maildir:/m:LAYOUT=fs:FULLDIRNAME=d:INDEX=/i:CONTROL=/c", "INBOX", "/c/INBOX/d", "/i/INBOX/d"),
        (
            "maildir:/m:LAYOUT=fs:FULLDIRNAME=d:INDEX=/i:CONTROL=/c",
            "Work/Sub",
            "/c/Work/Sub/d",
            "/i/Work/Sub/d",
        ),
        ("sdbox:/m:FULLDIRNAME=d:INDEX=/i", "INBOX", None, "/i/mailboxes/INBOX/d"),
        ("sdbox:/m:FULLDIRNAME=d:INDEX=/i", "Work/Sub", None, "/i/mailboxes/Work/Sub/d"),
        ("mdbox:/m:FULLDIRNAME=d:MAILBOXDIR=boxes:INDEX=/i", "Work/Sub", None, "/i/boxes/Work/Sub/d"),
        ("sdbox:/m", "INBOX", None, "/m/mailboxes/INBOX/dbox-Mails"),
        ("dbox:/m", "Work/Sub", None, "/m/mailboxes/Work/Sub/dbox-Mails"),
        ("sdbox:/m:INDEX=/i", "Work/Sub", None, "/i/mailboxes/Work/Sub"),
        ("mdbox:/m:DIRNAME=xx:MAILBOXDIR=boxes", "INBOX", None, "/m/boxes/INBOX/xx"),
        ("mbox:/m:INBOX=/var/mail/u", "INBOX", None, "/m/.imap/INBOX"),
        ("mbox:/m", "Work/Sub", None, "/m/Work/.imap/Sub"),
        ("mbox:/m:INDEX=/i", "Work/Sub", None, "/i/Work/.imap/Sub"),
        ("sdbox:/m", "Entwürfe&", None, "/m/mailboxes/Entw&APw-rfe&-/dbox-Mails"),
        ("sdbox:/m:UTF-8", "Entwürfe&", None, "/m/mailboxes/Entwürfe&/dbox-Mails"),
    ],
)
def test_a_mailbox_is_where_dovecot_puts_it(
    location: str, name: str, control: str | None, index: str
) -> None:
    paths = mailbox_paths(parse_location(location), name)
    assert paths.index == index
    if control is not None:
        assert paths.control == control


def test_an_index_in_memory_has_no_path() -> None:
    assert mailbox_paths(parse_location("sdbox:/m:INDEX=MEMORY"), "INBOX").index is None


def test_two_colons_are_one_in_a_path() -> None:
    assert parse_location("maildir:/m::x:INDEX=/i").path == "/m:x"


def _read_24(settings: dict[str, str]) -> MailLocation:
    """Return a location without what only 2.4 has."""
    return location_from_settings(settings).replace(inbox_everywhere=False)


def test_the_settings_of_24_say_the_same() -> None:
    settings = {"mail_driver": "mbox", "mail_path": "/m", "mail_inbox_path": "/var/mail/u"}
    assert _read_24(settings) == parse_location("mbox:/m:INBOX=/var/mail/u")
    settings = {
        "mail_driver": "maildir",
        "mail_path": "/m",
        "mail_control_path": "/c",
        "mail_index_path": "/i",
    }
    assert _read_24(settings) == parse_location("maildir:/m:CONTROL=/c:INDEX=/i")


@pytest.mark.parametrize("text", ["", "/home/bob/mail", "~/Maildir", "auto:~/mail"])
def test_a_format_is_never_guessed(text: str) -> None:
    with pytest.raises(MailboxError, match="name the mailbox format"):
        parse_location(text)


# Where a running 2.4.1 put them.
@pytest.mark.parametrize(
    ("settings", "name", "control", "index"),
    [
        ({"mail_driver": "maildir", "mailbox_list_layout": "fs"}, "INBOX", "/m", "/m"),
        ({"mail_driver": "maildir", "mailbox_list_layout": "fs"}, "Work/Sub", "/m/Work/Sub", "/m/Work/Sub"),
        (FOLDERS_24, "INBOX", "/m", "/m"),
        (FOLDERS_24, "Work/Sub", "/m/Work/Sub/d", "/m/Work/Sub/d"),
        (FOLDERS_24 | ELSEWHERE_24, "INBOX", "/c/INBOX/d", "/i/INBOX/d"),
        (FOLDERS_24 | ELSEWHERE_24, "Work/Sub", "/c/Work/Sub/d", "/i/Work/Sub/d"),
        (SDBOX_24, "INBOX", None, "/i/mailboxes/INBOX"),
        (SDBOX_24 | FULL_24, "INBOX", None, "/i/mailboxes/INBOX/d"),
        (SDBOX_24 | FULL_24, "Work/Sub", None, "/i/mailboxes/Work/Sub/d"),
    ],
)
def test_the_settings_of_24_put_a_mailbox_where_dovecot_does(
    settings: dict[str, str], name: str, control: str | None, index: str
) -> None:
    paths = mailbox_paths(location_from_settings({"mail_path": "/m", **settings}), name)
    assert paths.index == index
    if control is not None:
        assert paths.control == control


def test_an_unknown_part_is_an_error() -> None:
    with pytest.raises(MailboxError, match="unknown setting INBOXX"):
        parse_location("maildir:/m:INBOXX=/i")


def test_a_layout_that_needs_dovecot_is_an_error() -> None:
    with pytest.raises(MailboxError, match="layout index"):
        mailbox_paths(parse_location("mdbox:/m:LAYOUT=index"), "INBOX")


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("maildir:/m", "../x"),
        ("maildir:/m", "a.b"),
        ("sdbox:/m", "../../etc"),
        ("sdbox:/m", "a/../b"),
        ("sdbox:/m", "/etc"),
        ("sdbox:/m", "a/"),
        ("sdbox:/m", "a//b"),
        ("sdbox:/m", "a\0b"),
    ],
)
def test_a_name_never_leaves_the_location(location: str, name: str) -> None:
    with pytest.raises(MailboxNameError):
        mailbox_paths(parse_location(location), name)


@pytest.mark.parametrize(
    ("name", "encoded"),
    # The last two are the examples of RFC 3501 section 5.1.3.
    [("A&B", "A&-B"), ("plain", "plain"), ("台北", "&U,BTFw-"), ("日本語", "&ZeVnLIqe-")],
)
def test_names_are_stored_in_modified_utf7(name: str, encoded: str) -> None:
    assert modified_utf7(name) == encoded
