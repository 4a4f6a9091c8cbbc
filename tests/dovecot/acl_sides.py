"""Access control lists beside the servers: configurations, lists, and everything done by both sides."""

from __future__ import annotations

import shutil

from tests.dovecot.metadata_sides import Sides

PLUGIN = {"2.3": "mail_plugins = $mail_plugins acl\n", "2.4": "mail_plugins {\n  acl = yes\n}\n"}
ON = {"2.3": "acl = vfile", "2.4": "acl_driver = vfile"}
STORED = {"2.3": "location = maildir:@root@/mail/public", "2.4": "mail_path = @root@/mail/public"}
PUBLIC = "type = public\n  prefix = Pub/\n  separator = /\n  subscriptions = no"
NEWS = "Pub/News"
OPERATIONS: tuple[tuple[str, ...], ...] = (("get",), ("set", "w"), ("unset",), ("list",))


def extra_of(
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


def write_list(both: Sides, folder: str, text: str, mode: int = 0o644) -> None:
    """Give a folder below that of all mail a list."""
    path = both.server.root / "mail" / folder / "dovecot-acl"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    shutil.chown(path, "nobody", "nogroup")


def user_with(both: Sides, *mailboxes: str) -> str:
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


def agree(both: Sides, user: str, mailbox: str) -> list[int]:
    """Let both do everything with an entry; return the exit codes."""
    return [
        both.agree_on(name, "-u", user, mailbox, "/private/k", *value).code for name, *value in OPERATIONS
    ]
