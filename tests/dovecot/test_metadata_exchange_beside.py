"""Entries exported from one layout of mailboxes and imported into another, as the real doveadm lists them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cli.main import run
from tests.dovecot.metadata_sides import MakeSides, Sides

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")

LAYOUTS = {
    "Maildir++": {"2.3": "", "2.4": ""},
    "folders": {
        "2.3": "mail_location = maildir:~/m:LAYOUT=fs:FULLDIRNAME=here:INDEX=~/i:CONTROL=~/c\n",
        "2.4": "mail_path = ~/m\nmailbox_list_layout = fs\nmailbox_directory_name = here\n"
        "mailbox_directory_name_legacy = no\nmail_index_path = ~/i\nmail_control_path = ~/c\n",
    },
    "sdbox": {
        "2.3": "mail_location = sdbox:~/m:DIRNAME=here:MAILBOXDIR=boxes\n",
        "2.4": "mail_driver = sdbox\nmail_path = ~/m\nmailbox_directory_name = here\n"
        "mailbox_root_directory_name = boxes\n",
    },
    "mdbox": {
        "2.3": "mail_location = mdbox:~/m:UTF-8:INDEX=~/i\n",
        "2.4": "mail_driver = mdbox\nmail_path = ~/m\nmailbox_list_utf8 = yes\nmail_index_path = ~/i\n",
    },
}
MAILBOXES = ("Work", "Work/Sub", "Entwürfe & mehr")
ENTRIES = (
    ("", "/private/vendor/vendor.dovecot/http-notify", "user=x\ty"),
    ("INBOX", "/private/k", "of INBOX"),
    ("Work", "/private/k", "w"),
    ("Work/Sub", "/shared/comment", "two\nlines"),
    ("Entwürfe & mehr", "/private/é", ""),
)


def _exchange(both: Sides, *args: str) -> str:
    both.capture.readouterr()
    assert run(["metadata", "-c", str(both.configuration), *args]) == 0
    captured = both.capture.readouterr()
    assert captured.err == b""
    return captured.out.decode()


@pytest.mark.parametrize("into", LAYOUTS)
@pytest.mark.parametrize("out_of", LAYOUTS)
def test_the_entries_of_one_layout_are_listed_in_another(
    sides: MakeSides, tmp_path: Path, out_of: str, into: str
) -> None:
    source = sides(extra=LAYOUTS[out_of])
    user = source.new_user()
    source.server.doveadm("mailbox", "create", "-u", user, *MAILBOXES)
    for mailbox, entry, value in ENTRIES:
        source.server.set_metadata(user, entry, value, mailbox)
    exported = _exchange(source, "export", "-u", user)
    target = sides(extra=LAYOUTS[into])
    other = target.new_user()
    target.server.doveadm("mailbox", "create", "-u", other, *MAILBOXES)
    target.server.set_metadata(other, "/private/old", "kept", "INBOX")
    lines = [json.loads(line) | {"user": other} for line in exported.splitlines()]
    (tmp_path / "lines").write_text("".join(json.dumps(line) + "\n" for line in lines))
    _exchange(target, "import", "-q", str(tmp_path / "lines"))
    for mailbox, entry, value in (*ENTRIES, ("INBOX", "/private/old", "kept")):
        assert target.agree_on("get", "-u", other, "-s", mailbox, entry).stdout == f"{value}\n"
        target.agree_on("list", "-u", other, "-s", mailbox, entry)
