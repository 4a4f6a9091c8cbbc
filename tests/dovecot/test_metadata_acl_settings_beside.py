"""Settings about access control lists, as pushnotif and the real doveadm take them."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.dovecot.acl_sides import NEWS, ON, agree, extra_of, user_with, write_list
from tests.dovecot.metadata_sides import MakeSides

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")

GLOBAL = """\
# for all
Pub/* anyone l
Pub/News "user={user}" lr
"S*" owner lr
?ent -owner r
"In\\box" anyone l
INBOX anyone lrw
"""


@pytest.mark.parametrize("more", ["", "acl_globals_only = yes"])
def test_a_global_file(sides: MakeSides, more: str) -> None:
    settings = {"2.3": more, "2.4": f"{more}\nacl_global_path = @root@/global"}
    on = {"2.3": "acl = vfile:@root@/global:cache_secs=0", "2.4": ON["2.4"]}
    both = sides(extra=extra_of(settings, on=on))
    _make_files(both.server.root, {"global": ""})
    user = user_with(both, NEWS, "Pub/Other", "Sent", "INBOX")
    _make_files(both.server.root, {"global": GLOBAL.replace("{user}", user)})
    for text in ("", f"user={user} lr", "owner l", "-anyone r"):
        for folder in ("public/.News", "public/.Other", f"{user}/.Sent", user):
            write_list(both, folder, text)
        for mailbox in (NEWS, "Pub/Other", "Sent", "INBOX"):
            agree(both, user, mailbox)


ABOUT_THE_PREFIX = (
    "Pub anyone lr",
    "P?b anyone l",
    '"" anyone lr',
    "Pub/News user=somebody lr\nPub anyone lr",
    "* anyone li",
)


def test_a_global_rule_about_the_prefix_counts_for_mailboxes_without_another_one(sides: MakeSides) -> None:
    on = {"2.3": "acl = vfile:@root@/global", "2.4": ON["2.4"]}
    both = sides(extra=extra_of({"2.4": "acl_global_path = @root@/global"}, on=on))
    _make_files(both.server.root, {"global": ""})
    user = user_with(both, NEWS)
    for text in ABOUT_THE_PREFIX:
        _make_files(both.server.root, {"global": text})
        for mailbox in (NEWS, "Pub", "INBOX"):
            both.agree_on("get", "-u", user, mailbox, "/private/k")


def test_a_global_folder_of_23(sides: MakeSides) -> None:
    files = {
        "lists/Pub/News": "anyone lr\n",
        "lists/Pub/Other/.DEFAULT": "anyone l\n",
        "lists/Sent": "owner l\n",
        "lists/.DEFAULT": "authenticated lr\n",
    }
    on = {"2.3": "acl = vfile:@root@/lists", "2.4": ON["2.4"]}
    both = sides(extra=extra_of(on=on))
    _make_files(both.server.root, files)
    user = user_with(both, NEWS, "Pub/Other", "Pub/Third", "Sent", "INBOX")
    for mailbox in (NEWS, "Pub/Other", "Pub/Third", "Sent", "INBOX"):
        agree(both, user, mailbox)


def _make_files(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


BLOCKS = {
    "2.3": "",
    "2.4": "acl anyone {\n rights = lrs\n}\nacl user=user1 {\n rights = -s\n}\n",
}
BLOCKS_OF_PUBLIC = """\
  acl group=g1 {
    rights = l
  }
  acl authenticated {
    rights = lt
  }
  mailbox "N*" {
    acl group=g2 {
      rights = lr
    }
    acl authenticated {
      rights = lr
    }
  }
  mailbox News {
    acl authenticated {
      rights = lp
    }
  }
  mailbox Open {
    acl_ignore = yes
  }
"""


def test_lists_in_the_configuration_of_24(sides: MakeSides) -> None:
    both = sides(extra=extra_of(BLOCKS, {"2.4": BLOCKS_OF_PUBLIC}))
    names = (NEWS, "Pub/Nb", "Pub/Other", "Pub/Open")
    user = user_with(both, *names, "Sent")
    for text in ("", "anyone l", "-authenticated p", f"user={user} lw"):
        for name in names:
            write_list(both, f"public/.{name[4:]}", text)
        for name in (*names, "Sent"):
            agree(both, user, name)


OFF = {
    "no lists": extra_of(on={"2.3": "acl =", "2.4": "acl_driver ="}),
    "passed over": extra_of(
        {"2.3": "acl_ignore_namespace = Q*\nacl_ignore_namespace2 = P?b/"}, {"2.4": "acl_ignore = yes"}
    ),
    "off in one namespace": extra_of({"2.3": "acl_ignore_namespace = *"}, {"2.4": "acl_driver ="}),
}


@pytest.mark.parametrize("case", OFF)
def test_lists_that_do_not_count(sides: MakeSides, case: str) -> None:
    both = sides(extra=OFF[case])
    user = user_with(both, NEWS, "Sent")
    write_list(both, "public/.News", "owner l\n")
    write_list(both, f"{user}/.Sent", "owner l\n")
    assert agree(both, user, NEWS) == [0, 0, 0, 0]
    agree(both, user, "Sent")
    both.agree_on("set", "-u", user, NEWS, "/shared/vendor/vendor.dovecot/pvt/acl/owner", "lookup")


USERDB = {
    "2.3": """\
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=@root@/mail/home-%u FIELDS
}
""",
    "2.4": """\
userdb static {
  fields {
    uid = nobody
    gid = nogroup
    home = @root@/mail/home-%{user}
    FIELDS
  }
}
""",
}


@pytest.mark.parametrize(
    "field", ["acl_groups=g5,g6", "acl_groups=nope", "mail_plugins=quota", "acl_user=somebody"]
)
def test_what_the_userdb_says_of_a_user_counts(sides: MakeSides, field: str) -> None:
    userdb = {version: text.replace("FIELDS", field) for version, text in USERDB.items()}
    both = sides(extra=extra_of({"2.3": "acl_groups = g1", "2.4": "acl_groups = g1"}), userdb=userdb)
    user = user_with(both, NEWS, "Sent")
    for text in ("group=g5 lr", "group=g6 lr", "group=g1 lr", "user=somebody l"):
        write_list(both, "public/.News", text)
        write_list(both, f"{user}/.Sent", text)
        for mailbox in (NEWS, "Sent"):
            both.agree_on("get", "-u", user, mailbox, "/private/k")


def test_without_the_plugin_lists_are_not_looked_at(sides: MakeSides) -> None:
    both = sides()
    user = user_with(both, "Sent")
    write_list(both, f"{user}/.Sent", "owner l\n")
    assert agree(both, user, "Sent") == [0, 0, 0, 0]


WRONG = (
    {"2.3": "acl = file", "2.4": "acl_driver = file"},
    {"2.3": "acl = vfile:/x:nope", "2.4": "acl_driver = imap"},
    {"2.3": "acl = vfile::cache_secs=x", "2.4": "acl_driver = vfile:x"},
)
LOG_PREFIX = re.compile(r"^(doveadm\([^)]*\)(<[^>]*>)*: )?(Error|Fatal): ")


@pytest.mark.parametrize("on", WRONG)
def test_wrong_settings_end_the_call(sides: MakeSides, on: dict[str, str]) -> None:
    both = sides(extra=extra_of(on=on))
    words = ("get", "-u", "somebody", "INBOX", "/private/k")
    ours, theirs = both.ours(words), both.theirs(words)
    assert (ours.stdout, ours.code) == (theirs.stdout, theirs.code) == ("", 75)
    # What 2.3 says first is the reason, if it says two things.
    assert ours.errors == [f"Fatal: {LOG_PREFIX.sub('', theirs.errors[0])}"]
