"""The Lua API of Dovecot 2.4.4: what scripts find and hear, and who may ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.main import run
from dovecot_conf import Version
from drivers.lua.versions import APIS, DEFAULT_APIS
from drivers.scripting import LUA_APIS, Scripting
from drivers.testing import PushError, PushFactory
from tests.dovecot.capture_lua_api import SCRIPT, TARGET, USER, stable
from tests.dovecot.lua_scripts import said_by_the_script, simulated

SITES = {
    Version.V23: "fixtures/first-day/dovecot-2.3.conf",
    Version.V24: "fixtures/first-day/dovecot-2.4.conf",
}
REPOSITORY = Path(__file__).parents[3]
HANDLERS = """
function dovecot_lua_notify_event_message_new(context, event) end
function dovecot_lua_notify_end_txn(context, success) end
"""


def script(folder: Path, begin: str) -> Path:
    path = folder / "push.lua"
    path.write_text(f"function dovecot_lua_notify_begin_txn(user)\n{begin}\nend\n{HANDLERS}")
    return path


def test_a_script_hears_what_a_later_server_says() -> None:
    lines = simulated(Version.V24, str(SCRIPT), USER, Scripting(api="2.4.4"))
    assert [stable(line) for line in said_by_the_script(lines)] == TARGET.read_text("utf-8").splitlines()


def test_each_api_is_in_the_table_and_each_dialect_has_one() -> None:
    assert tuple(APIS) == LUA_APIS
    assert {APIS[name].dialect for name in DEFAULT_APIS.values()} == set(Version)


@pytest.mark.parametrize("api", [None, "2.4.1"])
def test_before_2_4_2_there_is_no_base64(dovecot_push: PushFactory, tmp_path: Path, api: str | None) -> None:
    push = dovecot_push(
        script=script(tmp_path, "return dovecot.base64.encode('x')"), version="2.4", lua_api=api
    )
    assert "attempt to index a nil value (field 'base64')" in push.user("bob").deliver().errors[0]


@pytest.mark.parametrize(("version", "api"), [("2.3", "2.4.4"), ("2.3", "2.4.1"), ("2.4", "2.3.19")])
def test_an_api_of_another_dialect_is_refused(
    dovecot_push: PushFactory,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    version: str,
    api: str,
) -> None:
    with pytest.raises(
        PushError, match=f"the configuration is one of {version}: its Lua API is .*, not {api}"
    ):
        dovecot_push(script=script(tmp_path, ""), version=version, lua_api=api)
    arguments = ["simulate", "message-new", "-c", str(REPOSITORY / SITES[Version(version)]), "-u", "bob"]
    assert run([*arguments, "--dry-run", "--lua-api", api]) == 2
    assert f"--lua-api: the configuration is one of {version}" in capsys.readouterr().err


def test_an_api_that_does_not_exist_is_refused(dovecot_push: PushFactory, tmp_path: Path) -> None:
    with pytest.raises(PushError, match=r"lua_api is one of 2\.3\.19, 2\.4\.1, 2\.4\.4, not '2\.5'"):
        dovecot_push(script=script(tmp_path, ""), lua_api="2.5")


def test_simulate_offers_the_api(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = script(tmp_path, "dovecot.i_info(dovecot.base64.encode('push')) return {}")
    site = tmp_path / "dovecot.conf"
    site.write_text(
        "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
        "mail_plugins = notify push_notification mail_lua push_notification_lua\n"
        f"push_notification lua {{\n  lua_file = {path}\n}}\n"
    )
    assert run(["simulate", "message-new", "-c", str(site), "-u", "bob", "--lua-api", "2.4.4"]) == 0
    assert "Info: cHVzaA==" in capsys.readouterr().out


def test_a_request_that_fails_does_not_keep_the_user(dovecot_push: PushFactory, tmp_path: Path) -> None:
    begin = "dovecot.http.client({}):request({url = 'http://127.0.0.1:1/'}):submit() return {}"
    push = dovecot_push(script=script(tmp_path, begin), version="2.4")
    bob = push.user("bob")
    push.http.refuse()
    assert bob.deliver().errors == []
