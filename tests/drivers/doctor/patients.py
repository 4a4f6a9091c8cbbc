"""Sites to look at: a configuration of either version, mailboxes, METADATA, and a Postfix in front."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dovecot_conf import Version, load
from drivers import DriverRegistry, HttpResponse, TransportError
from drivers.doctor import Account, Diagnosis, Patient, Places, diagnose
from drivers.http import Transport
from mailstore.accounts import find_user, user_from_fields, userdb_of
from mailstore.links import Link, LinkState
from tests.drivers.doubles import FakeClock, ScriptedTransport

NOTIFY = "priv/{guid}/vendor/vendor.dovecot/pvt/server/vendor/vendor.dovecot/http-notify"
GUID = f"{1:032x}"
PUSHES = "notify push_notification"
LUA = f"{PUSHES} mail_lua push_notification_lua"
URL = "http://127.0.0.1:8009/notify"
SCRIPT = """
function dovecot_lua_notify_begin_txn(user) return {} end
function dovecot_lua_notify_event_message_new(ctx, event)
  dovecot.http.client({}):request({url = "http://127.0.0.1:8009/lua", method = "POST"}):submit()
end
function dovecot_lua_notify_end_txn(ctx, success) end
"""
MASTER = """\
# service type  private unpriv  chroot  wakeup  maxproc command + args
lmtp      unix  -       -       y       -       -       lmtp
smtp      unix  -       -       y       -       -       smtp
local     unix  -       n       n       -       -       local
virtual   unix  -       n       n       -       -       virtual
dovecot   unix  -       n       n       -       -       pipe
  flags=DRhu user=vmail:vmail argv=/usr/lib/dovecot/dovecot-lda -f ${sender} -d ${recipient}
maildrop  unix  -       n       n       -       -       pipe
  flags=DRXhu user=vmail argv=/usr/bin/maildrop -d ${recipient}
