"""The driver isn't loaded, or its script isn't."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.dovecot.broken_setups.site import Said, Site, as_root, follow

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
        site.take_over()
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
        follow(said.remedy[1])
        site.take_over()
        site.works()


def test_a_driver_that_is_none(site: Site) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
        site.set_up("driver-that-is-none")
        site.is_silent()
        said = site.stops_at("lmtp", "drivers")
        assert "no driver is defined" in said.seen
        if site.version == "2.3":
            meant = said.remedy[0].removeprefix("did you mean ").removesuffix("?")
            site.edit(lambda push: push.replace("push_notification_drivers", meant))
        else:
            assert said.remedy[0].startswith("write 'push_notification ox {'")
            site.set_up("working")
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


@as_root
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


@as_root
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


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake in a script: the link that is broken, what it says, and how the script is mended by that."""

    link: str
    seen: str
    mend: Callable[[str, Said], str]


def with_then(text: str, said: Said) -> str:
    assert said.remedy[0].startswith("correct line 8 of the script, or what stands before it")
    return text.replace("if event.subject\n", "if not event.subject then\n")


def with_what_is_to_be_added(text: str, said: Said) -> str:
    return f"{text}\n{said.remedy[0].removeprefix('add ').strip(QUOTE)}\n"


def with_the_name_that_is_meant(text: str, said: Said) -> str:
    called = re.search(r"dovecot_lua_notify_event_\w+", said.remedy[0])
    uncalled = re.search(r"dovecot_lua_notify_event_\w+", said.notes[0])
    assert called
    assert uncalled
    return text.replace(uncalled[0], called[0])


QUOTE = "'"
MISTAKES = {
    "script-that-does-not-compile": Mistake("compiles", "'then' expected", with_then),
    "script-without-begin": Mistake(
        "functions", "it has no dovecot_lua_notify_begin_txn", with_what_is_to_be_added
    ),
    "script-that-handles-nothing": Mistake(
        "functions", "it has no event handler", with_the_name_that_is_meant
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_script_with_a_mistake(site: Site, name: str) -> None:
    mistake = MISTAKES[name]
    with site.endpoint():
        site.set_up("working-script")
        site.works()
        site.set_up("working-script", script=name)
        site.is_silent()
        said = site.stops_at("lmtp", "drivers", LUA[site.version], mistake.link)
        assert mistake.seen in said.seen
        script = site.server.root / "push.lua"
        script.write_text(mistake.mend(script.read_text(), said))
        site.works()
