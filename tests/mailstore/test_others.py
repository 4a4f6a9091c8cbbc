"""Mailboxes of other users: names, places, and the stores of their entries, as the real servers have them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dovecot_conf import loads
from dovecot_conf.errors import MailboxError
from dovecot_conf.versions import Version
from mailstore.accounts import find_user
from mailstore.dict_file import FileDict
from mailstore.entries import ReadOnlyEntryError
from mailstore.export_entries import Exporter
from mailstore.import_entries import Importer, ValueRefusedError
from mailstore.mailbox_name import MailboxNameError
from mailstore.metadata import MailboxNotFoundError, Metadata, NoPermissionError
from mailstore.namespace_checks import NamespaceError
from mailstore.opening import open_metadata
from mailstore.others import Owner, find_owner, parse_prefix
from mailstore.privileges import acting_as, acting_as_caller
from tests.mailstore.test_metadata import make_maildir

VERSIONS = pytest.mark.parametrize("version", ["2.3", "2.4"])
NAMESPACES = """\
namespace inbox {{
  inbox = yes
  separator = /
}}
namespace others {{
  type = shared
  separator = /
  prefix = {prefix}
  PLACE
}}
"""
SETTINGS = {
    "2.3": """\
mail_location = maildir:~/Maildir
mail_attribute_dict = file:%h/%n.dict
userdb {{
  driver = passwd-file
  args = {home}/users
}}
"""
    + NAMESPACES.replace("PLACE", "location = maildir:%%h/Maildir"),
    "2.4": """\
