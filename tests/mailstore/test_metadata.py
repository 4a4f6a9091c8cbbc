from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import loads
from dovecot_conf.errors import DictError, MailboxError, MetadataError
from mailstore.dict_file import FileDict, RefusedDictError
from mailstore.entries import EntryNameError, ReadOnlyEntryError
from mailstore.metadata import (
    DictInitError,
    MailboxNotCreatedError,
    MailboxNotFoundError,
    Metadata,
    NotEnabledError,
)
from mailstore.opening import open_metadata
from mailstore.own_store import open_own_metadata
from mailstore.users import User

GUID = "1" * 32
SERVER_KEY = f"priv/{GUID}/vendor/vendor.dovecot/pvt/server/vendor/vendor.dovecot/http-notify"
HTTP_NOTIFY = "/private/vendor/vendor.dovecot/http-notify"
HEAD_24 = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"


def user_of(home: Path, **fields: str) -> User:
    return User("bob@example.com", str(home), None, None, fields)


def make_maildir(folder: Path, guid: str = GUID) -> None:
    (folder / "cur").mkdir(parents=True)
    (folder / "dovecot-uidlist").write_text(f"3 V1 N1 G{guid}\n")


def opened(text: str, home: Path, **fields: str) -> Metadata:
    return open_metadata(loads(text), user_of(home, **fields), data_dir=home / "own")


MAILDIR_23 = "mail_location = maildir:~/Maildir\nmail_attribute_dict = file:%h/%n.dict\n"


def test_a_server_entry_is_kept_below_the_guid_of_inbox(tmp_path: Path) -> None:
    make_maildir(tmp_path / "Maildir")
    metadata = opened(MAILDIR_23, tmp_path)
    metadata.set("", HTTP_NOTIFY, "user=bob")
    assert FileDict(tmp_path / "bob.dict").read() == {SERVER_KEY: "user=bob"}
    assert metadata.get("", HTTP_NOTIFY) == "user=bob"
    assert metadata.location == str(tmp_path / "bob.dict")
    assert not metadata.own


def test_the_settings_of_24_name_the_same_store(tmp_path: Path) -> None:
    make_maildir(tmp_path / "Maildir")
    text = HEAD_24 + "mail_driver = maildir\nmail_path = ~/Maildir\n"
    block = "mail_attribute {\n dict file {\n  path = %{home}/%{user | username}.dict\n }\n}\n"
    opened(text + block, tmp_path).set("", HTTP_NOTIFY, "user=bob")
    assert opened(MAILDIR_23, tmp_path).get("", HTTP_NOTIFY) == "user=bob"


def test_a_path_of_the_home_may_begin_with_a_tilde(tmp_path: Path) -> None:
    make_maildir(tmp_path / "Maildir")
    text = "mail_location = maildir:~/Maildir\nmail_attribute_dict = file:~/attributes:lock=fcntl\n"
    opened(text, tmp_path).set("inbox", "/shared/Comment", "Hi")
    assert FileDict(tmp_path / "attributes").read() == {f"shared/{GUID}/comment": "Hi"}


def test_userdb_fields_override_the_settings(tmp_path: Path) -> None:
    make_maildir(tmp_path / "elsewhere")
    metadata = opened(MAILDIR_23, tmp_path, mail=f"maildir:{tmp_path}/elsewhere")
    assert metadata.open_mailbox("INBOX") == GUID


def test_an_override_on_the_command_line_is_taken_as_it_is(tmp_path: Path) -> None:
    make_maildir(tmp_path / "Maildir")
    override = f"mail_attribute_dict=file:{tmp_path}/%u.dict"
    configuration = loads(MAILDIR_23, overrides=[override])
    open_metadata(configuration, user_of(tmp_path)).set("INBOX", "/private/a", "1")
    assert (tmp_path / "%u.dict").exists()


