"""A script whose name is relative: 2.4 looks for it beside the file that names it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.script_sides import PLUGINS, Step, Theirs, our_player

STEP: Step = ("lmtp", ["USER"], "Subject: x\r\n\r\nhi\r\n")
SCRIPT = "dovecot.i_info('push_notification loaded')\nerror('bad')\n"


SCRIPTS = ("beside.lua", "sub/below.lua")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name: Lua shortens long ones in its messages."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize("name", ["beside.lua", "sub/below.lua", "./beside.lua", "sub/../beside.lua"])
def test_a_relative_script_is_found_where_the_server_finds_it(
    dovecot24: DovecotFactory, name: str, folder: Path
) -> None:
    push = f"push_notification lua {{\n  lua_file = {name}\n}}\n"
    server = dovecot24(push, plugins=PLUGINS, files=dict.fromkeys(SCRIPTS, SCRIPT))
    theirs = Theirs(server, server.new_user())
    theirs.prepare()
    log = [line.split("\n")[0] for line in theirs.play(*STEP)]
    for script in SCRIPTS:
        (folder / script).parent.mkdir(exist_ok=True)
        (folder / script).write_text(SCRIPT, "utf-8")
    with our_player(theirs, folder) as player:
        player.play(*STEP)
    found = [line.split("\n")[0].replace(str(folder), server.place.root) for line in player.log]
    assert found == log
    assert any("loaded" in line for line in log)
