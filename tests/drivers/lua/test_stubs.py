"""The stubs: Lua reads them, luacheck understands them, and they say what handlers are given."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from collections import defaultdict
from importlib import import_module
from pathlib import Path

import pytest

from dovecot_conf.versions import Version
from drivers.lua.api_names import EVENTS
from drivers.lua.entry_points import CALLED, HANDLERS
from drivers.lua.lua_globals import LUA_GLOBALS
from drivers.lua.runtimes import LUA_MODULES
from drivers.lua.stubs import KINDS, Stub, Target, is_unchanged, stub
from drivers.scripting import LUA_VERSIONS
from tests.drivers.lua.stub_reader import read

REPOSITORY = Path(__file__).parents[3]
# The wiki's scripts set globals of their own, as luacheck rightly says.
OUR_OWN = (one for one in (REPOSITORY / "fixtures/lua").glob("*.lua") if not one.name.startswith("wiki-"))
SCRIPTS = [*sorted(OUR_OWN), REPOSITORY / "fixtures/first-day/push.lua"]
TARGETS = [Target(version, lua) for version in Version for lua in LUA_VERSIONS]
needs_luacheck = pytest.mark.skipif(shutil.which("luacheck") is None, reason="luacheck is not installed")


def annotations(version: Version) -> Stub:
    return stub("emmylua", Target(version, "5.4"))


def luacheck(folder: Path, target: Target, *scripts: Path) -> list[str]:
    """Return the codes and texts of what luacheck says; its own failures are among it."""
    (folder / ".luacheckrc").write_text(stub("luacheck", target).text)
    command = ["luacheck", "--codes", "--no-color", "--no-cache", "--formatter", "plain", *map(str, scripts)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return [line.partition(": ")[2] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("lua", LUA_VERSIONS)
@pytest.mark.parametrize("version", Version)
def test_annotations_are_lua_that_makes_one_table_and_the_handlers(version: Version, lua: str) -> None:
    runtime = import_module(LUA_MODULES[lua]).LuaRuntime(register_eval=False, register_builtins=False)
    before = set(runtime.globals())
    runtime.execute(annotations(version).text)
    assert set(runtime.globals()) - before == {"dovecot", *CALLED}


@pytest.mark.parametrize("version", Version)
def test_all_types_that_are_named_are_there_and_none_that_is_not_named(version: Version) -> None:
    text = annotations(version).text
    named = set(re.findall(r"(?:dovecot|push)\.[A-Z]\w+|dovecot\.http\.[A-Z]\w+", text))
    classes = read(text).classes
    assert {name for name in named if name.rpartition(".")[2][0].isupper()} <= classes.keys()
    for name in classes.keys() - {"dovecot"}:
        is_table = re.search(rf"^{name} = ", text, re.MULTILINE)
        assert is_table or re.search(rf"---@(?:param \S+|return|field \S+) {name}\b", text), name


@pytest.mark.parametrize("version", Version)
def test_no_name_of_the_other_version_is_there(version: Version) -> None:
    user = read(annotations(version).text).classes["dovecot.User"]
    library = read(annotations(version).text).classes["dovecot"]
    assert ("plugin_getenv" in user) == ("tabescape" not in library) == (version is Version.V23)


def test_the_handler_of_each_event_is_given_its_table() -> None:
    lines = annotations(Version.V24).text.splitlines()
    for event, name in HANDLERS.items():
        place = lines.index(f"function {name}(context, event) end")
        assert lines[place - 1] == f"---@param event push.{event}"
    assert set(read("\n".join(lines)).functions) == set(CALLED)


def test_events_have_the_fields_that_a_running_server_gave_them() -> None:
    """Fields that were always there are not optional, the others are."""
    seen: dict[str, list[set[str]]] = defaultdict(list)
    with gzip.open(REPOSITORY / "fixtures/reference/event-cases.jsonl.gz", "rt", encoding="utf-8") as cases:
        for line in cases:
            for call in json.loads(line).get("lua_events", []):
                if "event" in call:
                    seen[call["event"]["name"]].append(set(call["types"]))
    classes = read(annotations(Version.V23).text).classes
    assert seen.keys() == EVENTS.keys()
    for event, tables in seen.items():
        fields = classes[f"push.{event}"]
        assert fields.keys() == set.union(*tables)
        assert {name for name, field in fields.items() if not field.optional} == set.intersection(*tables)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_nobody_changed_is_known_whatever_it_was_made_for(kind: str) -> None:
    made = stub(kind, TARGETS[-1])
    for target in TARGETS:
        text = stub(kind, target).text
        assert is_unchanged(made, text)
        assert not is_unchanged(made, text.replace("lua", "Lua", 1))
        assert not is_unchanged(made, text + "\n")
    assert not is_unchanged(made, "")


def test_a_file_of_another_pushnotif_is_known_by_its_checksum() -> None:
    made = stub("luacheck", TARGETS[0])
    assert made.has_intact_seal(made.text)
    assert not made.has_intact_seal(made.text.replace("unused_args = false", "unused_args = true"))


@needs_luacheck
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: f"{target.version}-{target.lua}")
def test_luacheck_finds_nothing_in_scripts_that_work(target: Target, tmp_path: Path) -> None:
    assert luacheck(tmp_path, target, *SCRIPTS) == []


@needs_luacheck
def test_luacheck_finds_nothing_in_the_annotations(tmp_path: Path) -> None:
    made = [annotations(version) for version in Version]
    for one in made:
        (tmp_path / one.name).write_text(one.text)
    assert luacheck(tmp_path, TARGETS[0], *(tmp_path / one.name for one in made)) == []


@needs_luacheck
@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("print(True)", "(W113) accessing undefined variable 'True'"),
        ("dovecot.nope()", "(W143) accessing undefined field 'nope' of global 'dovecot'"),
        (
            "print(dovecot.storage.NOPE)",
            "(W143) accessing undefined field 'storage.NOPE' of global 'dovecot'",
        ),
        ("dovecot.http.post()", "(W143) accessing undefined field 'http.post' of global 'dovecot'"),
        ("function dovecot_lua_notify_event_mesage_new() end", "(W111) setting non-standard global variable"),
    ],
)
@pytest.mark.parametrize("version", Version)
def test_luacheck_finds_what_is_not_there(version: Version, line: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "push.lua").write_text(f"{line}\n")
    (found,) = luacheck(tmp_path, Target(version, "5.4"), tmp_path / "push.lua")
    assert found.startswith(says)


@needs_luacheck
def test_luacheck_knows_what_only_one_version_has(tmp_path: Path) -> None:
    script = tmp_path / "push.lua"
    script.write_text("dovecot.i_info(dovecot.tabescape('x'))\n")
    assert luacheck(tmp_path, Target(Version.V24, "5.4"), script) == []
    assert "tabescape" in luacheck(tmp_path, Target(Version.V23, "5.4"), script)[0]


@needs_luacheck
@pytest.mark.parametrize("lua", LUA_VERSIONS)
def test_luacheck_knows_the_globals_of_the_lua_version(lua: str, tmp_path: Path) -> None:
    every = sorted({name for names in LUA_GLOBALS.values() for name in names} - {"_ENV"})
    script = tmp_path / "push.lua"
    script.write_text("".join(f"print({name})\n" for name in every))
    found = luacheck(tmp_path, Target(Version.V23, lua), script)
    unknown = {match[1] for line in found if (match := re.search(r"undefined variable '(\w+)'", line))}
    assert unknown == set(every) - set(LUA_GLOBALS[lua])
