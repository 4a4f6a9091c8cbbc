"""Scripts in a running server and here: everything that they can reach, and what wrong calls say."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import Version, user_values
from drivers import DriverRegistry, MailUser, Surroundings, SystemClock
from drivers.http_transport import HttpcoreTransport
from drivers.simulate import perform
from mailstore.message import Message
from mailstore.simulated import SimulatedMailbox, SimulatedMailboxes
from tests.dovecot.lua_scripts import MAIL, PLUGINS, SETTINGS, UIDVALIDITY, said_by_the_script, said_on_server
from tests.drivers.doubles import push_config, push_config_24

REPOSITORY = Path(__file__).parents[2]
DUMP = REPOSITORY / "tests/dovecot/inputs/lua/dump-api.lua"


def simulated(version: Version, script: str, user: str) -> list[str]:
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
        surroundings=Surroundings(lambda _: None, HttpcoreTransport(), SystemClock()),
    )
    return [line for entry in report.log for line in f"{entry.level}: {entry.message}".split("\n")]


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_a_script_reaches_the_same_and_hears_the_same(
    version: Version, request: pytest.FixtureRequest
) -> None:
    user, theirs = said_on_server(request, version, DUMP.read_text("utf-8"))
    ours = said_by_the_script(simulated(version, str(DUMP), user))
    # A prefix that takes the place of the process's stands before the level in Dovecot's log,
    # and 2.4 repeats the level before each line of a text.
    odd = ("Info: other: replaced", "Info: two", "Info: two\tthree'")
    assert [line for line in ours if line not in odd] == [line for line in theirs if line not in odd]
    assert sum("DUMP" in line for line in theirs) > 800
