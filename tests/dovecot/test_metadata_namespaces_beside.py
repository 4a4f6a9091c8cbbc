"""Aliases of namespaces, and namespaces that make no sense, as pushnotif and the real doveadm see them."""

from __future__ import annotations

import os

import pytest

from tests.dovecot.metadata_sides import MakeSides

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")


def _block(name: str, *lines: str) -> str:
    return f"namespace {name} {{\n" + "".join(f"  {line}\n" for line in lines) + "}\n"


def _hidden(name: str, prefix: str, *lines: str) -> str:
    return _block(name, f"prefix = {prefix}", "separator = /", "hidden = yes", "list = no", *lines)


def _both(text: str) -> dict[str, str]:
    return {"2.3": text, "2.4": text}


def _alias(in_23: str, in_24: str) -> dict[str, str]:
    return {"2.3": f"alias_for = {in_23}", "2.4": f"alias_for = {in_24}"}


def _stored(place: str) -> dict[str, str]:
    return {"2.3": f"location = maildir:{place}", "2.4": f"mail_path = {place}"}


def _each(make_text: object, *parts: dict[str, str]) -> dict[str, str]:
    assert callable(make_text)
    return {version: make_text(*(part[version] for part in parts)) for version in ("2.3", "2.4")}


ALIASES = {
    "of inbox": _each(lambda alias: _hidden("ali", "Ali/", alias), _alias("", "inbox")),
    "of inbox, elsewhere": _each(
        lambda alias, place: _hidden("ali", "Ali/", alias, place), _alias("", "inbox"), _stored("~/elsewhere")
    ),
    "of an archive": _each(
        lambda alias, place: (
            _block("arch", "prefix = Arch/", "separator = /", place) + _hidden("old", "Ali/", alias, place)
        ),
        _alias("Arch/", "arch"),
        _stored("~/arch"),
    ),
    "with the shorter prefix": _each(
        lambda alias: "namespace inbox {\n  prefix = INBOX/\n}\n" + _hidden("ali", "", alias),
        _alias("INBOX/", "inbox"),
    ),
}
NAMES = ("INBOX", "Sent", "INBOX/Sent", "INBOX/INBOX", "inbox/x", "Arch/Sent")
ALIAS_NAMES = ("Ali", "Ali/", "Ali/Sent", "Ali/Nope", "Ali/inbox", "Ali/INBOX")


@pytest.mark.parametrize("case", ALIASES)
def test_an_alias_leads_both_to_the_same_mailboxes(sides: MakeSides, case: str) -> None:
    both = sides(extra=ALIASES[case])
    user = both.new_user()
    prefix = "INBOX/" if "shorter" in case else ""
    for mailbox in ("Sent", *(["Arch/Sent"] if "archive" in case else [])):
        both.server.create_mailbox(user, mailbox if mailbox.startswith("Arch") else prefix + mailbox)
    for mailbox in ("INBOX", f"{prefix}Sent"):
        both.server.set_metadata(user, "/private/k", f"of {mailbox}", mailbox)
    for mailbox in (*NAMES, *(ALIAS_NAMES if "Ali/" in ALIASES[case]["2.4"] else ())):
        if both.server.version == "2.3" and mailbox.endswith("/INBOX"):
            # What 2.3 finds there depends on its list index, which takes the two for one.
            continue
        both.agree_on("get", "-u", user, mailbox, "/private/k")
        both.agree_on("list", "-u", user, mailbox)
        both.agree_on("get", "-u", user, mailbox, "/shared/vendor/vendor.dovecot/pvt/server/admin")


def test_both_store_below_the_same_guid_through_an_alias(sides: MakeSides) -> None:
    both = sides(extra=ALIASES["of inbox"])
    user = both.new_user()
    both.server.create_mailbox(user, "Sent")
    for mailbox in ("INBOX", "Sent"):
        both.server.set_metadata(user, "/private/k", "first", mailbox)
    both.agree_on("set", "-u", user, "Ali/Sent", "/private/k", "by both")
    assert both.agree_on("get", "-u", user, "Sent", "/private/k").stdout == "by both\n"


