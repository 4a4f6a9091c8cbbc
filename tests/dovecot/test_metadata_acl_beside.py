"""Access control lists: whom pushnotif and the real doveadm let have METADATA, and what they say."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.dovecot.metadata_sides import MakeSides, Sides

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")

PLUGIN = {"2.3": "mail_plugins = $mail_plugins acl\n", "2.4": "mail_plugins {\n  acl = yes\n}\n"}
ON = {"2.3": "acl = vfile", "2.4": "acl_driver = vfile"}
STORED = {"2.3": "location = maildir:@root@/mail/public", "2.4": "mail_path = @root@/mail/public"}
PUBLIC = "type = public\n  prefix = Pub/\n  separator = /\n  subscriptions = no"
NEWS = "Pub/News"
OPERATIONS: tuple[tuple[str, ...], ...] = (("get",), ("set", "w"), ("unset",), ("list",))


def _extra(
    settings: dict[str, str] | None = None,
    of_public: dict[str, str] | None = None,
    on: dict[str, str] | None = None,
) -> dict[str, str]:
    """Return a public namespace and the plugin, with further settings, by version."""
    texts = {}
    for version in ("2.3", "2.4"):
        inner = (of_public or {}).get(version, "")
        more = (on or ON)[version] + "\n" + (settings or {}).get(version, "") + "\n"
        texts[version] = (
            PLUGIN[version]
            + f"namespace pub {{\n  {PUBLIC}\n  {STORED[version]}\n{inner}\n}}\n"
            + (f"plugin {{\n{more}}}\n" if version == "2.3" else more)
        )
    return texts


def _write(both: Sides, folder: str, text: str, mode: int = 0o644) -> None:
    """Give a folder below that of all mail a list."""
    path = both.server.root / "mail" / folder / "dovecot-acl"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    shutil.chown(path, "nobody", "nogroup")


def _user_with(both: Sides, *mailboxes: str) -> str:
    """Return a new user who has mailboxes, all with an entry."""
    user = both.new_user()
    shutil.rmtree(both.server.root / "mail" / "public", ignore_errors=True)
    for mailbox in mailboxes:
        if mailbox != "INBOX":
            both.server.create_mailbox(user, mailbox)
        result = both.server.doveadm(
            *("-o", "mail_plugins=", "mailbox", "metadata", "set", "-u", user, mailbox, "/private/k", "v")
        )
        assert result.exit_code == 0
    return user


def _agree(both: Sides, user: str, mailbox: str) -> list[int]:
    """Let both do everything with an entry; return the exit codes."""
    return [
        both.agree_on(name, "-u", user, mailbox, "/private/k", *value).code for name, *value in OPERATIONS
    ]


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
    both = sides(extra=_extra())
    user = _user_with(both, NEWS)
    _write(both, "public/.News", f"user={user} {rights}\n")
    _agree(both, user, NEWS)


@pytest.mark.parametrize("rights", ["", "l", "lr"])
def test_entries_that_dovecot_knows_by_itself(sides: MakeSides, rights: str) -> None:
    both = sides(extra=_extra())
    user = _user_with(both, NEWS)
    _write(both, "public/.News", f"user={user} {rights}\n")
    both.agree_on("list", "-u", user, NEWS)
    both.agree_on("get", "-u", user, NEWS, "/private/specialuse")
    both.agree_on("get", "-u", user, NEWS, "/private/comment")
    both.agree_on("set", "-u", user, NEWS, "/private/specialuse", "v")


@pytest.mark.parametrize("text", LISTS)
def test_whom_a_list_means(sides: MakeSides, text: str) -> None:
    groups = {"2.3": "acl_groups = g1,g2", "2.4": "acl_groups = g1 g2"}
    both = sides(extra=_extra(groups))
    user = _user_with(both, NEWS, "Sent", "INBOX")
    for folder in ("public/.News", f"{user}/.Sent", user):
        _write(both, folder, text.format(user=user))
    for mailbox in (NEWS, "Sent", "INBOX"):
        _agree(both, user, mailbox)


def test_mailboxes_without_a_list(sides: MakeSides) -> None:
    both = sides(extra=_extra())
    user = _user_with(both, NEWS, "Sent", "INBOX")
    assert _agree(both, user, "Sent") == _agree(both, user, "INBOX") == [0, 0, 0, 0]
    assert _agree(both, user, NEWS) == [68, 68, 68, 68]
    for mailbox in ("Nope", "Pub/Nope", "Pub", "Pub/News/x"):
        _agree(both, user, mailbox)


DEFAULTS = ("anyone lr", "anyone l", "owner lr", "user={user} lr")


@pytest.mark.parametrize("text", DEFAULTS)
def test_what_counts_for_mailboxes_without_a_list(sides: MakeSides, text: str) -> None:
    both = sides(extra=_extra())
    user = _user_with(both, NEWS, "Pub/Other", "INBOX")
    _write(both, "public", text.format(user=user))
    _write(both, "public/.Other", "group=nope lr\n")
    for mailbox in (NEWS, "Pub/Other", "Pub/Nope", "Pub"):
        _agree(both, user, mailbox)


def test_the_list_of_inbox_counts_for_other_mailboxes_if_the_configuration_says_so(sides: MakeSides) -> None:
    from_inbox = "acl_defaults_from_inbox = yes\nacl_user = somebody"
    both = sides(extra=_extra({"2.3": from_inbox, "2.4": from_inbox}))
    user = _user_with(both, NEWS, "Sent", "INBOX")
    for text in ("user=somebody lr", "anyone l", f"user={user} lr", "owner lr"):
        _write(both, user, text)
        for mailbox in ("Sent", "INBOX", NEWS, "Nope"):
            _agree(both, user, mailbox)


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
    both = sides(extra=_extra(settings, on=on))
    _make_files(both.server.root, {"global": ""})
    user = _user_with(both, NEWS, "Pub/Other", "Sent", "INBOX")
    _make_files(both.server.root, {"global": GLOBAL.replace("{user}", user)})
    for text in ("", f"user={user} lr", "owner l", "-anyone r"):
        for folder in ("public/.News", "public/.Other", f"{user}/.Sent", user):
            _write(both, folder, text)
        for mailbox in (NEWS, "Pub/Other", "Sent", "INBOX"):
            _agree(both, user, mailbox)


def test_a_global_folder_of_23(sides: MakeSides) -> None:
    files = {
        "global/Pub/News": "anyone lr\n",
        "global/Pub/Other/.DEFAULT": "anyone l\n",
        "global/Sent": "owner l\n",
        "global/.DEFAULT": "authenticated lr\n",
    }
    on = {"2.3": "acl = vfile:@root@/global", "2.4": ON["2.4"]}
    both = sides(extra=_extra(on=on))
    _make_files(both.server.root, files)
    user = _user_with(both, NEWS, "Pub/Other", "Pub/Third", "Sent", "INBOX")
    for mailbox in (NEWS, "Pub/Other", "Pub/Third", "Sent", "INBOX"):
        _agree(both, user, mailbox)


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
    both = sides(extra=_extra(BLOCKS, {"2.4": BLOCKS_OF_PUBLIC}))
    names = (NEWS, "Pub/Nb", "Pub/Other", "Pub/Open")
    user = _user_with(both, *names, "Sent")
    for text in ("", "anyone l", "-authenticated p", f"user={user} lw"):
        for name in names:
            _write(both, f"public/.{name[4:]}", text)
        for name in (*names, "Sent"):
            _agree(both, user, name)


OFF = {
    "no lists": _extra(on={"2.3": "acl =", "2.4": "acl_driver ="}),
    "passed over": _extra(
        {"2.3": "acl_ignore_namespace = Q*\nacl_ignore_namespace2 = P?b/"}, {"2.4": "acl_ignore = yes"}
    ),
    "off in one namespace": _extra({"2.3": "acl_ignore_namespace = *"}, {"2.4": "acl_driver ="}),
}


@pytest.mark.parametrize("case", OFF)
def test_lists_that_do_not_count(sides: MakeSides, case: str) -> None:
    both = sides(extra=OFF[case])
    user = _user_with(both, NEWS, "Sent")
    _write(both, "public/.News", "owner l\n")
    _write(both, f"{user}/.Sent", "owner l\n")
    assert _agree(both, user, NEWS) == [0, 0, 0, 0]
    _agree(both, user, "Sent")
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
    both = sides(extra=_extra({"2.3": "acl_groups = g1", "2.4": "acl_groups = g1"}), userdb=userdb)
    user = _user_with(both, NEWS, "Sent")
    for text in ("group=g5 lr", "group=g6 lr", "group=g1 lr", "user=somebody l"):
        _write(both, "public/.News", text)
        _write(both, f"{user}/.Sent", text)
        for mailbox in (NEWS, "Sent"):
            both.agree_on("get", "-u", user, mailbox, "/private/k")


def test_without_the_plugin_lists_are_not_looked_at(sides: MakeSides) -> None:
    both = sides()
    user = _user_with(both, "Sent")
    _write(both, f"{user}/.Sent", "owner l\n")
    assert _agree(both, user, "Sent") == [0, 0, 0, 0]


def test_the_lists_are_no_entries(sides: MakeSides) -> None:
    both = sides(extra=_extra())
    user = _user_with(both, "Sent", "INBOX")
    _write(both, f"{user}/.Sent", "owner lr\nuser=somebody lr\n")
    start = "vendor/vendor.dovecot/pvt/acl"
    for entry in (f"/shared/{start}/user=somebody", f"/private/{start}/owner", f"/shared/{start}/"):
        for name, *value in OPERATIONS:
            both.agree_on(name, "-u", user, "Sent", entry, *value)
            both.agree_on(name, "-u", user, "-s", "", entry, *value)
    for mailbox in ("Sent", "INBOX"):
        both.agree_on("list", "-u", user, mailbox, "/shared/vendor/vendor.dovecot/pvt/")
        both.agree_on("set", "-u", user, mailbox, f"/shared/{start}", "v")


def test_entries_of_the_server_need_no_rights(sides: MakeSides) -> None:
    both = sides(extra=_extra())
    user = _user_with(both, "INBOX")
    _write(both, user, "owner\n")
    for entry in ("/private/k", "/shared/k", "/shared/admin"):
        for name, *value in OPERATIONS:
            both.agree_on(name, "-u", user, "-s", "", entry, *value)
    assert _agree(both, user, "INBOX") == [68, 68, 68, 68]


def test_a_list_that_cannot_be_opened_lets_nobody_in(sides: MakeSides) -> None:
    both = sides(extra=_extra())
    user = _user_with(both, NEWS, "Sent")
    _write(both, "public/.News", "anyone lr\n", mode=0)
    _write(both, f"{user}/.Sent", "owner lr\n", mode=0)
    for mailbox in (NEWS, "Sent"):
        assert _agree(both, user, mailbox) == [68, 68, 68, 68]


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
    both = sides(extra=_extra())
    user = _user_with(both, NEWS)
    _write(both, "public/.News", text)
    for name, *value in OPERATIONS:
        words = (name, "-u", user, NEWS, "/private/k", *value)
        ours, theirs = both.ours(words), both.theirs(words)
        assert (ours.stdout, ours.code) == (theirs.stdout, theirs.code) == ("", 75)
        # doveadm logs the reason, and then says that the log has it.
        reason = theirs.errors[0].removeprefix("Error: ").removeprefix("acl: ")
        assert reason.startswith("ACL file ")
        assert [line for line in ours.errors if line.endswith(f": {reason}")] == ours.errors


WRONG = (
    {"2.3": "acl = file", "2.4": "acl_driver = file"},
    {"2.3": "acl = vfile:/x:nope", "2.4": "acl_driver = imap"},
    {"2.3": "acl = vfile::cache_secs=x", "2.4": "acl_driver = vfile:x"},
)
LOG_PREFIX = re.compile(r"^(doveadm\([^)]*\)(<[^>]*>)*: )?(Error|Fatal): ")


@pytest.mark.parametrize("on", WRONG)
def test_wrong_settings_end_the_call(sides: MakeSides, on: dict[str, str]) -> None:
    both = sides(extra=_extra(on=on))
    words = ("get", "-u", "somebody", "INBOX", "/private/k")
    ours, theirs = both.ours(words), both.theirs(words)
    assert (ours.stdout, ours.code) == (theirs.stdout, theirs.code) == ("", 75)
    # What 2.3 says first is the reason, if it says two things.
    assert ours.errors == [f"Fatal: {LOG_PREFIX.sub('', theirs.errors[0])}"]
