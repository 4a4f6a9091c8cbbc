"""Access control lists of mailboxes: whom they let have METADATA. Outcomes are those of the real servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailstore.acl_files import AclFileError
from mailstore.acl_rights import (
    ALL_RIGHTS,
    AclLineError,
    Person,
    matches,
    parse_global_line,
    parse_rule,
    rights_of,
)
from mailstore.mailbox_name import MailboxNameError
from mailstore.metadata import EntryRefusedError, MailboxNotFoundError, Metadata, NoPermissionError
from mailstore.settings import PluginError
from tests.mailstore.test_metadata import make_maildir, opened
from tests.mailstore.test_namespaces import INBOX, START

GUEST = Person("bob", frozenset({"g1", "g2"}), is_owner=False)
OWNER = Person("bob", frozenset({"g1"}), is_owner=True)


def given(person: Person, *lines: str) -> str | None:
    """Return the rights, by their usual letters where only these matter; None when nothing is said."""
    rights = rights_of(person, [parse_rule(line) for line in lines])
    return None if rights is None else " ".join(sorted(rights))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), None),
        (("owner lr", "group=nope lr", "user=alice lr"), None),
        (("anyone lr",), "lookup read"),
        (("user=bob l", "anyone lr"), "lookup"),
        (("group=g1 l", "group=g2 r", "anyone w"), "lookup read"),
        (("user=bob lr", "user=bob w"), "lookup read write"),
        (("group-override=g1 l", "user=bob lr"), "lookup"),
        (("-user=bob l", "anyone lr"), "read"),
        (("-anyone l", "user=bob lr"), "read"),
        (("-user=bob l",), ""),
        (("user=bob",), ""),
        (("user=bob l:read x,y",), "lookup read x y"),
    ],
)
def test_stronger_rules_replace_weaker_ones(lines: tuple[str, ...], expected: str | None) -> None:
    assert given(GUEST, *lines) == expected


def test_the_owner_may_do_what_no_rule_about_the_owner_takes_away() -> None:
    everything = " ".join(sorted(ALL_RIGHTS))
    assert given(OWNER) == given(OWNER, "anyone l", "group=g1 l", "authenticated l") == everything
    assert given(OWNER, "owner l") == given(OWNER, "user=bob l") == "lookup"
    assert given(OWNER, "-owner x") == everything.replace("delete ", "", 1)


def test_a_global_rule_is_above_all_others() -> None:
    pattern, rule = parse_global_line('"IN BOX*" anyone l')
    assert pattern == "IN BOX*"
    own = [parse_rule("user=bob lr"), parse_rule("-user=bob l")]
    assert rights_of(GUEST, [*own, rule]) == rights_of(OWNER, [rule, *own]) == {"lookup"}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("nonsense lr", "Unknown ID 'nonsense'"),
        ("nonsense q", "Unknown ID 'nonsense'"),
        ("anyone q", "Unknown ACL 'q'"),
        ("anyone é", "Unknown ACL '\udcc3'"),
        ("owner l r", "Missing ':' prefix in ACL extensions"),
        ('"owner l', "Invalid quoted ID"),
        ('"owner"l', "Invalid quoted ID"),
    ],
)
def test_lines_that_make_no_sense(line: str, error: str) -> None:
    with pytest.raises(AclLineError) as caught:
        parse_rule(line)
    assert str(caught.value) == error


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("Pub", "Missing ACL rights"),
        (" owner l", "Empty ACL pattern"),
        ('"Pub owner l', "Missing '\"'"),
        ('"Pub"owner l', "Expecting space after '\"'"),
    ],
)
def test_lines_of_a_global_file_that_make_no_sense(line: str, error: str) -> None:
    with pytest.raises(AclLineError) as caught:
        parse_global_line(line)
    assert str(caught.value) == error


@pytest.mark.parametrize(
    ("name", "pattern", "fits"),
    [
        ("Pub/News", "Pub/*", True),
        ("Pub/News", "*/N?ws", True),
        ("Pub/News", "pub/*", False),
        ("Pub", "Pub/*", False),
        ("", "*", True),
        ("", "?", False),
        ("é", "??", True),
        ("aXbXc", "*X*c", True),
        ("a" * 3000, "*a" * 300 + "b", False),
    ],
)
def test_patterns_of_names(name: str, pattern: str, *, fits: bool) -> None:
    assert matches(name, pattern) is fits


SETTINGS = {
    "2.3": "mail_plugins = acl\nplugin {{\n acl = vfile{path}\n acl_groups = g1\n}}\n",
    "2.4": "mail_plugins {{\n acl = yes\n}}\nacl_driver = vfile\nacl_groups = g1\n{path}",
}
PUBLIC = {
    version: f"namespace pub {{\n type = public\n prefix = Pub/\n separator = /\n {place}\n}}\n"
    for version, place in (("2.3", "location = maildir:~/public"), ("2.4", "mail_path = ~/public"))
}
VERSIONS = pytest.mark.parametrize("version", SETTINGS)


def metadata_in(home: Path, version: str, path: str = "") -> Metadata:
    """Return the METADATA of bob, who has Sent and sees the public mailbox News."""
    make_maildir(home / "Maildir", "a" * 32)
    make_maildir(home / "Maildir" / ".Sent", "b" * 32)
    make_maildir(home / "public" / ".News", "c" * 32)
    text = START[version] + INBOX + PUBLIC[version] + SETTINGS[version].format(path=path)
    return opened(text, home)


def with_global_file(home: Path, version: str) -> tuple[Path, Metadata]:
    """Return the path of a file with rules for many mailboxes, and METADATA with it."""
    place = home / "global"
    setting = f":{place}" if version == "2.3" else f"acl_global_path = {place}\n"
    return place, metadata_in(home, version, setting)


@VERSIONS
def test_a_mailbox_without_the_right_to_see_it_does_not_exist(tmp_path: Path, version: str) -> None:
    metadata = metadata_in(tmp_path, version)
    for operation in (metadata.open_mailbox, lambda name: metadata.get(name, "/private/k")):
        with pytest.raises(MailboxNotFoundError, match="Mailbox doesn't exist: Pub/News"):
            operation("Pub/News")
    [listing] = metadata.list("Pub/News", "/private/comment")
    assert (listing.names, type(listing.error)) == (("",), MailboxNotFoundError)
    metadata.set("Sent", "/private/k", "own mailboxes need no list")


@VERSIONS
def test_a_name_that_no_mailbox_can_have_is_told_when_a_mailbox_is_opened(
    tmp_path: Path, version: str
) -> None:
    metadata = metadata_in(tmp_path, version)
    with pytest.raises(MailboxNameError):
        metadata.open_mailbox("Pub/a.b")
    with pytest.raises(MailboxNotFoundError):
        metadata.get("Pub/a.b", "/private/k")
    with pytest.raises(MailboxNameError):
        metadata.get("a.b", "/private/k")


@VERSIONS
def test_to_see_a_mailbox_is_not_enough(tmp_path: Path, version: str) -> None:
    metadata = metadata_in(tmp_path, version)
    (tmp_path / "public" / ".News" / "dovecot-acl").write_text("group=g1 lt\n")
    with pytest.raises(NoPermissionError):
        metadata.set("Pub/News", "/private/k", "v")
    assert metadata.get("Pub/News", "/private/specialuse") is None
    (tmp_path / "public" / ".News" / "dovecot-acl").write_text("group=g1 ls\n")
    metadata.set("Pub/News", "/private/k", "v")
    assert metadata.get("Pub/News", "/private/k") == "v"


@VERSIONS
def test_lists_are_no_entries_and_the_server_has_none(tmp_path: Path, version: str) -> None:
    metadata = metadata_in(tmp_path, version)
    entry = "/shared/vendor/vendor.dovecot/pvt/acl/owner"
    for operation in (lambda: metadata.get("Sent", entry), lambda: metadata.set("Sent", entry, "lookup")):
        with pytest.raises(EntryRefusedError, match="Permission denied"):
            operation()
    (tmp_path / "Maildir" / "dovecot-acl").write_text("owner\n")
    metadata.set("", "/private/k", "v")
    assert metadata.get("", "/private/k") == "v"


@VERSIONS
def test_a_list_with_a_mistake_is_named(tmp_path: Path, version: str) -> None:
    metadata = metadata_in(tmp_path, version)
    path = tmp_path / "Maildir" / ".Sent" / "dovecot-acl"
    path.write_text("# mine\nme lr\n")
    with pytest.raises(AclFileError) as caught:
        metadata.get("Sent", "/private/k")
    assert str(caught.value) == f"ACL file {path} line 2: Unknown ID 'me'"


@VERSIONS
def test_a_global_file(tmp_path: Path, version: str) -> None:
    place, metadata = with_global_file(tmp_path, version)
    place.write_text("Pub/N* authenticated lr\nSent owner l\n")
    metadata.set("Pub/News", "/private/k", "v")
    with pytest.raises(NoPermissionError):
        metadata.set("Sent", "/private/k", "v")
    place.write_text("Pub\n")
    with pytest.raises(AclFileError) as caught:
        metadata.get("Sent", "/private/k")
    assert str(caught.value) == f"Global ACL file {place} line 1: Missing ACL rights"


@VERSIONS
def test_a_rule_about_the_prefix_counts_where_there_is_no_other_one(tmp_path: Path, version: str) -> None:
    place, metadata = with_global_file(tmp_path, version)
    place.write_text("Pub anyone lr\n")
    metadata.set("Pub/News", "/private/k", "v")
    place.write_text("Pub anyone lr\nPub/News anyone l\n")
    with pytest.raises(NoPermissionError):
        metadata.set("Pub/News", "/private/k", "v")


def test_lists_in_the_configuration_of_24(tmp_path: Path) -> None:
    inner = "mailbox N* {\n acl anyone {\n rights = lr\n }\n}\n"
    text = "namespace pub {\n" + inner + "}\nacl anyone {\n rights = l\n}\n"
    metadata = metadata_in(tmp_path, "2.4", text)
    make_maildir(tmp_path / "public" / ".Other", "d" * 32)
    metadata.set("Pub/News", "/private/k", "v")
    with pytest.raises(NoPermissionError):
        metadata.set("Pub/Other", "/private/k", "v")


@VERSIONS
def test_an_unknown_kind_of_lists(tmp_path: Path, version: str) -> None:
    wrong = {"2.3": "plugin {\n acl = file:/x\n}\n", "2.4": "acl_driver = file\n"}
    text = START[version] + INBOX + SETTINGS[version].format(path="") + wrong[version]
    with pytest.raises(PluginError, match="Unknown ACL backend: file"):
        opened(text, tmp_path)


@VERSIONS
def test_the_userdb_may_say_the_groups_and_the_plugins(tmp_path: Path, version: str) -> None:
    metadata_in(tmp_path, version)
    (tmp_path / "public" / ".News" / "dovecot-acl").write_text("group=g5 lr\n")
    text = START[version] + INBOX + PUBLIC[version] + SETTINGS[version].format(path="")
    assert opened(text, tmp_path, acl_groups="g4,g5").open_mailbox("Pub/News") == "c" * 32
    assert opened(text, tmp_path, mail_plugins="quota").open_mailbox("Pub/News") == "c" * 32
    with pytest.raises(MailboxNotFoundError):
        opened(text, tmp_path).open_mailbox("Pub/News")
