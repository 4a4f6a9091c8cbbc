"""The links of a script, in folders of this machine; a running server is asked elsewhere."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dovecot_conf import Version, load
from dovecot_conf.push import DriverDefinition
from drivers.doctor.rights import Rights
from drivers.doctor.script import NAMES, check_script
from drivers.doctor.script_place import ScriptPlace, script_place
from mailstore.links import Link, LinkState

BEGIN = "function dovecot_lua_notify_begin_txn(user) return {} end\n"
EVENT = "function dovecot_lua_notify_event_message_new(context, event) end\n"
END = "function dovecot_lua_notify_end_txn(context, success) end\n"
FINE = BEGIN + EVENT + END
BOB = Rights(20001, (20001,))
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root reads what others may not")


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder that everybody may pass, unlike pytest's own, as if it were the root of a machine."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "etc").mkdir()
        yield folder


def check(
    root: Path, text: str | None, rights: Rights = BOB, version: Version = Version.V23
) -> dict[str, Link]:
    if text is not None:
        (root / "etc/push.lua").write_text(text)
    place = ScriptPlace("/etc/push.lua", version, root)
    return {link.name: link for link in check_script(place, rights)}


def states(links: dict[str, Link]) -> list[str]:
    return [str(link.state) for link in links.values()]


def test_a_script_that_is_fine_has_three_good_links(root: Path) -> None:
    links = check(root, FINE)
    assert tuple(links) == NAMES
    assert states(links) == ["ok", "ok", "ok"]
    assert links["script"].seen == "/etc/push.lua: uid 20001 may read it"
    assert links["functions"].seen == "it handles MessageNew"


@pytest.mark.parametrize("path", [None, ""])
def test_a_script_that_nobody_names_is_the_end(path: str | None) -> None:
    links = check_script(ScriptPlace(path, Version.V24), BOB)
    assert [link.state for link in links] == [LinkState.BROKEN, LinkState.SKIPPED, LinkState.SKIPPED]
    assert links[0].remedy == ("name the script: lua_file",)


@as_root
def test_what_keeps_the_mail_user_from_it_is_named_with_what_opens_it(root: Path) -> None:
    (root / "etc").chmod(0o700)
    links = check(root, FINE)
    assert states(links) == ["broken", "skipped", "skipped"]
    assert "uid 20001 gid 20001 may not pass the folder /etc" in links["script"].seen
    assert links["script"].remedy == ("chmod o+x /etc",)
    assert links["compiles"].seen == "script is broken"


@as_root
def test_where_nobody_knows_the_mail_user_the_script_is_looked_at_all_the_same(root: Path) -> None:
    (root / "etc").chmod(0o700)
    links = check(root, FINE, Rights())
    assert states(links) == ["ok", "ok", "ok"]
    assert links["script"].notes


def test_a_relative_path_is_not_guessed() -> None:
    link = check_script(ScriptPlace("push.lua", Version.V23), BOB)[0]
    assert link.state is LinkState.UNKNOWN


@pytest.mark.parametrize("target", ["/srv/push.lua", "../srv/push.lua", "../../../../srv/push.lua"])
def test_links_lead_below_the_root(root: Path, target: str) -> None:
    (root / "srv").mkdir()
    (root / "srv/push.lua").write_text(FINE)
    (root / "etc/push.lua").symlink_to(target)
    assert states(check(root, None)) == ["ok", "ok", "ok"]


@pytest.mark.parametrize("version", list(Version))
def test_a_script_that_lua_refuses_is_told_with_its_line(root: Path, version: Version) -> None:
    links = check(root, "x = 1\n\ny = = 2\n", version=version)
    assert states(links) == ["ok", "broken", "skipped"]
    assert links["compiles"].seen == "line 3: unexpected symbol near '='"
    assert links["compiles"].where == "/etc/push.lua:3:1"
    said = "lua_load(/etc/push.lua) failed: /etc/push.lua:3: unexpected symbol near '='"
    assert links["compiles"].notes[0].endswith(said)


def test_nothing_is_said_of_a_script_that_is_compiled(root: Path) -> None:
    links = check(root, "\x1bLua")
    assert states(links) == ["ok", "unknown", "skipped"]


@pytest.mark.parametrize(
    ("text", "words", "rule"),
    [
        (EVENT + END, "it has no dovecot_lua_notify_begin_txn", "PN508"),
        (BEGIN + END, "it has no event handler", "PN507"),
        ("", "it has no dovecot_lua_notify_begin_txn", "PN508"),
    ],
)
def test_functions_without_which_nothing_is_called_break_the_chain(
    root: Path, text: str, words: str, rule: str
) -> None:
    link = check(root, text)["functions"]
    assert link.state is LinkState.BROKEN
    assert words in link.seen
    assert link.rules == (rule,)
    assert link.remedy


@pytest.mark.parametrize("more", ["require('push')\n", "load('x = 1')()\n"])
def test_what_a_script_loads_may_bring_them_along(root: Path, more: str) -> None:
    link = check(root, more + END)["functions"]
    assert link.state is LinkState.UNKNOWN


def test_what_else_is_to_be_known_of_a_script_is_noted(root: Path) -> None:
    text = BEGIN + EVENT + "function dovecot_lua_notify_end_tx(context) end\n"
    link = check(root, text + "local x = user:metadata_get('/private/vendor/x')\n")["functions"]
    assert link.is_ok
    notes = "\n".join(link.notes)
    assert "each transaction ends with an error" in notes
    assert "dovecot_lua_notify_end_tx is never called: perhaps dovecot_lua_notify_end_txn is meant" in notes
    assert "it reads METADATA: /private/vendor/x" in notes


def test_modules_that_are_nowhere_are_noted(root: Path) -> None:
    modules = root / "usr/share/lua/5.4"
    (modules / "deep").mkdir(parents=True)
    for name in ("here.lua", "deep/there.lua"):
        (modules / name).write_text("return {}")
    (root / "usr/lib/x86_64-linux-gnu/lua/5.4").mkdir(parents=True)
    (root / "usr/lib/x86_64-linux-gnu/lua/5.4/c.so").write_text("")
    names = ("here", "deep.there", "c", "c.inner", "gone")
    text = "".join(f"require '{name}'\n" for name in names) + FINE
    notes = check(root, text)["functions"].notes
    assert [note.split(" ")[2] for note in notes if note.startswith("it requires")] == ["gone,"]


def test_a_script_that_looks_for_modules_elsewhere_is_left_alone(root: Path) -> None:
    text = "package.path = '/srv/?.lua;' .. package.path\nrequire 'gone'\n" + FINE
    assert not check(root, text)["functions"].notes


def test_a_shared_script_has_to_stay(root: Path) -> None:
    (root / "etc/push.lua").write_text(FINE)
    place = ScriptPlace("/etc/push.lua", Version.V23, root, is_shared=True)
    assert check_script(place, BOB)[2].state is LinkState.BROKEN
    (root / "etc/push.lua").write_text(FINE + "function mail_user_created(user) return 0 end\n")
    assert check_script(place, BOB)[2].is_ok


def definition(folder: Path, driver: str) -> DriverDefinition:
    file = folder / "dovecot.conf"
    plugins = "mail_plugins = notify push_notification mail_lua push_notification_lua\n"
    file.write_text(f"{plugins}plugin {{\n  push_notification_driver = {driver}\n}}\n")
    return load(file).push("lmtp").definitions[0]


def test_the_setting_of_the_plugin_comes_before_the_option_of_the_driver(tmp_path: Path) -> None:
    lua = definition(tmp_path, "lua:file=/option.lua")
    bare = definition(tmp_path, "lua")
    named = {"push_notification_lua_script_file": "/plugin.lua"}
    assert script_place(lua, Version.V23, {}).path == "/option.lua"
    assert script_place(lua, Version.V23, named).path == "/plugin.lua"
    shared = script_place(bare, Version.V23, {"mail_lua_script": "/shared.lua"})
    assert (shared.path, shared.is_shared) == ("/shared.lua", True)
    assert script_place(bare, Version.V23, {}).path is None
