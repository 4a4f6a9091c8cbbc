"""The simulated mail: what leaves for it, what comes back, and what that means."""

from __future__ import annotations

import json

import pytest

from dovecot_conf import Version
from drivers import HttpResponse
from drivers.doctor import Reach, diagnose
from drivers.doctor.event import SUBJECT
from drivers.http import ConnectFailedError
from mailstore.links import LinkState
from tests.drivers.doctor.conftest import MakeSite
from tests.drivers.doctor.patients import LUA, OX, SCRIPT, SCRIPTED, Site, link
from tests.drivers.doubles import ScriptedTransport

EVENT = ("lmtp", "event")


def sent_by(found: Site) -> list[str]:
    patient = found.patient()
    diagnose(patient)
    assert isinstance(patient.network, ScriptedTransport)
    return [request.body.decode() for request in patient.network.requests]


def test_the_notification_says_that_it_is_a_test(site: MakeSite) -> None:
    (body,) = sent_by(site())
    assert json.loads(body)["subject"] == SUBJECT == "This is a test of pushnotif doctor"


def test_what_came_back_is_said_beside_the_time_that_the_driver_waits(site: MakeSite) -> None:
    found = site(answers=((0.25, HttpResponse(200, "OK")),))
    seen = link(found.diagnosis(), *EVENT, OX[found.version])
    seconds = "2" if found.version is Version.V23 else "60"
    told = f"200 OK after 250 ms, of {seconds} s that the driver waits"
    assert seen.seen == f"PUT http://127.0.0.1:8009/notify: {told}"
    assert seen.is_ok


def test_an_answer_that_is_slow_is_told(site: MakeSite) -> None:
    found = site(answers=((31.0, HttpResponse(200, "OK")),))
    if found.version is Version.V23:
        found.answers = ((1.5, HttpResponse(200, "OK")),)
    seen = link(found.diagnosis(), *EVENT, OX[found.version])
    assert "more than half" in seen.notes[0]


@pytest.mark.parametrize("status", [401, 404, 500])
def test_an_endpoint_that_refuses(site: MakeSite, status: int) -> None:
    answers = ((0.0, HttpResponse(status, "No")),) * 4
    found = site(answers=answers)
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.stops_at == (*EVENT, OX[found.version])
    assert f"{status} No" in diagnosis.verdict.text


def test_nobody_listens(site: MakeSite) -> None:
    found = site(
        answers=((0.0, ConnectFailedError("connect(127.0.0.1:8009) failed: Connection refused")),) * 9
    )
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.stops_at == (*EVENT, OX[found.version])
    assert "Connection refused" in diagnosis.verdict.text
    remedy = link(diagnosis, *EVENT, OX[found.version]).remedy
    assert remedy[0].startswith("start the service")
    assert not any("pushnotif doctor" in one for one in remedy)


def test_offline_shows_what_would_be_sent(site: MakeSite) -> None:
    found = site()
    diagnosis = found.diagnosis(offline=True)
    assert diagnosis.verdict.is_fine
    assert diagnosis.verdict.reach is Reach.NOT_TRIED
    seen = link(diagnosis, *EVENT, OX[found.version])
    assert seen.state is LinkState.SKIPPED
    assert seen.seen == "would send PUT http://127.0.0.1:8009/notify"


def test_by_dovecot_lda_as_well(site: MakeSite) -> None:
    found = site(lda="notify push_notification")
    diagnosis = found.diagnosis("lda", "lmtp")
    assert link(diagnosis, "lda", "event", OX[found.version]).is_ok
    assert link(diagnosis, "lmtp", "event", OX[found.version]).is_ok


def script_of(found: Site, text: str = SCRIPT) -> Site:
    found.script.write_text(text)
    found.drivers = (f"lua {found.script}",)
    return found


def lua_path(found: Site) -> tuple[str, ...]:
    return (*EVENT, SCRIPTED[found.version])


def test_the_request_of_a_script_leaves_too(site: MakeSite) -> None:
    found = script_of(site(lmtp=LUA))
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.reach is Reach.NOTIFIED
    assert link(diagnosis, *lua_path(found)).seen.startswith("POST http://127.0.0.1:8009/lua: 200 OK")


