"""The chain of drivers: which are loaded, why others aren't, and what hangs below each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dovecot_conf import Version
from drivers import DriverRegistry
from drivers.dlog import DlogDriver
from drivers.doctor import Patient, Reach, diagnose
from drivers.doctor.kinds import Entry
from mailstore.links import Link, LinkState
from tests.drivers.doctor.conftest import MakeSite
from tests.drivers.doctor.patients import LUA, OX, link, paths

DRIVERS = ("lmtp", "drivers")


def test_no_driver_is_defined(site: MakeSite) -> None:
    diagnosis = site(drivers=()).diagnosis()
    assert diagnosis.verdict.stops_at == DRIVERS
    assert "no driver is defined" in link(diagnosis, *DRIVERS).seen


def test_what_may_have_been_meant_for_a_driver_is_named(site: MakeSite) -> None:
    outside = {
        Version.V23: ("plugin {\n  push_notification_drivr = dlog\n}\n", "did you mean"),
        Version.V24: ("push_notification_driver = dlog\n", "write 'push_notification dlog {'"),
    }
    more, hint = outside[site().version]
    found = site(drivers=(), more=more)
    seen = link(found.diagnosis(), *DRIVERS)
    assert seen.state is LinkState.BROKEN
    assert seen.remedy[0].startswith(hint)
    assert seen.notes[0].startswith(f"{found.root}/dovecot.conf:")


def test_dlog_alone_leaves_the_machine_with_nothing(site: MakeSite) -> None:
    diagnosis = site(drivers=("dlog",)).diagnosis()
    assert diagnosis.verdict.stops_at == DRIVERS
    assert "nothing leaves this machine" in diagnosis.verdict.text


def test_dlog_beside_ox_is_no_fault(site: MakeSite) -> None:
    diagnosis = site(drivers=("dlog", "ox")).diagnosis()
    assert diagnosis.verdict.reach is Reach.NOTIFIED
    assert link(diagnosis, *DRIVERS).seen == "2 of 2 loaded: dlog, ox"


def test_a_driver_that_is_not_loaded_ends_the_chain_behind_it(site: MakeSite) -> None:
    found = site(drivers=("dlog", "xaps", "ox"))
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.reach is Reach.STOPS
    assert diagnosis.verdict.stops_at is not None
    assert diagnosis.verdict.stops_at[2].startswith("xaps ")
    bad = link(diagnosis, *diagnosis.verdict.stops_at)
    assert "PN310" in bad.rules
    assert bad.where.startswith(f"{found.root}/dovecot.conf:")
    last = [path for path in paths(diagnosis) if path[:2] == DRIVERS][-1]
    assert "which ends the chain" in link(diagnosis, *last).seen


def test_a_url_that_is_no_url(site: MakeSite) -> None:
    found = site(drivers=("ox htp://nowhere",))
    diagnosis = found.diagnosis()
    if found.version is Version.V24:
        # 2.4 looks at it when it reads the configuration.
        assert diagnosis.verdict.stops_at == ("configuration",)
        return
    assert diagnosis.verdict.stops_at is not None
    assert diagnosis.verdict.stops_at[:3] == (*DRIVERS, OX[found.version])
    assert any(rule.startswith("PN4") for rule in link(diagnosis, *DRIVERS, OX[found.version]).rules)


def test_a_gap_in_the_chain_of_2_3(site: MakeSite) -> None:
    gap = "plugin {\n  push_notification_driver3 = ox:url=http://127.0.0.1:8009/\n}\n"
    found = site(drivers=("dlog",), more=gap)
    if found.version is Version.V24:
        pytest.skip("2.4 has no numbers")
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.stops_at == (*DRIVERS, "ox push_notification_driver3")
    seen = link(diagnosis, *DRIVERS, "ox push_notification_driver3")
    assert "PN301" in seen.rules
    assert seen.remedy[-1] == f"pushnotif validate --fix --select PN301 {found.root}/dovecot.conf"


def test_a_variable_that_is_none_says_nothing_of_the_url(site: MakeSite) -> None:
    found = site(drivers=("ox http://127.0.0.1:8009/50%off",))
    if found.version is Version.V24:
        pytest.skip("2.4 expands no variables there")
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.stops_at == (*DRIVERS, OX[found.version])
    assert link(diagnosis, *DRIVERS, OX[found.version]).remedy[0] == "write %% for a percent sign"


def test_a_script_that_is_not_there(site: MakeSite) -> None:
    found = site(lmtp=LUA)
    found.drivers = (f"lua {found.root}/none.lua",)
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.stops_at is not None
    assert diagnosis.verdict.stops_at[:2] == DRIVERS
    assert "none.lua" in diagnosis.verdict.text


def test_a_script_is_looked_up_below_the_root(site: MakeSite) -> None:
    found = site(lmtp=LUA, drivers=("lua /etc/dovecot/push.lua",))
    machine = found.root / "machine"
    (machine / "etc/dovecot").mkdir(parents=True)
    (machine / "etc/dovecot/push.lua").write_text(found.script.read_text())
    patient = found.patient(offline=True)
    places = replace(patient.places, root=machine)
    diagnosis = diagnose(replace(patient, places=places, _facts={}))
    assert link(diagnosis, *DRIVERS).is_ok


def test_what_the_rules_say_about_a_driver_is_named(site: MakeSite) -> None:
    found = site(drivers=("ox http://login:secret@mail.example.com/notify",))
    seen = link(found.diagnosis(offline=True), *DRIVERS, OX[found.version])
    assert seen.rules
    assert all(rule.startswith(("PN3", "PN4", "PN5", "PN8")) for rule in seen.rules)


def test_a_driver_of_a_site_brings_its_checks(site: MakeSite) -> None:
    def queue(_patient: Patient, protocol: str, entry: Entry) -> tuple[Link, ...]:
        return (Link("queue", LinkState.BROKEN, f"{entry.definition.driver} has no queue in {protocol}"),)

    class Kafka(DlogDriver):
        name = "kafka"
        only_logs = False
        doctor_checks = (queue,)

    patient = site(drivers=("kafka",)).patient()
    registry = DriverRegistry((*DriverRegistry.installed(), Kafka))
    diagnosis = diagnose(replace(patient, registry=registry, _facts={}))
    assert diagnosis.verdict.stops_at is not None
    assert diagnosis.verdict.stops_at[-1] == "queue"
    assert "kafka has no queue in lmtp" in diagnosis.verdict.text
    assert link(diagnosis, "lmtp", "event").state is LinkState.SKIPPED


def test_the_userdb_names_a_driver_of_its_own(site: MakeSite) -> None:
    found = site(drivers=("ox",))
    name = {
        Version.V23: "push_notification_driver=ox:url=http",
        Version.V24: "push_notification/ox/push_notification_ox_url=http",
    }[found.version]
    found.user_fields(f"userdb_{name}://127.0.0.1:9/own")
    seen = link(found.diagnosis(offline=True), "lmtp", "event", OX[found.version])
    assert seen.seen == "would send PUT http://127.0.0.1:9/own"
