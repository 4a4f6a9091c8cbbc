"""Push scripts on running servers: what they say while a mail is delivered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dovecot_conf import Version, user_values
from drivers import DriverRegistry, MailUser, Surroundings, SystemClock
from drivers.http_transport import HttpcoreTransport
from drivers.scripting import DEFAULT_SCRIPTING, Scripting
from drivers.simulate import perform
from mailstore.message import Message
from mailstore.simulated import SimulatedMailbox, SimulatedMailboxes
from tests.dovecot.harness.pool import DovecotFactory
from tests.drivers.doubles import push_config, push_config_24

MAIL = Path(__file__).parents[2] / "fixtures/first-day/mail.eml"
PLUGINS = ("notify", "push_notification", "mail_lua", "push_notification_lua")
SETTINGS = {
    Version.V23: "push_notification_driver = lua:file={script}\npush_lua_url = http://h/\n",
    Version.V24: "push_notification lua {{\n  lua_file = {script}\n}}\n",
}
UIDVALIDITY = 1700000000
_SAID = re.compile(r"(?:Info|Warning|Error|Panic): .*")


def said_by_the_script(lines: list[str]) -> list[str]:
    """Return what a script says; lines of its text that have no level are left out."""
    return [line for line in lines if _SAID.match(line) and "saved mail to INBOX" not in line]


def of_server(log: str) -> list[str]:
    """Return the lines of a server's log without what stands before the level."""
    return [re.sub(r"^lda\([^)]*\)(?:<[^>]*>)*: ", "", line) for line in log.split("\n")]


def said_on_server(
    request: pytest.FixtureRequest,
    version: Version,
    script: str,
    *,
    name: str = "dump.lua",
    lives: bool = True,
) -> tuple[str, list[str]]:
    """Deliver a mail by the LDA of a real server; return the user, and what the script said."""
    factory: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    server = factory(SETTINGS[version].format(script=f"@root@/{name}"), plugins=PLUGINS, files={name: script})
    user = server.new_user()
    server.create_mailbox(user, "INBOX")
    server.set_uidvalidity(user, UIDVALIDITY)
    server.forget_log()
    result = server.deliver_lda(user, MAIL.read_bytes())
    assert (result.exit_code == 0) is lives, server.log()[-2000:]
    return user, said_by_the_script(of_server(server.log()))


def simulated(
    version: Version, script: str, user: str, scripting: Scripting = DEFAULT_SCRIPTING
) -> list[str]:
    """Return the lines of a delivery by the LDA, each piece of a text a line of its own."""
    text = SETTINGS[version].format(script=script)
    push = (
        push_config(text, protocol="lda", plugins=" ".join(PLUGINS))
        if version is Version.V23
        else push_config_24(text, protocol="lda", plugins=PLUGINS)
    )
    boxes = SimulatedMailboxes({"INBOX": SimulatedMailbox("INBOX", UIDVALIDITY)}, uidvalidity=UIDVALIDITY)
    report = perform(
        push,
        user=MailUser(user, user_values(user, "lda", home=f"/home/{user}", uid="65534", gid="65534")),
        mailboxes=boxes,
        act=lambda actions: actions.deliver("INBOX", Message.from_bytes(MAIL.read_bytes())),
        mailbox="INBOX",
        registry=DriverRegistry.installed(),
        surroundings=Surroundings(lambda _: None, HttpcoreTransport(), SystemClock(), scripting=scripting),
    )
    return [line for entry in report.log for line in f"{entry.level}: {entry.message}".split("\n")]
