"""Mailboxes of other users: which ones pushnotif and the real doveadm find, and whose dict has entries."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

import pytest

from tests.dovecot.metadata_sides import MakeSides, Outcome, Sides

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")

PREFIX = {"2.3": "shared/%%u/", "2.4": "shared/$user/"}
STORED = {"2.3": "location = maildir:@root@/mail/%%u", "2.4": "mail_path = @root@/mail/%{owner_user}"}


def _shared(
    prefix: Mapping[str, str] = PREFIX, stored: Mapping[str, str] = STORED, more: str = ""
) -> dict[str, str]:
    """Return a namespace of others' mailboxes, by version."""
    return {
        version: (
            "namespace shared {\n  type = shared\n  separator = /\n  subscriptions = no\n  list = children\n"
            f"  prefix = {prefix[version]}\n  {stored[version]}\n}}\n{more}\n"
        )
        for version in ("2.3", "2.4")
    }


def _both_words(text: str) -> dict[str, str]:
    return {"2.3": text, "2.4": text}


def _agree(both: Sides, *args: str) -> Outcome:
    """Let both do the same; names come in no order. Return what ours says."""
    ours, theirs = (_sorted(side) for side in _sides(both, args))
    assert ours == theirs
    return ours


def _sorted(outcome: Outcome) -> Outcome:
    return outcome._replace(stdout="\n".join(sorted(outcome.stdout.split("\n"))))


def _sides(both: Sides, args: tuple[str, ...]) -> tuple[Outcome, Outcome]:
    return both.ours(args), both.theirs(args)


def _agree_on_all(both: Sides, user: str, mailbox: str) -> None:
    """Let both write and read entries of both types."""
    for type_ in ("private", "shared"):
        _agree(both, "set", "-u", user, mailbox, f"/{type_}/new", f"{type_} of {mailbox}")
        _agree(both, "get", "-u", user, mailbox, f"/{type_}/new")
        _agree(both, "get", "-u", user, mailbox, f"/{type_}/k")
        _agree(both, "unset", "-u", user, mailbox, f"/{type_}/k")
        _agree(both, "list", "-u", user, mailbox, f"/{type_}/")


def _users(both: Sides, *mailboxes: str) -> tuple[str, str]:
    """Return two new users with mailboxes, who have entries of their own in each."""
    owner, user = both.new_user(), both.new_user()
    for name in (owner, user):
        for mailbox in ("INBOX", *mailboxes):
            if mailbox != "INBOX":
                both.server.create_mailbox(name, mailbox)
            for type_ in ("private", "shared"):
                both.server.set_metadata(name, f"/{type_}/k", f"{type_} of {name}", mailbox)
    return owner, user


NAMES = ("Sent", "INBOX", "inbox", "Nope", "INBOX/x", "a/../b", "Sent/", "~x")


def test_both_find_the_same_mailboxes(sides: MakeSides) -> None:
    both = sides(extra=_shared())
    owner, user = _users(both, "Sent", "a/b")
    for name in (*NAMES, "a/b", "a"):
        _agree_on_all(both, user, f"shared/{owner}/{name}")
    for mailbox in (f"shared/{owner}", f"shared/{owner}/", f"shared/{user}/Sent", f"shared/{user}"):
        _agree_on_all(both, user, mailbox)
    for mailbox in (f"Shared/{owner}/Sent", "Sent", "INBOX"):
        _agree_on_all(both, user, mailbox)


def test_entries_of_the_server_are_not_seen_in_the_inbox_of_others(sides: MakeSides) -> None:
    both = sides(extra=_shared())
    owner, user = _users(both, "Sent")
    start = "/shared/vendor/vendor.dovecot/pvt/server/"
    for mailbox in (f"shared/{owner}", f"shared/{owner}/INBOX", f"shared/{owner}/Sent"):
        _agree(both, "set", "-u", user, mailbox, f"{start}admin", "x")
        _agree(both, "get", "-u", user, mailbox, f"{start}admin")
        _agree(both, "list", "-u", user, mailbox)
        _agree(both, "get", "-u", user, mailbox, "/private/specialuse")


PLACES = {
    "a file named by the user": {
        "2.3": "file:@root@/mail/%u.dict",
        "2.4": "  dict file {\n    path = @root@/mail/%{user}.dict\n  }",
    },
    "a file at home": {"2.3": "file:%h.dict", "2.4": "  dict file {\n    path = %{home}.dict\n  }"},
    "a file at the home of who asks": {"2.3": "file:~/dict", "2.4": "  dict file {\n    path = ~/dict\n  }"},
}
AT_HOME = {
    "2.3": "location = maildir:%%h/Maildir:INDEX=~/index/%%u",
    "2.4": "mail_path = %{owner_home}/Maildir\n  mail_index_path = ~/index/%{owner_user}",
}
USERDB = {
    "2.3": "userdb {\n  driver = passwd-file\n  args = @root@/users\n}\n",
    "2.4": "userdb passwd-file {\n  passwd_file_path = @root@/users\n}\n",
}
HOMES = {"2.3": "mail_location = maildir:~/Maildir\n", "2.4": "mail_path = ~/Maildir\nmail_home =\n"}
LINES = "".join(
    f"{name}:::::@root@/mail/home-{name}::{fields}\n"
    for name, fields in (
        ("ann", "userdb_mail_attribute_dict=file:/nowhere"),
        ("bob", ""),
        ("cat@example.com", ""),
        ("dan@example.com", ""),
    )
)