def test_a_script_that_passes_over_a_refusal_is_not_fine(site: MakeSite) -> None:
    found = script_of(site(lmtp=LUA, answers=((0.0, HttpResponse(403, "Forbidden")),)))
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.stops_at == lua_path(found)
    assert "403 Forbidden" in diagnosis.verdict.text


def test_a_script_that_fails(site: MakeSite) -> None:
    found = script_of(site(lmtp=LUA), SCRIPT.replace("dovecot.http", "dovecot.htp"))
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.stops_at == lua_path(found)
    assert "failed" in diagnosis.verdict.text
    check = f"pushnotif lua check --dovecot-version {found.version} {found.script}"
    assert check in link(diagnosis, *lua_path(found)).remedy


def test_a_script_that_sends_nothing_leaves_it_open(site: MakeSite) -> None:
    quiet = "\n".join(line for line in SCRIPT.splitlines() if "http" not in line)
    diagnosis = script_of(site(lmtp=LUA), quiet).diagnosis()
    assert diagnosis.verdict.reach is Reach.UNKNOWN
    assert "whether it notified somebody isn't known" in diagnosis.verdict.text


def test_offline_a_script_starts_no_program(site: MakeSite) -> None:
    found = site(lmtp=LUA)
    ran = found.root / "ran"
    runs = f'os.execute("touch {ran}")\nassert(not io.popen("touch {ran}"))\n'
    script_of(found, runs + SCRIPT)
    diagnosis = found.diagnosis(offline=True)
    assert not ran.exists()
    assert link(diagnosis, *lua_path(found)).seen == "would send POST http://127.0.0.1:8009/lua"


def test_offline_a_script_that_fails_may_only_want_the_network(site: MakeSite) -> None:
    found = script_of(site(lmtp=LUA), SCRIPT + 'assert(io.popen("true"))\n')
    diagnosis = found.diagnosis(offline=True)
    assert diagnosis.verdict.is_fine
    assert link(diagnosis, *lua_path(found)).state is LinkState.UNKNOWN


def test_one_driver_of_two_notifies(site: MakeSite) -> None:
    found = site(lmtp=LUA, answers=((0.0, HttpResponse(500, "No")),))
    found.drivers = (f"lua {found.script}", "ox")
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.reach is Reach.PARTLY
    assert not diagnosis.verdict.is_fine
    ox = {Version.V23: "ox push_notification_driver2", Version.V24: OX[Version.V24]}[found.version]
    others = f"bob is notified by lmtp → {ox} only: it stops at lmtp → event → lua"
    assert diagnosis.verdict.text.startswith(others)


def test_nothing_is_tried_where_every_driver_has_a_broken_link(site: MakeSite) -> None:
    found = site()
    (found.root / "bob.dict").unlink()
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.stops_at == ("lmtp", "drivers", OX[found.version], "entry")
    assert link(diagnosis, *EVENT).state is LinkState.SKIPPED


def test_a_driver_that_is_whole_is_tried_beside_one_that_is_not(site: MakeSite) -> None:
    found = site(lmtp=LUA)
    found.drivers = (f"lua {found.script}", "ox")
    (found.root / "bob.dict").unlink()
    diagnosis = found.diagnosis()
    assert link(diagnosis, *EVENT).is_ok
    assert diagnosis.verdict.reach is Reach.PARTLY


def test_one_protocol_of_two_notifies(site: MakeSite) -> None:
    found = site()
    diagnosis = found.diagnosis("lmtp", "lda")
    assert diagnosis.verdict.reach is Reach.PARTLY
    others = f"bob is notified by lmtp → {OX[found.version]} only: it stops at lda → plugins: "
    assert diagnosis.verdict.text.startswith(others)


def test_what_leaves_here_does_not_help_when_no_mail_comes_in(site: MakeSite) -> None:
    main = "virtual_mailbox_domains = example.com\nvirtual_transport = lmtp:unix:private/dovecot-lmtp\n"
    diagnosis = site(main=main).diagnosis()
    assert link(diagnosis, *EVENT).is_ok
    assert diagnosis.verdict.reach is Reach.STOPS
    assert diagnosis.verdict.stops_at == ("delivery",)