ELSEWHERE = {"2.3": "location = sdbox:~/x", "2.4": "mail_driver = sdbox\n  mail_path = ~/x"}
REFUSED = {
    "a disabled target": _each(
        lambda alias: _block("off", "prefix = Off/", "disabled = yes") + _hidden("ali", "Ali/", alias),
        _alias("Off/", "off"),
    ),
    "another format": _each(
        lambda alias, place: _hidden("ali", "Ali/", alias, place), _alias("", "inbox"), ELSEWHERE
    ),
    "the same prefix": _both(_block("a", "prefix = A.", "separator = .") + _block("b", "prefix = A.")),
    "no prefix twice": _both(_block("a")),
    "two with INBOX": _both(_block("a", "prefix = A.", "inbox = yes")),
    "a prefix without its end": _both(_block("a", "prefix = A")),
    "a prefix that begins wrong": _both(_block("a", "prefix = /A/", "separator = /")),
    "two separators": _both(_block("a", "prefix = A.", "separator = .")),
    "none with INBOX": _both("namespace inbox {\n  inbox = no\n}\n"),
    "none listed": _both("namespace inbox {\n  list = no\n}\n"),
    "children only": _both("namespace inbox {\n  list = children\n}\n"),
    "all hidden": _both("namespace inbox {\n  hidden = yes\n}\n"),
    "no subscriptions": _both("namespace inbox {\n  subscriptions = no\n}\n"),
    "an unknown format": {
        "2.3": _block("a", "prefix = A/", "separator = /", "location = nonsense:~/x"),
        "2.4": _block("a", "prefix = A/", "separator = /", "mail_driver = nonsense"),
    },
    "an unknown layout": {
        "2.3": _block("a", "prefix = A/", "separator = /", "location = maildir:~/x:LAYOUT=nonsense"),
        "2.4": _block("a", "prefix = A/", "separator = /", "mailbox_list_layout = nonsense"),
    },
    "a folder for mails with Maildir++": {
        "2.3": _block("a", "prefix = A/", "separator = /", "location = maildir:~/x:DIRNAME=x"),
        "2.4": _block("a", "prefix = A/", "separator = /", "mailbox_directory_name = x"),
    },
    "an unknown format, passed over": {
        "2.3": _block("a", "prefix = A/", "ignore_on_failure = yes", "location = nonsense:~/x"),
        "2.4": _block("a", "prefix = A/", "ignore_on_failure = yes", "mail_driver = nonsense"),
    },
    "an unknown setting": {
        "2.3": _block("a", "prefix = A/", "separator = /", "location = maildir:~/x:NONSENSE=x"),
        "2.4": "",
    },
    # 2.3 finds these when it reads the configuration.
    "an unknown target": {"2.3": "", "2.4": _hidden("ali", "Ali/", "alias_for = nope")},
    "an alias of itself": {"2.3": "", "2.4": _hidden("ali", "Ali/", "alias_for = ali")},
    "an alias of an alias": {
        "2.3": "",
        "2.4": _hidden("ali", "Ali/", "alias_for = inbox") + _hidden("bli", "Bli/", "alias_for = ali"),
    },
}


@pytest.mark.parametrize("case", REFUSED)
def test_both_refuse_the_same_namespaces(sides: MakeSides, case: str) -> None:
    both = sides(extra=REFUSED[case])
    for name, value in (("get", ()), ("set", ("v",)), ("list", ())):
        both.agree_on(name, "-u", "alice", "INBOX", "/private/k", *value)
        both.agree_on(name, "-u", "alice", "-s", "", "/private/k", *value)


def test_public_mailboxes_have_entries_in_the_dict_of_who_asks(sides: MakeSides) -> None:
    place = _stored("@root@/mail/public")
    both = sides(
        extra=_each(
            lambda at: _block(
                "pub", "type = public", "prefix = Pub/", "separator = /", "subscriptions = no", at
            ),
            place,
        )
    )
    user = both.new_user()
    both.server.create_mailbox(user, "Pub/News")
    both.server.set_metadata(user, "/private/first", "v", "Pub/News")
    both.agree_on("set", "-u", user, "Pub/News", "/private/k", "mine")
    both.agree_on("set", "-u", user, "Pub/News", "/shared/comment", "ours")
    for mailbox in ("Pub/News", "Pub/Nope", "Pub"):
        both.agree_on("get", "-u", user, mailbox, "/private/k")
        both.agree_on("get", "-u", user, mailbox, "/shared/comment")
        both.agree_on("list", "-u", user, mailbox, "/shared/comment")


def test_a_mailbox_in_a_folder_of_its_own_that_nobody_has_opened_yet(sides: MakeSides) -> None:
    place = {
        "2.3": "location = maildir:@root@/mail/public:LAYOUT=fs",
        "2.4": "mail_path = @root@/mail/public\n  mailbox_list_layout = fs",
    }
    words = ("type = public", "prefix = Pub/", "separator = /", "subscriptions = no")
    both = sides(extra=_each(lambda at: _block("pub", *words, at), place))
    user = both.new_user()
    both.server.create_mailbox(user, "Pub/a/Sent")
    for mailbox in ("Pub/a/Sent", "Pub/a"):
        # Ours comes first: doveadm makes the list that is missing.
        both.agree_on("get", "-u", user, mailbox, "/private/k")
