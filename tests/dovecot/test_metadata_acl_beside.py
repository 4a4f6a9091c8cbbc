"""Access control lists: whom pushnotif and the real doveadm let have METADATA, and what they say."""

from __future__ import annotations

import os

import pytest

from tests.dovecot.acl_sides import NEWS, OPERATIONS, agree, extra_of, user_with, write_list
from tests.dovecot.metadata_sides import MakeSides

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")

RIGHTS = (
    "",
    "l",
    "lr",
    "lw",
    "ls",
    "li",
    "lp",
    "lt",
    "lxeka",
    "r",
    "rwsip",
    ":lookup read",
    "l :read",
    "lr :x",
)
LISTS = (
    "anyone lr",
    "anonymous lr",
    "authenticated lr",
    "owner lr",
    "user=somebody lr",
    "group=g1 lr",
    "group=g2 l\ngroup=g1 r",
    "group=nope lr",
    "group-override=g1 l\nuser={user} lr",
    "-user={user} l\nanyone lr",
    "-anyone l\nuser={user} lr",
    "user={user} lr\nuser={user} w\n-user={user} l",
    '"user={user}" lr',
    '"-group=g1" r\r\nanyone lr\r\n',
    "# anyone lr\n\n",
    "user={user}",
)


@pytest.mark.parametrize("rights", RIGHTS)
def test_rights_that_metadata_needs(sides: MakeSides, rights: str) -> None:
    both = sides(extra=extra_of())
    user = user_with(both, NEWS)
    write_list(both, "public/.News", f"user={user} {rights}\n")
    agree(both, user, NEWS)


@pytest.mark.parametrize("rights", ["", "l", "lr"])
def test_entries_that_dovecot_knows_by_itself(sides: MakeSides, rights: str) -> None:
    both = sides(extra=extra_of())
    user = user_with(both, NEWS)
    write_list(both, "public/.News", f"user={user} {rights}\n")
    both.agree_on("list", "-u", user, NEWS)
    both.agree_on("get", "-u", user, NEWS, "/private/specialuse")
    both.agree_on("get", "-u", user, NEWS, "/private/comment")
    both.agree_on("set", "-u", user, NEWS, "/private/specialuse", "v")


@pytest.mark.parametrize("text", LISTS)
def test_whom_a_list_means(sides: MakeSides, text: str) -> None:
    groups = {"2.3": "acl_groups = g1,g2", "2.4": "acl_groups = g1 g2"}
    both = sides(extra=extra_of(groups))
    user = user_with(both, NEWS, "Sent", "INBOX")
    for folder in ("public/.News", f"{user}/.Sent", user):
        write_list(both, folder, text.format(user=user))
    for mailbox in (NEWS, "Sent", "INBOX"):
        both.agree_on("get", "-u", user, mailbox, "/private/k")
        both.agree_on("set", "-u", user, mailbox, "/private/k", "w")


def test_mailboxes_without_a_list(sides: MakeSides) -> None:
    both = sides(extra=extra_of())
    user = user_with(both, NEWS, "Sent", "INBOX")
    assert agree(both, user, "Sent") == agree(both, user, "INBOX") == [0, 0, 0, 0]
    assert agree(both, user, NEWS) == [68, 68, 68, 68]
    for mailbox in ("Nope", "Pub/Nope", "Pub", "Pub/News/x", "Pub/a.b", "Pub/", "a.b"):
        agree(both, user, mailbox)


DEFAULTS = ("anyone lr", "anyone l", "owner lr", "user={user} lr")


@pytest.mark.parametrize("text", DEFAULTS)
def test_what_counts_for_mailboxes_without_a_list(sides: MakeSides, text: str) -> None:
    both = sides(extra=extra_of())
    user = user_with(both, NEWS, "Pub/Other", "INBOX")
    write_list(both, "public", text.format(user=user))
    write_list(both, "public/.Other", "group=nope lr\n")
    for mailbox in (NEWS, "Pub/Other", "Pub/Nope", "Pub"):
        agree(both, user, mailbox)


def test_the_list_of_inbox_counts_for_other_mailboxes_if_the_configuration_says_so(sides: MakeSides) -> None:
    from_inbox = "acl_defaults_from_inbox = yes\nacl_user = somebody"
    both = sides(extra=extra_of({"2.3": from_inbox, "2.4": from_inbox}))
    user = user_with(both, NEWS, "Sent", "INBOX")
    for text in ("user=somebody lr", "anyone l", f"user={user} lr", "owner lr"):
        write_list(both, user, text)
        for mailbox in ("Sent", "INBOX", NEWS, "Nope"):
            agree(both, user, mailbox)


def test_the_lists_are_no_entries(sides: MakeSides) -> None:
    both = sides(extra=extra_of())
    user = user_with(both, "Sent", "INBOX")
    write_list(both, f"{user}/.Sent", "owner lr\nuser=somebody lr\n")
    start = "vendor/vendor.dovecot/pvt/acl"
    for entry in (f"/shared/{start}/user=somebody", f"/private/{start}/owner", f"/shared/{start}/"):
        for name, *value in OPERATIONS:
            both.agree_on(name, "-u", user, "Sent", entry, *value)
            both.agree_on(name, "-u", user, "-s", "", entry, *value)
    for mailbox in ("Sent", "INBOX"):
        both.agree_on("list", "-u", user, mailbox, "/shared/vendor/vendor.dovecot/pvt/")
        both.agree_on("set", "-u", user, mailbox, f"/shared/{start}", "v")


def test_entries_of_the_server_need_no_rights(sides: MakeSides) -> None:
    both = sides(extra=extra_of())
    user = user_with(both, "INBOX")
    write_list(both, user, "owner\n")
    for entry in ("/private/k", "/shared/k", "/shared/admin"):
        for name, *value in OPERATIONS:
            both.agree_on(name, "-u", user, "-s", "", entry, *value)
    assert agree(both, user, "INBOX") == [68, 68, 68, 68]


def test_a_list_that_cannot_be_opened_lets_nobody_in(sides: MakeSides) -> None:
    both = sides(extra=extra_of())
    user = user_with(both, NEWS, "Sent")
    write_list(both, "public/.News", "anyone lr\n", mode=0)
    write_list(both, f"{user}/.Sent", "owner lr\n", mode=0)
    for mailbox in (NEWS, "Sent"):
        assert agree(both, user, mailbox) == [68, 68, 68, 68]


BROKEN = (
    "nonsense lr",
    "anyone lr\nuser=x q",
    '"anyone lr',
    '"anyone"lr',
    "owner l r",
    " ",
    "anyone é",
    "é l",
)


@pytest.mark.parametrize("text", BROKEN)
def test_mistakes_in_a_list(sides: MakeSides, text: str) -> None:
    both = sides(extra=extra_of())
    user = user_with(both, NEWS)
    write_list(both, "public/.News", text)
    for name, *value in OPERATIONS:
        words = (name, "-u", user, NEWS, "/private/k", *value)
        ours, theirs = both.ours(words), both.theirs(words)
        assert (ours.stdout, ours.code) == (theirs.stdout, theirs.code) == ("", 75)
        # doveadm logs the reason, and then says that the log has it.
        reason = theirs.errors[0].removeprefix("Error: ").removeprefix("acl: ")
        assert reason.startswith("ACL file ")
        assert [line for line in ours.errors if line.endswith(f": {reason}")] == ours.errors
