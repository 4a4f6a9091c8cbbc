from __future__ import annotations

from pathlib import Path

import pytest

from drivers.testing import PushError, PushFactory
from tests.drivers.testing.scripts import RELAY, both_versions, framed, written

BROKEN = "-- a comment\nfunction broken(\n"


@both_versions
def test_a_script_with_a_syntax_error_fails_at_once_with_lua_s_line(
    dovecot_push: PushFactory, tmp_path: Path, version: str
) -> None:
    with pytest.raises(PushError, match=r"script\.lua:3: <name> .*expected near <eof>") as caught:
        written(dovecot_push, tmp_path, BROKEN, version=version)
    assert "\n" not in str(caught.value)


def test_so_does_the_script_of_a_configuration(dovecot_push: PushFactory, tmp_path: Path) -> None:
    (tmp_path / "a.lua").write_text(BROKEN)
    plugins = "notify push_notification mail_lua push_notification_lua"
    text = (
        f"mail_plugins = {plugins}\nplugin {{\n push_notification_driver = lua:file={tmp_path}/%n.lua\n}}\n"
    )
    (tmp_path / "dovecot.conf").write_text(text)
    (tmp_path / "user.lua").write_text("")
    push = dovecot_push(config=tmp_path / "dovecot.conf")
    with pytest.raises(PushError, match=r"a\.lua:3: "):
        push.user("a").deliver()
    with (
        pytest.raises(PushError, match=r"nope\.lua\) failed: No such file or directory"),
        push.user("nope").session("imap"),
    ):
        pass


def test_what_is_wrong_with_the_arguments_is_one_line(dovecot_push: PushFactory, tmp_path: Path) -> None:
    (tmp_path / "dovecot.conf").write_text("mail_plugins = notify\nprotocol lmtp\n")
    config = tmp_path / "dovecot.conf"
    for call, text in (
        (dovecot_push, "give either script or config"),
        (lambda: dovecot_push(script=RELAY, config=config), "give either script or config"),
        (
            lambda: dovecot_push(script="nope.lua"),
            f"there is no file nope.lua in {Path(__file__).parent} or ",
        ),
        (lambda: dovecot_push(script="/nope.lua"), "there is no file /nope.lua"),
        (lambda: dovecot_push(config=config), "dovecot.conf:2:1: Expecting '{'"),
        (lambda: dovecot_push(script=RELAY, version="2.5"), "version is one of 2.3, 2.4, not '2.5'"),
        (lambda: dovecot_push(script=RELAY, lua="6"), "lua is one of 5.1, 5.2, 5.3, 5.4, luajit, not '6'"),
        (
            lambda: dovecot_push(script=RELAY, version="2.4", plugin={"url": "x"}),
            "Dovecot 2.4 has no plugin settings: url can't be set",
        ),
    ):
        with pytest.raises(PushError) as caught:
            call()
        assert text in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["with blank.lua", "50%u.lua", "%{user}.lua", "%%.lua", '"quoted" $x #.lua'])
@both_versions
def test_a_script_may_have_any_name(
    dovecot_push: PushFactory, tmp_path: Path, name: str, version: str
) -> None:
    (tmp_path / name).write_bytes(RELAY.read_bytes())
    bob = dovecot_push(script=tmp_path / name, version=version).user("bob")
    assert bob.deliver().metadata == [("set", "INBOX", "/private/messagenew", "")]


@pytest.mark.parametrize("lua", ["5.1", "5.3", "5.4", "luajit"])
def test_the_version_of_lua_is_chosen(dovecot_push: PushFactory, tmp_path: Path, lua: str) -> None:
    push = framed(dovecot_push, tmp_path, "dovecot.i_info(jit and 'luajit' or _VERSION)", lua=lua)
    log = push.user("bob").deliver().log
    assert ("Info: luajit" if lua == "luajit" else f"Info: Lua {lua}") in log


def test_plugin_settings_reach_the_script_as_they_are(dovecot_push: PushFactory, tmp_path: Path) -> None:
    path = tmp_path / "a.lua"
    path.write_text(
        "function dovecot_lua_notify_begin_txn(user) dovecot.i_info(user:plugin_getenv('key')) end\n"
        "function dovecot_lua_notify_event_message_new() end\nfunction dovecot_lua_notify_end_txn() end\n"
    )
    bob = dovecot_push(script=path, plugin={"key": ' "a" $b # %u '}).user("bob")
    assert 'Info:  "a" $b # bob ' in bob.deliver().log


def test_without_a_dict_in_the_configuration_metadata_is_refused(
    dovecot_push: PushFactory, tmp_path: Path
) -> None:
    plugins = "notify push_notification mail_lua push_notification_lua"
    text = f"mail_plugins = {plugins}\nplugin {{\n push_notification_driver = lua:file={RELAY}\n}}\n"
    (tmp_path / "dovecot.conf").write_text(text)
    result = dovecot_push(config=tmp_path / "dovecot.conf").user("bob").deliver()
    assert "Cannot set attribute: Mailbox attributes not enabled" in result.errors[0]
    assert result.metadata == []