"""

_HEADS = {
    Version.V23: "mail_location = maildir:{root}/mail/%u\n",
    Version.V24: (
        "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
        "mail_driver = maildir\nmail_path = {root}/mail/%{{user}}\n"
    ),
}
_STORES = {
    Version.V23: "mail_attribute_dict = file:{root}/%u.dict\n",
    Version.V24: "mail_attribute {{\n  dict file {{\n    path = {root}/%{{user}}.dict\n  }}\n}}\n",
}
_USERDBS = {
    Version.V23: "userdb {{\n  driver = passwd-file\n  args = {root}/users\n}}\n",
    Version.V24: "userdb passwd-file {{\n  passwd_file_path = {root}/users\n}}\n",
}


def listed(version: Version, plugins: str) -> str:
    """Return the setting ``mail_plugins``; both versions take it as one line."""
    return f"mail_plugins = {plugins}\n"


def drivers_text(version: Version, *drivers: str) -> str:
    """Return a chain of drivers: ``dlog``, ``ox`` (for URL), ``ox URL``, ``lua PATH``."""
    if version is Version.V24:
        return "".join(_block(*driver.partition(" ")[::2]) for driver in drivers)
    lines = [
        f"  push_notification_driver{number or ''} = {_line(*driver.partition(' ')[::2])}\n"
        for number, driver in enumerate(drivers, 1)
    ]
    return "plugin {\n" + "".join(lines).replace("driver1 ", "driver ") + "}\n"


def _line(driver: str, value: str) -> str:
    if driver == "ox":
        return f"ox:url={value or URL}"
    return f"lua:file={value}" if driver == "lua" else driver


def _block(driver: str, value: str) -> str:
    inner = {"ox": f"  push_notification_ox_url = {value or URL}\n", "lua": f"  lua_file = {value}\n"}
    return f"push_notification {driver} {{\n{inner.get(driver, '')}}}\n"


@dataclass
class Site:
    """A site in a folder, where bob is switched on, and mails come in by LMTP."""

    root: Path
    version: Version
    protocols: str = "imap lmtp"
    everywhere: str = ""
    lmtp: str = PUSHES
    lda: str = ""
    drivers: tuple[str, ...] = ("ox",)
    more: str = ""
    store_text: str = ""
    main: str = ""
    master: str | None = MASTER
    answers: tuple[tuple[float, HttpResponse | TransportError], ...] = ()
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        (self.root / "mail/bob/cur").mkdir(parents=True, exist_ok=True)
        (self.root / "mail/bob/dovecot-uidlist").write_text(f"3 V1 N1 G{GUID}\n")
        self.user_fields("")
        self.store("user=bob@ox")
        self.script = self.root / "push.lua"
        self.script.write_text(SCRIPT)
        self.postfix = self.root / "postfix"

    def user_fields(self, fields: str) -> None:
        """Write the userdb, with ``fields`` of bob."""
        uid, gid = os.getuid() or 1000, os.getgid() or 1000
        (self.root / "users").write_text(f"bob::{uid}:{gid}::{self.root}/mail/bob::{fields}\n")

    def store(self, value: str) -> None:
        """Write bob's METADATA."""
        (self.root / "bob.dict").write_text(f"{NOTIFY.format(guid=GUID)}\n{value}\n")

    @property
    def text(self) -> str:
        """The configuration."""
        store = self.store_text or _STORES[self.version]
        parts = [_HEADS[self.version], store, f"protocols = {self.protocols}\n", _USERDBS[self.version]]
        text = "".join(parts).format(root=self.root)
        if self.everywhere:
            text += listed(self.version, self.everywhere)
        for protocol, plugins in (("lmtp", self.lmtp), ("lda", self.lda)):
            if plugins:
                text += f"protocol {protocol} {{\n  {listed(self.version, plugins)}}}\n"
        return text + drivers_text(self.version, *self.drivers) + self.more

    def write(self) -> Path:
        """Write the configuration and that of Postfix; return the path of the first."""
        path = self.root / "dovecot.conf"
        path.write_text(self.text)
        if self.main:
            self.postfix.mkdir(exist_ok=True)
            (self.postfix / "main.cf").write_text(self.main)
            if self.master is not None:
                (self.postfix / "master.cf").write_text(self.master)
        return path

    def patient(
        self,
        *protocols: str,
        user: str = "bob",
        userdb: Mapping[str, str] | None = None,
        offline: bool = False,
    ) -> Patient:
        """Return a user of the site."""
        configuration = load(self.write())

        def account() -> Account:
            if userdb is not None:
                fields = userdb
                return Account(
                    lambda p: user_from_fields(configuration, user, fields, protocol=p), lambda: None
                )
            return Account(
                lambda p: find_user(configuration, user, protocol=p), lambda: userdb_of(configuration, user)
            )

        network: Transport = ScriptedTransport(self.clock, *self.answers)
        return Patient(
            configuration,
            DriverRegistry.installed(),
            self.clock,
            user,
            account() if user else None,
            protocols,
            None if offline else network,
            Places(None, self.postfix),
        )

    def diagnosis(self, *protocols: str, user: str = "bob", offline: bool = False) -> Diagnosis:
        """Return what the doctor says."""
        return diagnose(self.patient(*protocols, user=user, offline=offline))


def link(diagnosis: Diagnosis, *path: str) -> Link:
    """Return the link at a path."""
    for branch in diagnosis.branches:
        for here, found in branch.walk():
            if here == path:
                return found
    raise AssertionError(f"no link {path} in {[*paths(diagnosis)]}")


def paths(diagnosis: Diagnosis) -> list[tuple[str, ...]]:
    """Return the paths of all links."""
    return [path for branch in diagnosis.branches for path, _ in branch.walk()]


def states(diagnosis: Diagnosis) -> dict[str, LinkState]:
    """Return the states of all links by their paths, with arrows."""
    return {" → ".join(path): found.state for branch in diagnosis.branches for path, found in branch.walk()}


OX_23 = "ox push_notification_driver"
OX_24 = "ox push_notification/ox"
OX = {Version.V23: OX_23, Version.V24: OX_24}
SCRIPTED = {Version.V23: "lua push_notification_driver", Version.V24: "lua push_notification/lua"}
