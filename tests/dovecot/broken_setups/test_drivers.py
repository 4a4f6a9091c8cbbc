"""The driver isn't loaded, or its script isn't."""

from __future__ import annotations

import shutil

import pytest

from tests.dovecot.broken_setups.site import Site, follow

LUA = {"2.3": "lua push_notification_driver", "2.4": "lua push_notification/lua"}


@pytest.mark.parametrize("version", ["2.3"], indirect=True)
def test_a_gap_in_the_chain(site: Site) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
        site.set_up("gap-in-the-chain")
        site.is_silent()
        said = site.stops_at("lmtp", "drivers", "ox push_notification_driver2")
        assert "push_notification_driver is missing, so reading stops there" in said.seen
        assert said.remedy[0].startswith("the names must follow one another")
        follow(said.remedy[1])
        mended = site.configuration.read_text().rpartition("plugin {")[2]
        site.edit(lambda push: push.partition("plugin {")[0] + "plugin {" + mended)
        site.works()


def test_a_driver_with_a_typo(site: Site) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
        site.set_up("driver-with-a-typo")
        site.is_silent()
        name = {"2.3": "oxs push_notification_driver", "2.4": "oxs push_notification/oxs"}[site.version]
        said = site.stops_at("lmtp", "drivers", name)
        words = {"2.3": "Unknown push notification driver: oxs", "2.4": "push notification driver 'oxs'"}
        assert words[site.version] in said.seen
        assert said.remedy[0] == "did you mean ox?"
        site.edit(lambda push: push.replace("oxs", "ox"))
        site.works()


def test_a_script_that_is_gone(site: Site) -> None:
    with site.endpoint():
        site.set_up("working-script")
        site.works()
        script = site.server.root / "push.lua"
        elsewhere = script.rename(script.with_name("moved.lua"))
        site.is_silent()
        said = site.stops_at("lmtp", "drivers", LUA[site.version], "script")
        assert said.seen == f"there is no {script}"
        elsewhere.rename(script)
        site.works()


def test_a_script_that_the_mail_user_may_not_read(site: Site) -> None:
    with site.endpoint():
        site.set_up("working-script")
        site.works()
        script = site.server.root / "push.lua"
        shutil.chown(script, 0, 0)
        script.chmod(0o640)
        site.is_silent()
        said = site.stops_at("lmtp", "drivers", LUA[site.version], "script")
        assert f"may not read {script}" in said.seen
        follow(said.remedy[0])
        site.works()


def test_a_script_in_a_folder_that_the_mail_user_may_not_pass(site: Site) -> None:
    with site.endpoint():
        site.set_up("working-script")
        site.works()
        site.server.root.chmod(0o700)
        site.is_silent()
        said = site.stops_at("lmtp", "drivers", LUA[site.version], "script")
        assert f"may not pass the folder {site.server.root}" in said.seen
        follow(said.remedy[0])
        site.works()


SCRIPTS = {
    "script-that-does-not-compile": ("compiles", "'then' expected"),
    "script-without-begin": ("functions", "it has no dovecot_lua_notify_begin_txn"),
    "script-that-handles-nothing": ("functions", "it has no event handler"),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_with_a_mistake(site: Site, name: str) -> None:
    link, seen = SCRIPTS[name]
    with site.endpoint():
        site.set_up("working-script")
        site.works()
        site.set_up("working-script", script=name)
        site.is_silent()
        said = site.stops_at("lmtp", "drivers", LUA[site.version], link)
        assert seen in said.seen
        assert said.remedy[0]