def test_namespaces_have_prefixes_separators_and_locations(tmp_path: Path) -> None:
    text = (
        MAILDIR_23
        + "namespace inbox {\n inbox = yes\n separator = /\n prefix = INBOX/\n}\n"
        + "namespace old {\n prefix = Old.\n separator = .\n list = no\n"
        + " location = maildir:~/old:LAYOUT=fs\n}\n"
    )
    make_maildir(tmp_path / "Maildir" / ".Work.Sub", "a" * 32)
    make_maildir(tmp_path / "old" / "Work" / "Sub", "b" * 32)
    metadata = opened(text, tmp_path)
    assert metadata.open_mailbox("INBOX/Work/Sub") == "a" * 32
    assert metadata.open_mailbox("Old.Work.Sub") == "b" * 32
    with pytest.raises(MailboxNotFoundError):
        metadata.open_mailbox("Elsewhere")


def test_files_are_found_below_a_root(tmp_path: Path) -> None:
    make_maildir(tmp_path / "var" / "mail" / "bob")
    text = "mail_location = maildir:/var/mail/%n\nmail_attribute_dict = file:/var/attr/%n\n"
    metadata = open_metadata(loads(text), user_of(Path("/home/bob")), root=tmp_path)
    metadata.set("INBOX", "/private/a", "1")
    assert (tmp_path / "var" / "attr" / "bob").read_bytes() == f"priv/{GUID}/a\n1\n".encode()


def test_built_in_values_come_from_the_configuration(tmp_path: Path) -> None:
    make_maildir(tmp_path / "Maildir" / ".Sent")
    text = (
        MAILDIR_23
        + "mail_server_admin = mailto:x@example.com\nnamespace inbox {\n inbox = yes\n"
        + " mailbox Sent {\n  special_use = \\Sent\n  comment = out\n }\n}\n"
    )
    metadata = opened(text, tmp_path)
    assert metadata.get("Sent", "/private/specialuse") == "\\Sent"
    assert metadata.get("Sent", "/shared/comment") == "out"
    metadata.set("Sent", "/shared/comment", "mine")
    assert metadata.get("Sent", "/shared/comment") == "mine"
    assert metadata.get("", "/shared/admin") == "mailto:x@example.com"
    with pytest.raises(ReadOnlyEntryError, match="/private/specialuse attribute cannot be changed"):
        metadata.set("Sent", "/private/specialuse", "x")


def test_an_inbox_that_is_not_there_has_no_values(tmp_path: Path) -> None:
    metadata = opened(MAILDIR_23, tmp_path)
    assert metadata.get("", HTTP_NOTIFY) is None
    assert [listing.error for listing in metadata.list("INBOX")] == [None, None]
    with pytest.raises(MailboxNotCreatedError) as caught:
        metadata.set("INBOX", "/private/a", "1")
    assert caught.value.location == str(tmp_path / "Maildir")
    assert list(tmp_path.iterdir()) == []


def test_only_what_dovecot_would_make_is_made(tmp_path: Path) -> None:
    text = MAILDIR_23 + "namespace inbox {\n inbox = yes\n mailbox Sent {\n  auto = create\n }\n}\n"
    metadata = opened(text, tmp_path)
    guid = metadata.open_mailbox("Sent", create=True)
    assert (tmp_path / "Maildir" / ".Sent" / "dovecot-uidlist").read_text().endswith(f" G{guid}\n")
    with pytest.raises(MailboxNotFoundError):
        metadata.open_mailbox("Trash", create=True)


def test_an_entry_without_a_name_is_not_stored(tmp_path: Path) -> None:
    make_maildir(tmp_path / "Maildir")
    metadata = opened(MAILDIR_23, tmp_path)
    for change in (
        lambda: metadata.set("INBOX", "/private", "x"),
        lambda: metadata.unset("INBOX", "/shared/"),
    ):
        with pytest.raises(EntryNameError, match="nothing behind the type"):
            change()
    assert not (tmp_path / "bob.dict").exists()