def _with_homes(prefix: Mapping[str, str] = PREFIX) -> dict[str, str]:
    return {version: text + HOMES[version] for version, text in _shared(prefix, AT_HOME).items()}


@pytest.mark.parametrize("place", PLACES)
def test_shared_entries_are_in_the_dict_of_the_owner(sides: MakeSides, place: str) -> None:
    both = sides(extra=_with_homes(), userdb=USERDB, files={"users": LINES}, attribute_dict=PLACES[place])
    for name in ("ann", "bob", "cat@example.com"):
        both.server.create_mailbox(name, "Sent")
    for mailbox in ("shared/ann/Sent", "shared/ann", "shared/ANN/Sent", "shared/cat@example.com/Sent"):
        _agree_on_all(both, "bob", mailbox)
        # What one has written, the other one reads.
        both.theirs(("set", "-u", "bob", mailbox, "/shared/theirs", "v"))
        assert both.agree_on("get", "-u", "bob", mailbox, "/shared/theirs").stdout == "v\n"
        both.ours(("set", "-u", "bob", mailbox, "/shared/ours", "w"))
        assert both.agree_on("get", "-u", "bob", mailbox, "/shared/ours").stdout == "w\n"


PATTERNS = (
    {"2.3": "o/%%d/%%n/", "2.4": "o/$domain/$username/"},
    {"2.3": "o/%%n/", "2.4": "o/$username/"},
)


@pytest.mark.parametrize("prefix", PATTERNS)
def test_names_in_other_places_of_the_prefix(sides: MakeSides, prefix: Mapping[str, str]) -> None:
    both = sides(extra=_with_homes(prefix), userdb=USERDB, files={"users": LINES})
    for name in ("dan@example.com", "cat@example.com"):
        both.server.create_mailbox(name, "Sent")
    start = prefix["2.3"].replace("%%d", "example.com").replace("%%n", "cat")
    for mailbox in (f"{start}Sent", f"{start}INBOX", start.removesuffix("/"), f"{start}Nope"):
        _agree_on_all(both, "dan@example.com", mailbox)


def test_a_user_that_nobody_knows_has_no_mailboxes(sides: MakeSides) -> None:
    both = sides(extra=_with_homes(), userdb=USERDB, files={"users": LINES})
    for mailbox in ("shared/nobody/Sent", "shared/nobody", "shared/nobody/INBOX"):
        for words in (("get",), ("set", "v"), ("list",)):
            call = (words[0], "-u", "bob", mailbox, "/private/k", *words[1:])
            ours, theirs = _sides(both, call)
            assert ours.code == 68
            # In 2.3 doveadm crashes, or tells of a folder for users that aren't there.
            assert ours == theirs or both.server.version == "2.3"


@pytest.mark.parametrize("stored", ["LAYOUT=fs", "sdbox", "mbox"])
def test_other_formats(sides: MakeSides, stored: str) -> None:
    places = {
        "LAYOUT=fs": {"2.3": "maildir:%s:LAYOUT=fs", "2.4": "mail_path = %s\nmailbox_list_layout = fs"},
        "sdbox": {"2.3": "sdbox:%s", "2.4": "mail_driver = sdbox\nmail_path = %s"},
        "mbox": {"2.3": "mbox:%s", "2.4": "mail_driver = mbox\nmail_path = %s"},
    }[stored]
    own = {
        "2.3": f"mail_location = {places['2.3']}\n" % "@root@/mail/%u",
        "2.4": f"{places['2.4']}\n" % "@root@/mail/%{user}",
    }
    others = {
        "2.3": f"location = {places['2.3']}" % "@root@/mail/%%u",
        "2.4": places["2.4"] % "@root@/mail/%{owner_user}",
    }
    both = sides(extra={version: text + own[version] for version, text in _shared(PREFIX, others).items()})
    owner, user = _users(both, "Sent")
    for name in ("Sent", "INBOX", "Nope"):
        _agree_on_all(both, user, f"shared/{owner}/{name}")
    _agree_on_all(both, user, f"shared/{owner}")