dovecot_config_version = 2.4.0
mail_driver = maildir
mail_path = ~/Maildir
mail_attribute {{
  dict file {{
    path = %{{home}}/%{{user | username}}.dict
  }}
}}
userdb passwd-file {{
  passwd_file_path = {home}/users
}}
"""
    + NAMESPACES.replace("PLACE", "mail_path = %{{owner_home}}/Maildir"),
}
PREFIX = {"2.3": "shared/%%u/", "2.4": "shared/$user/"}
ACL = {
    "2.3": "mail_plugins = acl\nplugin {\n acl = vfile\n}\n",
    "2.4": "mail_plugins {\n acl = yes\n}\nacl_driver = vfile\n",
}


def metadata_of(name: str, home: Path, version: str, more: str = "") -> Metadata:
    """Return the METADATA of ann or bob, who have mailboxes with GUIDs that begin with a or b."""
    for user, guid in (("ann", "a"), ("bob", "b")):
        if not (home / user).exists():
            make_maildir(home / user / "Maildir", guid * 32)
            make_maildir(home / user / "Maildir" / ".Sent", guid * 31 + "0")
    (home / "users").write_text(
        f"ann:::::{home}/ann::userdb_mail_attribute_dict=file:/nowhere\nbob:::::{home}/bob\n"
    )
    configuration = loads(SETTINGS[version].format(home=home, prefix=PREFIX[version]) + more)
    return open_metadata(configuration, find_user(configuration, name), data_dir=home / "own")


@VERSIONS
def test_private_entries_are_ones_own_and_shared_ones_the_owners(tmp_path: Path, version: str) -> None:
    metadata = metadata_of("bob", tmp_path, version)
    metadata.set("shared/ann/Sent", "/private/k", "bob's")
    metadata.set("shared/ann/Sent", "/shared/k", "for all")
    sent = "a" * 31 + "0"
    assert FileDict(tmp_path / "bob" / "bob.dict").read() == {f"priv/{sent}/k": "bob's"}
    assert FileDict(tmp_path / "ann" / "ann.dict").read() == {f"shared/{sent}/k": "for all"}
    # What the userdb says of a setting counts for ann alone.
    own = "for all" if version == "2.4" else None
    assert metadata_of("ann", tmp_path, version).get("Sent", "/shared/k") == own
    private, shared = metadata.list("shared/ann/Sent")
    assert "k" in private.names
    assert "k" in shared.names


@VERSIONS
def test_the_name_of_a_user_is_that_of_the_inbox(tmp_path: Path, version: str) -> None:
    metadata = metadata_of("bob", tmp_path, version)
    for name in ("shared/ann", "shared/ann/INBOX"):
        assert metadata.open_mailbox(name) == "a" * 32
        assert not metadata.mailboxes.is_inbox(name)
        with pytest.raises(ReadOnlyEntryError):
            metadata.set(name, "/shared/vendor/vendor.dovecot/pvt/server/admin", "x")
        assert metadata.get(name, "/shared/vendor/vendor.dovecot/pvt/server/admin") is None


@VERSIONS
def test_an_inbox_may_have_to_be_named(tmp_path: Path, version: str) -> None:
    metadata = metadata_of("bob", tmp_path, version, "mail_shared_explicit_inbox = yes\n")
    assert metadata.open_mailbox("shared/ann/INBOX") == "a" * 32
    assert not metadata.mailboxes.is_any_inbox("shared/ann")


@VERSIONS
@pytest.mark.parametrize("name", ["shared/ann/Nope", "shared/eve/Sent", "shared/eve", "shared"])
def test_what_is_not_there(tmp_path: Path, version: str, name: str) -> None:
    with pytest.raises(MailboxNotFoundError, match=f"Mailbox doesn't exist: {name}$"):
        metadata_of("bob", tmp_path, version).open_mailbox(name)


@VERSIONS
@pytest.mark.parametrize("name", ["shared/", "shared//Sent", "shared/ann/", "shared/ann/a.b"])
def test_names_that_cannot_be(tmp_path: Path, version: str, name: str) -> None:
    with pytest.raises(MailboxNameError):
        metadata_of("bob", tmp_path, version).open_mailbox(name)


@VERSIONS
def test_a_userdb_that_cannot_be_asked_is_told(tmp_path: Path, version: str) -> None:
    metadata = metadata_of("bob", tmp_path, version)
    (tmp_path / "users").unlink()
    with pytest.raises(MailboxError, match="can't tell where the mailboxes of ann are: ") as caught:
        metadata.open_mailbox("shared/ann/Sent")
    assert not isinstance(caught.value, MailboxNotFoundError)
    assert metadata.open_mailbox("Sent") == "b" * 31 + "0"


@VERSIONS
def test_lists_of_others_mailboxes_count(tmp_path: Path, version: str) -> None:
    metadata = metadata_of("bob", tmp_path, version, ACL[version])
    with pytest.raises(MailboxNotFoundError):
        metadata.open_mailbox("shared/ann/Sent")
    place = tmp_path / "ann" / "Maildir" / ".Sent" / "dovecot-acl"
    place.write_text("owner lr\nuser=bob l\n")
    with pytest.raises(NoPermissionError):
        metadata.set("shared/ann/Sent", "/private/k", "v")
    place.write_text("user=bob lr\n")
    metadata.set("shared/ann/Sent", "/private/k", "v")
    assert metadata.get("shared/ann/Sent", "/private/k") == "v"


@VERSIONS
def test_an_import_leaves_the_stores_of_others_alone(tmp_path: Path, version: str) -> None:
    importer = Importer(lambda name: metadata_of(name, tmp_path, version, ACL[version]))
    # Lists don't matter for who has the store itself.
    importer.add("bob", "shared/ann/Sent", "", "/private/k", "v")
    importer.add("bob", "Sent", "", "/shared/k", "w")
    with pytest.raises(ValueRefusedError, match="shared/ann/Sent is another user's"):
        importer.add("bob", "shared/ann/Sent", "", "/shared/k", "v")
    importer.write()
    items = Exporter().items(metadata_of("bob", tmp_path, version), ["shared/ann/Sent", "Sent"])
    assert [(item.mailbox, str(item.entry), item.value) for item in items] == [
        ("Sent", "/shared/k", "w"),
        ("shared/ann/Sent", "/private/k", "v"),
    ]


@pytest.mark.parametrize(
    ("prefix", "mailbox", "expected"),
    [
        ("s/%u/", "s/ann/Sent", Owner("ann", "s/ann/")),
        ("s/%u/", "s/ann@b.org/Sent", Owner("ann@b.org", "s/ann@b.org/")),
        ("s/%u/", "s/ann", Owner("ann", "s/ann/")),
        ("s/%n/", "s/ann/Sent", Owner("ann@own.org", "s/ann/")),
        ("s/%d/%n/", "s/b.org/ann/Sent", Owner("ann@b.org", "s/b.org/ann/")),
        ("s/%d/%n/", "s/b.org", None),
        ("s/%n@%d/", "s/ann@b.org/x", Owner("ann@b.org", "s/ann@b.org/")),
    ],
)
def test_whom_a_mailbox_belongs_to(prefix: str, mailbox: str, expected: Owner | None) -> None:
    assert find_owner(parse_prefix(prefix, Version.V23), mailbox, "/", "bob@own.org") == expected
    in_24 = prefix.replace("%u", "$user").replace("%n", "$username").replace("%d", "$domain")
    assert find_owner(parse_prefix(in_24, Version.V24), mailbox, "/", "bob@own.org") == expected


@VERSIONS
@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"2.3": "s/%%x/", "2.4": "s/$x/"}, "contains unknown "),
        ({"2.3": "s/%%d/", "2.4": "s/$domain/"}, "doesn't contain "),
        ({"2.3": "s/%%u", "2.4": "s/$user"}, "doesn't end with hierarchy separator"),
    ],
)
def test_prefixes_that_make_no_sense(
    tmp_path: Path, version: str, wrong: dict[str, str], reason: str
) -> None:
    text = SETTINGS[version].format(home=tmp_path, prefix=wrong[version])
    (tmp_path / "users").write_text(f"bob:::::{tmp_path}/bob\n")
    configuration = loads(text)
    with pytest.raises(NamespaceError, match=f"shared: Shared namespace prefix {reason}"):
        open_metadata(configuration, find_user(configuration, "bob"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as somebody else")
def test_who_an_owner_is_is_asked_with_the_rights_of_the_caller(tmp_path: Path) -> None:
    place = tmp_path / "users"
    place.write_text("x")
    place.chmod(0o600)
    with acting_as(65534, 65534):
        with pytest.raises(PermissionError):
            place.read_text()
        with acting_as_caller():
            assert place.read_text() == "x"
        with pytest.raises(PermissionError):
            place.read_text()
