"""The links of a script say where a running Dovecot fails with it, in its own words."""

from __future__ import annotations

import pwd
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from dovecot_conf import Version, load, user_values
from drivers.doctor.rights import Rights
from drivers.doctor.script import check_script
from drivers.doctor.script_place import ScriptPlace, script_place
from drivers.expansion import expanded_plugin
from mailstore.links import Link, LinkState
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot, StartError
from tests.dovecot.harness.setups import account
from tests.dovecot.http_sides import MESSAGE
from tests.dovecot.script_sides import PLUGINS

PUSH = {
    "2.3": "push_notification_driver = lua:file=@root@/{name}",
    "2.4": "push_notification lua {{\n  lua_file = @root@/{name}\n}}\n",
}
BEGIN = "function dovecot_lua_notify_begin_txn(user) return {} end\n"
EVENT = "function dovecot_lua_notify_event_message_new(context, event) dovecot.i_info('seen') end\n"
END = "function dovecot_lua_notify_end_txn(context, success) end\n"
FINE = BEGIN + EVENT + END
SEEN = "Called dovecot_lua_notify_event_message_new"


def nothing(script: Path) -> None:
    """Leave it as it is."""


def closed(script: Path) -> None:
    script.chmod(0o600)


def behind_a_closed_folder(script: Path) -> None:
    script.parent.chmod(0o700)


def gone(script: Path) -> None:
    script.unlink()


def a_folder(script: Path) -> None:
    script.unlink()
    script.mkdir()


def a_loop(script: Path) -> None:
    script.unlink()
    script.symlink_to(script.name)


@dataclass(frozen=True, slots=True)
class Case:
    """A script, what becomes of its file, and the link that is broken; ``says`` stands in what was seen."""

    text: str = FINE
    change: Callable[[Path], None] = nothing
    broken: str = ""
    says: str = ""
    notes: str = ""


CASES: Mapping[str, Case] = {
    "fine": Case(),
    "gone": Case(change=gone, broken="script", says="there is no "),
    "a folder": Case(change=a_folder, broken="script", says="is a folder"),
    "a loop": Case(change=a_loop, broken="script", says="Too many levels"),
    "closed": Case(change=closed, broken="script", says="may not read"),
    "behind a closed folder": Case(change=behind_a_closed_folder, broken="script", says="may not pass"),
    "no Lua": Case(BEGIN + "function (\n", broken="compiles", says="line 2: "),
    "not ended": Case(FINE + "function x()\n", broken="compiles", says="line 5: 'end' expected"),
    "no beginning": Case(EVENT + END, broken="functions", says="it has no dovecot_lua_notify_begin_txn"),
    "no handler": Case(BEGIN + END, broken="functions", says="no event handler"),
    "a handler spelt wrong": Case(
        BEGIN + EVENT.replace("message_new", "messagenew") + END, broken="functions", says="no event handler"
    ),
    "no end": Case(BEGIN + EVENT, notes="each transaction ends with an error in the log"),
}


def links_of(server: Dovecot, user: str) -> tuple[Link, ...]:
    configuration = load(server.config_file, root=server.installation.filesystem)
    push = configuration.push("lmtp")
    plugin = expanded_plugin(push, user_values(user, "lmtp", home="/nowhere"), show_secrets=False)
    place = script_place(push.definitions[0], push.version, plugin, server.installation.filesystem)
    owner = pwd.getpwnam(account().user)
    return check_script(place, Rights(owner.pw_uid, (owner.pw_gid,)))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_the_links_break_where_the_server_stops(
    version: str, name: str, request: pytest.FixtureRequest
) -> None:
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    case = CASES[name]
    file = f"scripts-{name.replace(' ', '-')}/push.lua"
    server = start(PUSH[version].format(name=file), plugins=PLUGINS, files={file: case.text})
    script = server.root / file
    case.change(script)
    try:
        user = server.new_user()
        server.deliver_lmtp(user, MESSAGE)
        log = server.push_log()
        links = links_of(server, user)
    finally:
        script.parent.chmod(0o755)
        shutil.rmtree(script.parent)
    works = any(SEEN in line for line in log)
    broken = [link for link in links if link.state is LinkState.BROKEN]
    assert works == (not broken), (log, links)
    assert [link.name for link in broken] == ([case.broken] if case.broken else []), links
    assert all(case.says in link.seen for link in broken)
    assert any(case.notes in note for link in links for note in link.notes) or not case.notes
    for note in (note for link in broken for note in link.notes if note.startswith("Dovecot logs: ")):
        assert f"Error: {note.removeprefix('Dovecot logs: ')}" in log


@pytest.mark.parametrize("name", ["absent.lua", "folder"])
def test_24_does_not_start_without_its_script(dovecot24: DovecotFactory, name: str, tmp_path: Path) -> None:
    with pytest.raises(StartError) as failed:
        dovecot24(PUSH["2.4"].format(name=name), plugins=PLUGINS, files={"folder/x": ""})
    (tmp_path / "folder").mkdir()
    link = check_script(ScriptPlace(f"/{name}", Version.V24, tmp_path), Rights(0))[0]
    told = next(note for note in link.notes if note.startswith("Dovecot doesn't start any more: "))
    assert told.partition(": ")[2].replace(f"/{name}", f"@root@/{name}") in failed.value.written
