"""Push scripts on running servers: what they say while a mail is delivered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dovecot_conf import Version
from tests.dovecot.harness.pool import DovecotFactory

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
    lines = [re.sub(r"^lda\([^)]*\)(?:<[^>]*>)*: ", "", line) for line in server.log().split("\n")]
    return user, said_by_the_script(lines)