def test_an_inbox_that_has_to_be_named(sides: MakeSides) -> None:
    both = sides(extra=_shared(more="mail_shared_explicit_inbox = yes"))
    owner, user = _users(both, "Sent")
    for mailbox in (f"shared/{owner}", f"shared/{owner}/INBOX", f"shared/{owner}/Sent"):
        _agree_on_all(both, user, mailbox)


FIXED = {
    "2.3": "location = maildir:@root@/mail/fixed",
    "2.4": "mail_path = @root@/mail/fixed",
}


def test_a_shared_namespace_in_one_place_is_like_a_public_one(sides: MakeSides) -> None:
    both = sides(extra=_shared(_both_words("Fixed/"), FIXED))
    user = both.new_user()
    both.server.create_mailbox(user, "Fixed/Sent")
    both.server.set_metadata(user, "/private/first", "v", "Fixed/Sent")
    for mailbox in ("Fixed/Sent", "Fixed/Nope", "Fixed", "Fixed/INBOX"):
        _agree_on_all(both, user, mailbox)


ACL = {
    "2.3": "mail_plugins = $mail_plugins acl\nplugin {\n  acl = vfile\n  acl_groups = g1\n}\n",
    "2.4": "mail_plugins {\n  acl = yes\n}\nacl_driver = vfile\nacl_groups = g1\n",
}
LISTS = (
    "",
    "user={user} lr",
    "user={owner} lr",
    "owner lr",
    "anyone l",
    "group=g1 lw",
    "-user={user} l\nanyone lr",
)


@pytest.mark.parametrize("text", LISTS)
def test_lists_of_others_mailboxes(sides: MakeSides, text: str) -> None:
    both = sides(extra={version: shared + ACL[version] for version, shared in _shared().items()})
    owner, user = _users(both, "Sent")
    for folder in (owner, f"{owner}/.Sent"):
        path = both.server.root / "mail" / folder / "dovecot-acl"
        path.write_text(text.format(user=user, owner=owner))
        shutil.chown(path, "nobody", "nogroup")
    for mailbox in (
        f"shared/{owner}/Sent",
        f"shared/{owner}",
        f"shared/{owner}/INBOX",
        f"shared/{owner}/Nope",
    ):
        for name, *value in (("get",), ("set", "v"), ("list",)):
            _agree(both, name, "-u", user, mailbox, "/shared/k", *value)


GLOBAL_LISTS = ("{start} user={user} lr", "{start}/INBOX anyone lr", "{start}/* anyone lr", "* anyone l")


def test_global_rules_about_others_mailboxes(sides: MakeSides) -> None:
    on = {
        "2.3": "mail_plugins = $mail_plugins acl\nplugin {\n  acl = vfile:@root@/global\n}\n",
        "2.4": ACL["2.4"] + "acl_global_path = @root@/global\n",
    }
    both = sides(extra={version: shared + on[version] for version, shared in _shared().items()})
    (both.server.root / "global").write_text("")
    owner, user = _users(both, "Sent")
    start = f"shared/{owner}"
    for text in GLOBAL_LISTS:
        (both.server.root / "global").write_text(text.format(start=start, user=user))
        for mailbox in (start, f"{start}/INBOX", f"{start}/Sent"):
            _agree(both, "get", "-u", user, mailbox, "/shared/k")


REFUSED = {
    "an unknown variable": {"2.3": "shared/%%x/", "2.4": "shared/$nope/"},
    "an unknown variable behind the user": {"2.3": "shared/%%u/%%h/", "2.4": "shared/$username2/"},
    "a domain alone": {"2.3": "shared/%%d/", "2.4": "shared/$domain/"},
    "no separator": {"2.3": "shared/%%u", "2.4": "shared/$user"},
    "the prefix of another one": {"2.3": "%%u/", "2.4": "$user/"},
}


@pytest.mark.parametrize("case", REFUSED)
def test_both_refuse_the_same_prefixes(sides: MakeSides, case: str) -> None:
    both = sides(extra=_shared(REFUSED[case]))
    for name, *value in (("get",), ("set", "v")):
        both.agree_on(name, "-u", "somebody", "INBOX", "/private/k", *value)


WRONG = {
    "an unknown format": {"2.3": "location = nope:/x/%%u", "2.4": "mail_driver = nope"},
    "no format": {"2.3": "location = /x/%%u", "2.4": "mail_driver ="},
    "a user in the place only": {"2.3": "", "2.4": ""},
}


@pytest.mark.parametrize("case", WRONG)
def test_both_refuse_the_same_places(sides: MakeSides, case: str) -> None:
    is_fixed = case == "a user in the place only"
    prefix = {"2.3": "fixed/", "2.4": PREFIX["2.4"]} if is_fixed else PREFIX
    both = sides(extra=_shared(prefix, STORED if is_fixed else WRONG[case]))
    both.agree_on("get", "-u", "somebody", "INBOX", "/private/k")
