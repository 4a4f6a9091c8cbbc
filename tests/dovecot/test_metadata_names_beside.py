"""Names of mailboxes in namespaces, as `pushnotif metadata` and the real doveadm take them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.main import run
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.metadata_sides import MakeSides

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")

ARCHIVE = {
    "2.3": "namespace arch {\n  prefix = Arch/\n  separator = /\n  location = maildir:~/archive\n}\n",
    "2.4": "namespace arch {\n  prefix = Arch/\n  separator = /\n  mail_path = ~/archive\n}\n",
}
FS = {
    "2.3": "mail_location = maildir:~/mails:LAYOUT=fs\n",
    "2.4": "mail_path = ~/mails\nmailbox_list_layout = fs\n",
}
CONTROL = {
    "2.3": "mail_location = maildir:~/mails:LAYOUT=fs:CONTROL=~/control:INDEX=~/index\n",
    "2.4": (
        "mail_path = ~/mails\nmailbox_list_layout = fs\n"
        "mail_control_path = ~/control\nmail_index_path = ~/index\n"
    ),
}
DIRECTORY = {
    "2.3": "mail_location = sdbox:~/mails:FULLDIRNAME=mails-here:INDEX=~/index\n",
    "2.4": (
        "mail_driver = sdbox\nmail_path = ~/mails\nmail_index_path = ~/index\n"
        "mailbox_directory_name = mails-here\nmailbox_directory_name_legacy = no\n"
    ),
}
UTF_8 = {
    "2.3": "mail_location = mdbox:~/mails:UTF-8\n",
    "2.4": "mail_driver = mdbox\nmail_path = ~/mails\nmailbox_list_utf8 = yes\n",
}
MAILS_BELOW = {
    "2.3": "mail_location = maildir:~/mails:LAYOUT=fs:DIRNAME=mails-here\n",
    "2.4": "mail_path = ~/mails\nmailbox_list_layout = fs\nmailbox_directory_name = mails-here\n",
}
SETTINGS: dict[str, str | dict[str, str]] = {
    "slash": "",
    "dot": "namespace inbox {\n  separator = .\n}\n",
    "archive": ARCHIVE,
    "folders": FS,
    "control": CONTROL,
    "directory": DIRECTORY,
    "utf-8": UTF_8,
    "mails below": MAILS_BELOW,
}
NAMES = (
    *(
        "inbox",
        "Sent",
        "sent",
        "Sent/Sub",
        "Sent.Sub",
        "INBOX/Sent",
        "inbox/Sent",
        "INBOX.Sent",
        "inbox.Sent",
    ),
    *(
        "Arch",
        "Arch/",
        "Arch/Old",
        "Arch/INBOX",
        "Entwürfe",
        "Entw&APw-rfe",
        "Über",
        "Über/Grün",
        "&",
        "a&b",
        "Sent/",
        "/Sent",
    ),
    *(
        "Sent//Sub",
        "Sent/.",
        "Sent/..",
        "..",
        "../x",
        "~",
        "~x",
        "a~",
        "cur",
        "Sent/new",
        "a" * 260,
        "*",
        "%",
    ),
)


@pytest.mark.parametrize("setting", SETTINGS)
def test_both_find_the_same_mailbox_by_a_name(
    dovecot: DovecotFactory, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], setting: str
) -> None:
    settings, version = SETTINGS[setting], dovecot().version
    server = dovecot(extra=settings if isinstance(settings, str) else settings[version])
    text = server.config_file.read_text().replace(server.place.root, str(server.root))
    (tmp_path / "dovecot.conf").write_text(text)
    user = server.new_user()
    separator = "." if setting == "dot" else "/"
    made = [
        "Sent",
        f"Sent{separator}Sub",
        "Entwürfe",
        f"Über{separator}Grün",
        *(["Arch/Old"] if setting == "archive" else []),
    ]
    server.doveadm("mailbox", "create", "-u", user, *made)
    for name in ("INBOX", *made):
        server.doveadm("mailbox", "metadata", "set", "-u", user, name, "/private/k", f"of {name}")
    for name in ("INBOX", *NAMES):
        args = ("get", "-u", user, name, "/private/k")
        capfdbinary.readouterr()
        code = run(["metadata", "-c", str(tmp_path / "dovecot.conf"), *args])
        ours = capfdbinary.readouterr()
        theirs = server.doveadm("mailbox", "metadata", *args)
        assert (name, ours.out.decode(), ours.err.decode().replace("pushnotif: ", ""), code) == (
            name,
            theirs.stdout,
            theirs.stderr.replace(f"doveadm({user}): ", ""),
            theirs.exit_code,
        )


def test_inbox_without_its_folders_keeps_its_entries(
    dovecot: DovecotFactory, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    server = dovecot()
    text = server.config_file.read_text().replace(server.place.root, str(server.root))
    (tmp_path / "dovecot.conf").write_text(text)
    user = server.new_user()
    args = ("get", "-u", user, "INBOX", "/private/k")
    server.doveadm("mailbox", "metadata", "set", "-u", user, "INBOX", "/private/k", "kept")
    for folder in ("cur", "new", "tmp"):
        (server.mail_dir(user) / folder).rmdir()
    code = run(["metadata", "-c", str(tmp_path / "dovecot.conf"), *args])
    ours = capfdbinary.readouterr()
    theirs = server.doveadm("mailbox", "metadata", *args)
    assert (ours.out.decode(), code) == (theirs.stdout, theirs.exit_code)


MESSAGES = (
    ("list", "inbox/X"),
    ("list", "Inbox/X", "/private/k"),
    ("get", "inbox/X", "/private/k"),
    ("set", "iNBOX/X", "/private/k", "v"),
    ("get", "a\nb", "/private/k"),
    ("list", "inbox/a\n\nb"),
    ("set", "a\nb\n", "/private/k", "v"),
    ("get", "INBOX", "/foo\nbar"),
    ("get", "INBOX", "/private/k", "x\ny"),
    ("get", "-F", "no\nfile", "INBOX", "/private/k"),
    ("get", "-\n", "INBOX", "/private/k"),
    ("set", "INBOX", "/foo"),
    ("get", "Nope", "/private"),
    ("get", "INBOX", "/shared/"),
)


@pytest.mark.parametrize("words", MESSAGES, ids=repr)
def test_both_spell_names_and_lines_of_messages_the_same(sides: MakeSides, words: tuple[str, ...]) -> None:
    both = sides()
    user = both.new_user()
    both.server.set_metadata(user, "/private/k", "v", "INBOX")
    both.agree_on(words[0], "-u", user, *words[1:])


@pytest.mark.parametrize("formatter", ["json", "tab", "table", "pager", "flow"])
def test_both_print_the_same_beside_a_wrong_call(sides: MakeSides, formatter: str) -> None:
    both = sides()
    user = both.new_user()
    for words in (
        ("-x", "INBOX"),
        ("INBOX", "/private/k", "extra"),
        ("-S",),
        ("INBOX",),
        ("--nope", "INBOX"),
    ):
        for name in ("get", "set", "list"):
            if (name, words) not in (("list", ("INBOX",)), ("set", ("INBOX", "/private/k", "extra"))):
                both.agree_on("-f", formatter, name, "-u", user, *words)
