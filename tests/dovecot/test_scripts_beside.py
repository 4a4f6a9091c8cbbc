"""The scripts of ``inputs/scripts.toml`` on running servers, and what simulate writes for them to read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.main import run
from tests.dovecot.captures.common import GUIDS, UIDVALIDITY
from tests.dovecot.captures.scripts import MESSAGE, cases, played, setup_of, stable
from tests.dovecot.harness.logs import script_lines
from tests.dovecot.harness.pool import DovecotFactory
from tests.drivers.lua.played_scripts import lines_here
from tests.drivers.lua.played_scripts import played as played_here

ALL = [pytest.param(case, id=case["name"]) for case in cases()]
PLUGINS = ("notify", "push_notification", "mail_lua", "push_notification_lua")
SETTINGS = {
    "2.3": "push_notification_driver = lua:file=@root@/push.lua\n",
    "2.4": "push_notification lua {\n  lua_file = @root@/push.lua\n}\n",
}
WRITER = """
function dovecot_lua_notify_begin_txn(user)
  user:metadata_set("/private/vendor/seen", (user:metadata_get("/private/vendor/seen") or "") .. "x")
  user:metadata_unset("/shared/vendor/old")
  user:metadata_set("/private/vendor/overlaid", "changed")
end
function dovecot_lua_notify_event_message_new(context, event) end
function dovecot_lua_notify_end_txn(context, success) end
"""


@pytest.mark.parametrize("case", ALL)
def test_a_script_is_run_here_as_there(case: dict[str, Any], request: pytest.FixtureRequest) -> None:
    factory: DovecotFactory = request.getfixturevalue(f"dovecot{case['version'].replace('.', '')}")
    setup = setup_of(case)
    server = factory(setup.push, extra=setup.extra, plugins=setup.plugins, files=case["files"])
    theirs, ours = played(server, case), played_here(case)
    assert ours["log"] == theirs["log"]
    assert ours["dict"] == theirs["dict"]


@pytest.mark.parametrize("refused", [0, 1, 2])
@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_recipient_who_is_refused_does_not_matter_to_the_others(
    version: str, refused: int, request: pytest.FixtureRequest
) -> None:
    case = next(one for one in cases() if one["name"] == f"one-recipient@{version}-lmtp")
    factory: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    server = factory(case["push"], plugins=tuple(case["plugins"]), files=hooked(case, refused))
    users = [f"to{refused}{letter}" for letter in "abc"]
    for user in users:
        server.make_maildir(user, GUIDS, UIDVALIDITY)
    server.forget_log()
    replies = server.deliver_lmtp(users, MESSAGE)
    assert [reply[:3] for reply in replies] == ["451" if user == users[refused] else "250" for user in users]
    theirs = [stable(line, server.place.root) for line in script_lines(server.log())]
    assert lines_here({**case, "files": hooked(case, refused)}, users) == theirs


def hooked(case: dict[str, Any], refused: int) -> dict[str, str]:
    """Return the scripts of a case; a user with a certain name is refused."""
    name = f"to{refused}{'abc'[refused]}"
    hook = f"function created(user) if user.username == '{name}' then return -1, 'not {name}' end end"
    return {**case["files"], "mail.lua": f"{case['files']['mail.lua']}\n{hook}\n"}


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_server_reads_what_a_simulated_script_has_set(
    version: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    factory: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    server = factory(SETTINGS[version], plugins=PLUGINS, files={"push.lua": WRITER})
    user = server.new_user()
    server.create_mailbox(user, "INBOX")
    server.set_metadata(user, "/shared/vendor/old", "old")
    mark = str(server.root)
    text = server.config_file.read_text("utf-8").replace(server.place.root, mark)
    configuration = server.root / "ours.conf"
    configuration.write_text(text, "utf-8")
    for _ in range(2):
        code = run(
            [
                *("simulate", "message-new", "-c", str(configuration), "-u", user, "--format", "json"),
                *("--metadata", "/private/vendor/overlaid=given"),
            ]
        )
        out = capsys.readouterr().out
        assert code == 0, json.loads(out)["log"]
    listed = server.doveadm("mailbox", "metadata", "list", "-u", user, "-s", "", "/private/vendor")
    assert listed.stdout.split() == ["/seen"]
    got = server.doveadm("mailbox", "metadata", "get", "-u", user, "-s", "", "/private/vendor/seen")
    assert got.stdout == "xx\n"
    gone = server.doveadm("mailbox", "metadata", "list", "-u", user, "-s", "", "/shared/vendor/old")
    assert gone.stdout == ""
    assert (
        run(["metadata", "-c", str(configuration), "get", "-u", user, "-s", "", "/private/vendor/seen"]) == 0
    )
    assert capsys.readouterr().out == "xx\n"
