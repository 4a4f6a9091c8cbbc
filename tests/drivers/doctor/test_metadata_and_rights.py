"""METADATA below the drivers that ask for it, and whether the mail user may read what they need."""

from __future__ import annotations

import grp
import os
import shutil

import pytest

from dovecot_conf import Version
from drivers.doctor.links import rights_of
from mailstore.links import LinkState
from tests.drivers.doctor.conftest import MakeSite
from tests.drivers.doctor.patients import LUA, OX, SCRIPT, SCRIPTED, link

READABLE = ("lmtp", "readable")
REDIS = {
    Version.V23: "mail_attribute_dict = redis:host=127.0.0.1:port=1\n",
    Version.V24: (
        "mail_attribute {{\n  dict redis {{\n    redis_host = 127.0.0.1\n    redis_port = 1\n  }}\n}}\n"
    ),
}


def test_the_value_is_there(site: MakeSite) -> None:
    found = site()
    seen = link(found.diagnosis(), "lmtp", "drivers", OX[found.version], "entry")
    assert seen.seen.endswith("http-notify = user=bob@ox")


def test_the_value_says_no_user(site: MakeSite) -> None:
    found = site()
    found.store("bob")
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.stops_at == ("lmtp", "drivers", OX[found.version], "entry")
    assert link(diagnosis, *diagnosis.verdict.stops_at).remedy[0].startswith("pushnotif metadata set")


def test_a_mailbox_that_is_missing_is_made_by_the_command_that_stores_the_value(site: MakeSite) -> None:
    found = site()
    shutil.rmtree(found.root / "mail/bob")
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.stops_at == ("lmtp", "drivers", OX[found.version], "mailbox")
    remedy = link(diagnosis, *diagnosis.verdict.stops_at).remedy[0]
    assert remedy.startswith("pushnotif metadata set")
    assert " --create " in remedy


def test_metadata_is_not_switched_on(site: MakeSite) -> None:
    found = site(store_text="# none\n")
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.stops_at == ("lmtp", "drivers", OX[found.version], "store")
    assert "METADATA" in diagnosis.verdict.text


def test_that_nobody_can_be_switched_on_needs_no_user(site: MakeSite) -> None:
    found = site(store_text="# none\n")
    diagnosis = found.diagnosis(user="")
    assert diagnosis.verdict.stops_at == ("lmtp", "drivers", OX[found.version], "store")
    assert diagnosis.verdict.text.startswith("nobody gets a push: it stops at lmtp")


def test_what_rules_say_about_metadata_is_named(site: MakeSite) -> None:
    found = site(store_text="# none\n")
    assert "PN601" in link(found.diagnosis(), "lmtp", "drivers", OX[found.version], "store").rules


def test_a_script_that_reads_metadata_has_its_links(site: MakeSite) -> None:
    found = site(lmtp=LUA)
    found.script.write_text(
        SCRIPT + 'function f(user) return user:metadata_get("/private/vendor/push/token") end\n'
    )
    found.drivers = (f"lua {found.script}",)
    diagnosis = found.diagnosis()
    name = SCRIPTED[found.version]
    assert link(diagnosis, "lmtp", "drivers", name, "store").is_ok
    assert link(diagnosis, "lmtp", "drivers", name, "entry").state is LinkState.UNKNOWN


def test_offline_a_store_on_the_network_is_not_asked(site: MakeSite, version: Version) -> None:
    found = site(store_text=REDIS[version])
    diagnosis = found.diagnosis(offline=True)
    for name in ("store", "mailbox", "entry"):
        assert link(diagnosis, "lmtp", "drivers", OX[version], name).state is LinkState.SKIPPED
    assert "as if the user were switched on" in link(diagnosis, "lmtp", "event").notes[0]
    assert link(diagnosis, "lmtp", "event", OX[version]).seen.startswith("would send PUT")


def test_the_mail_user_may_read_all(site: MakeSite) -> None:
    found = site()
    assert link(found.diagnosis(), *READABLE).seen.endswith(f"may use the store {found.root}/bob.dict")


def test_a_file_that_is_not_there_yet_is_no_fault(site: MakeSite) -> None:
    found = site()
    (found.root / "bob.dict").unlink()
    assert link(found.diagnosis(), *READABLE).is_ok


def test_a_script_that_the_mail_user_may_not_read(site: MakeSite) -> None:
    if os.geteuid() != 0:
        pytest.skip("who may not read it can't load it either")
    found = site(lmtp=LUA)
    found.drivers = (f"lua {found.script}",)
    found.script.chmod(0o600)
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.stops_at is not None
    assert diagnosis.verdict.stops_at[-1] == "script"
    seen = link(diagnosis, *diagnosis.verdict.stops_at)
    assert f"may not read {found.script}" in seen.seen
    assert seen.remedy == (f"chmod o+r {found.script}",)


def test_a_uid_that_nobody_says(site: MakeSite) -> None:
    found = site()
    found.write()
    (found.root / "users").write_text(f"bob:::::{found.root}/mail/bob::\n")
    seen = link(found.diagnosis(), *READABLE)
    assert seen.state is LinkState.UNKNOWN
    assert "mail_uid" in seen.remedy[0]


def test_dovecot_adds_groups_to_those_of_the_user(site: MakeSite) -> None:
    other = next(group for group in grp.getgrall() if group.gr_gid not in (os.getgid(), 1000))
    found = site(more=f"mail_access_groups = {other.gr_name}\n")
    own, *added = rights_of(found.patient(), "lmtp").gids
    assert own == (os.getgid() or 1000)
    assert other.gr_gid in added
    assert f"{other.gr_gid} ({other.gr_name})" in link(found.diagnosis(), *READABLE).seen