@pytest.mark.parametrize(
    ("setting", "error", "message"),
    [
        ("", NotEnabledError, "Mailbox attributes not enabled"),
        ("nosuch:x", DictInitError, r"dict_init\(nosuch:x\) failed: Unknown dict module: nosuch"),
        ("nocolon", DictInitError, "Dictionary URI is missing ':': nocolon"),
        ("file:/x:lock=bogus", DictInitError, "dict file: Invalid parameter: ock=bogus"),
        ("redis:password=hush:port=x", DictInitError, "dict redis: Invalid port: x"),
        ("memcached:host=127.0.0.1:password=hush", RefusedDictError, "memcached is not supported by this"),
        ("proxy:metadata", DictInitError, "dict proxy: Invalid URI: metadata"),
        ("proxy:/nosuch:x", DictError, r"^net_connect_unix\(/nosuch\) failed: No such file or directory$"),
    ],
)
def test_a_dict_that_can_not_be_used_is_a_clear_error(
    tmp_path: Path, setting: str, error: type[MetadataError], message: str
) -> None:
    make_maildir(tmp_path / "Maildir")
    metadata = opened(f"mail_location = maildir:~/Maildir\nmail_attribute_dict = {setting}\n", tmp_path)
    with pytest.raises(error, match=message) as caught:
        metadata.get("INBOX", "/private/a")
    assert "hush" not in str(caught.value)


def test_an_unknown_variable_is_a_clear_error(tmp_path: Path) -> None:
    block = "mail_attribute {\n dict file {\n  path = %{nosuch}\n }\n}\n"
    metadata = opened(f"{HEAD_24}mail_driver = maildir\nmail_path = /x\n{block}", tmp_path)
    with pytest.raises(DictInitError, match="dict_file_path setting variables: Unknown variable 'nosuch'"):
        metadata.open_dict()


def test_a_user_without_a_home_can_not_have_mail_there(tmp_path: Path) -> None:
    with pytest.raises(MailboxError, match="Home directory not set"):
        open_metadata(
            loads("mail_location = maildir:~/Maildir\nmail_attribute_dict = file:/x\n"),
            User("bob", "", None, None, {}),
        )


def test_an_unsupported_format_is_a_clear_error(tmp_path: Path) -> None:
    metadata = opened("mail_location = imapc:~/x\nmail_attribute_dict = file:/x\n", tmp_path)
    with pytest.raises(MailboxError, match="imapc can't be read without Dovecot"):
        metadata.get("INBOX", "/private/a")


def test_without_a_dict_there_is_a_store_of_our_own(tmp_path: Path) -> None:
    metadata = opened("mail_location = maildir:~/Maildir\n", tmp_path)
    assert metadata.own
    metadata.set("", HTTP_NOTIFY, "user=bob")
    metadata.set("Any/Mailbox", "/private/a", "1")
    again = open_own_metadata("bob@example.com", data_dir=tmp_path / "own")
    assert again.get("", HTTP_NOTIFY) == "user=bob"
    assert again.get("Any/Mailbox", "/private/a") == "1"
    assert again.get("Any/Other", "/private/a") is None
    assert Path(again.location).is_relative_to(tmp_path / "own")


def test_users_do_not_share_their_own_stores(tmp_path: Path) -> None:
    names = ["bob", "alice", "../bob", ".", "a/b", "bob@example.com", "BOB", "b\udcffb"]
    for name in names:
        open_own_metadata(name, data_dir=tmp_path).set("", "/private/who", "is it")
    files = list(tmp_path.rglob("*.dict"))
    assert len(files) == len(names)
    assert {file.parent for file in files} == {tmp_path / "metadata"}


def test_a_directory_in_place_of_the_dict_is_a_clear_error(tmp_path: Path) -> None:
    make_maildir(tmp_path / "Maildir")
    (tmp_path / "bob.dict").mkdir()
    with pytest.raises(DictError, match=r"bob\.dict is a directory"):
        opened(MAILDIR_23, tmp_path).get("INBOX", "/private/a")
