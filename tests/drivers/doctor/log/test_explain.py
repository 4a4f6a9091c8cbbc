"""What the captured logs of running servers come to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from cli.render.doctor_log_json import to_json
from dovecot_conf import Severity, load
from dovecot_conf.lint import Catalogue, lint
from drivers.doctor.log.evidence import PLUGINS, Outcome, protocols_seen
from drivers.doctor.log.explain import explain
from drivers.doctor.log.messages import MESSAGES, NO_DRIVER, NOT_THERE, SILENT
from drivers.rules.registry import all_rules
from tests.dovecot.captures.log_setups import SCENES
from tests.dovecot.harness.setups import Account, Place, render
from tests.drivers.doctor.log.captured import BOB, PASSWORD, evidence, finding, log, names, read_text, told

VERSIONS = ["2.3", "2.4"]
EVERY = [(version, name) for version in VERSIONS for name in names(version)]
REPOSITORY = Path(__file__).parents[4]
CATALOGUE = Catalogue(all_rules())

LATEST: Mapping[str, tuple[str, str, str]] = {
    "ox-sent": ("ox", "sent", "200 OK"),
    "ox-sent-iso": ("ox", "sent", "200 OK"),
    "ox-sent-syslog": ("ox", "sent", "200 OK"),
    "ox-sent-twice": ("ox", "sent", "200 OK"),
    "ox-prefix-short": ("ox", "sent", "200 OK"),
    "ox-failed-then-sent": ("ox", "sent", "200 OK"),
    "dlog-ox": ("ox", "sent", "200 OK"),
    "ox-failed-syslog": ("ox", "failed", "401 Unauthorized"),
    "ox-quiet-failed": ("ox", "failed", "401 Unauthorized"),
    "ox-statuses": ("ox", "failed", "401 Unauthorized"),
    "ox-detail": ("ox", "failed", "500 Internal Server Error"),
    "ox-detail-debug": ("ox", "failed", "500 Oops"),
    "ox-errors": ("ox", "failed", "500 Oops"),
    "ox-prefix": ("ox", "failed", "500 Oops"),
    "ox-redirected": ("ox", "failed", "Redirect refused"),
    "ox-silence": ("ox", "failed", "Request timed out"),
    "ox-refused": ("ox", "failed", "Connection refused"),
    "ox-hangup": ("ox", "failed", "Connection lost"),
    "ox-garbage": ("ox", "failed", "Invalid HTTP version"),
    "ox-no-name": ("ox", "failed", "Failed to lookup host push.example.invalid"),
    "ox-no-dns": ("ox", "failed", "Failed to lookup host push.example.invalid"),
    "ox-dict-denied": ("ox", "failed", "run/login/dict) failed: Permission denied"),
    "ox-sieve-failed": ("ox", "failed", "500 Oops"),
    "ox-tls-to-plain": ("ox", "failed", "SSL handshaking"),
    "ox-tls-untrusted": ("ox", "failed", "invalid SSL certificate"),
    "ox-no-dict": ("ox", "failed", "Failed to get attribute"),
    "ox-not-set": ("ox", "switched-off", ""),
    "ox-no-user": ("ox", "switched-off", ""),
    "ox-no-url": ("ox", "not-loaded", ""),
    "ox-bad-url": ("ox", "not-loaded", "Not an HTTP URL"),
    "ox-bad-cache": ("ox", "not-loaded", "missing units"),
    "dlog": ("dlog", "logged", ""),
    "dlog-quiet": ("dlog", "logged", ""),
    "driver-unknown": ("fcm", "not-loaded", ""),
    "no-driver": ("", "not-loaded", ""),
    "notify-missing": (PLUGINS, "not-loaded", "Plugin notify must be loaded also"),
    "plugin-unknown": (PLUGINS, "not-loaded", "push_notifications"),
    "mail-lua-missing": (PLUGINS, "not-loaded", "dlua_dovecot_register"),
    "ox-percent": ("configuration", "not-loaded", "push_notification_driver"),
    "lua-plugin-missing": ("lua", "not-loaded", ""),
    "lua": ("lua", "called", "message_new"),
    "lua-sends": ("lua", "called", "message_new"),
    "lua-begin-fails": ("lua", "failed", "begin fails"),
    "lua-event-fails": ("lua", "failed", "attempt to index a nil value"),
    "lua-end-fails": ("lua", "failed", "end fails"),
    "lua-init-fails": ("lua", "not-loaded", "init fails"),
    "lua-no-begin": ("lua", "failed", "dovecot_lua_notify_begin_txn"),
    "lua-no-end": ("lua", "failed", "dovecot_lua_notify_end_txn"),
    "lua-no-handler": ("lua", "failed", ""),
    "lua-no-lua": ("lua", "not-loaded", "'end' expected"),
    "lua-no-script": ("lua", "not-loaded", "missing.lua"),
    "lua-denied": ("lua", "not-loaded", "push.lua: Permission denied"),
    "lua-no-file": ("lua", "not-loaded", ""),
}
"""Driver, outcome and a part of the detail, by what the scene is made for; the same in both versions."""


@pytest.mark.parametrize(("version", "name"), [one for one in EVERY if one[1] in LATEST])
def test_the_latest_of_a_driver_is_told(version: str, name: str) -> None:
    driver, outcome, detail = LATEST[name]
    found = evidence(version, name)
    latest = [one for one in found.verdicts if one.driver == driver]
    assert latest, told(found)
    assert {one.outcome.value for one in latest} == {outcome}
    assert all(detail in one.detail for one in latest)
    assert all(one.meaning for one in latest)
    if latest[0].outcome.is_bad:
        assert not found.is_fine
        assert latest[0].remedy


def test_24_asks_another_process_for_addresses() -> None:
    assert [one.message for one in evidence("2.3", "ox-no-dns").verdicts] == ["ox-no-such-host"]
    assert [one.message for one in evidence("2.4", "ox-no-dns").verdicts] == ["ox-no-dns-client"]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_went_well_is_fine(version: str) -> None:
    for name in ("ox-sent", "ox-failed-then-sent", "dlog", "dlog-ox", "lua"):
        assert evidence(version, name).is_fine


def test_a_script_that_refuses_is_refused_by_23_only() -> None:
    assert told(evidence("2.3", "lua-init-refuses")) == [("lua", "not-loaded", "Script init failed")]
    assert told(evidence("2.4", "lua-init-refuses")) == [("lua", "called", "message_new")]


@pytest.mark.parametrize("version", VERSIONS)
def test_requests_of_scripts_are_told_while_they_are_called(version: str) -> None:
    found = told(evidence(version, "lua-sends"))
    assert ("lua request", "sent", "200") in found
    assert ("lua request", "failed", "500") in found
    assert ("lua request", "failed", "Request timed out") in found
    assert not [one for one in told(evidence(version, "ox-statuses")) if one[0] == "lua request"]


@pytest.mark.parametrize("version", VERSIONS)
def test_outcomes_are_counted_by_what_was_answered(version: str) -> None:
    found = evidence(version, "ox-statuses")
    details = {one.detail: one.count for one in found.findings if one.outcome is Outcome.FAILED}
    assert details == {"404 Not Found": 1, "500 Internal Server Error": 1, "401 Unauthorized": 1}
    assert finding(found, "ox", "sent").count == 1
    twice = finding(evidence(version, "ox-sent-twice"), "ox", "sent")
    assert (twice.count, twice.protocols) == (2, ("lmtp",))


@pytest.mark.parametrize("version", VERSIONS)
def test_ways_in_are_told_by_the_mails_they_saved(version: str) -> None:
    assert protocols_seen(evidence(version, "ox-sent")) == {"lmtp": 2, "lda": 1}
    assert protocols_seen(evidence(version, "no-push-quiet")) == {"lmtp": 1, "lda": 1}
    assert protocols_seen(evidence(version, "ox-sieve")) == {"lmtp": 1}


@pytest.mark.parametrize("version", VERSIONS)
def test_mails_that_nothing_is_logged_for_are_no_verdict_without_debugging(version: str) -> None:
    for name in ("no-push-quiet", "ox-quiet-sent", "ox-quiet-not-set", "lua-quiet"):
        found = evidence(version, name)
        assert found.is_fine
        assert {one.outcome for one in found.findings} == {Outcome.UNKNOWN}
        assert "mail_debug = yes" in found.findings[0].remedy[0]
        assert "log_debug = category=push-notification" in found.findings[0].remedy[1]


def test_23_with_debugging_shows_that_the_plugin_is_not_loaded() -> None:
    found = evidence("2.3", "no-push")
    assert told(found) == [(PLUGINS, "not-loaded", "")]
    assert found.findings[0].protocols == ("lmtp",)
    # 2.4 can be told to log some categories only.
    assert told(evidence("2.4", "no-push")) == [(PLUGINS, "unknown", "")]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_version_is_told_where_lines_differ(version: str) -> None:
    for name in ("ox-sent", "dlog", "driver-unknown", "ox-sent-syslog"):
        assert evidence(version, name).version.startswith(version)


@pytest.mark.parametrize(("version", "name"), EVERY)
def test_rules_that_speak_of_a_broken_configuration_are_named(
    version: str, name: str, tmp_path: Path
) -> None:
    setup = SCENES[name].setup(version)
    for file, text in setup.files:
        (tmp_path / file).write_text(text)
    config = tmp_path / "dovecot.conf"
    place = Place(str(tmp_path), 143, 24)
    text = render(version, setup, place, Account("nobody", "nogroup", runs_everything=False))
    config.write_text(text.replace("@port@", "8009"))
    errors = {one.code for one in lint(load(config), CATALOGUE) if one.severity is Severity.ERROR}
    named = {code for one in evidence(version, name).findings for code in one.rules}
    assert not errors or errors & named


@pytest.mark.parametrize(("version", "name"), EVERY)
def test_passwords_and_mails_are_in_no_output(version: str, name: str) -> None:
    shown = to_json(evidence(version, name))
    assert PASSWORD not in shown
    assert '\\"subject\\"' not in shown
    assert "Subject [hi]" not in shown


@pytest.mark.parametrize("version", VERSIONS)
def test_a_name_that_is_spelled_otherwise_is_suggested(version: str) -> None:
    for meant in ("Bob@Example.org", "bob", "bob@example.com", "bbo@example.org"):
        found = evidence(version, "ox-statuses", meant)
        assert found.alike == (BOB,)
        assert not found.findings
        assert found.is_fine
    assert evidence(version, "ox-statuses", "zoe@elsewhere.net").alike == ()


@pytest.mark.parametrize("version", VERSIONS)
def test_only_lines_of_the_user_count(version: str) -> None:
    both = log(version, "ox-statuses") + log(version, "ox-sent").replace("bob@example.org", "eve@example.org")
    assert told(explain(read_text(both), "eve@example.org")) == told(evidence(version, "ox-sent"))
    everybody = explain(read_text(both))
    assert everybody.users == 2
    assert finding(everybody, "ox", "sent").users == 1
    assert max(one.users for one in everybody.findings if one.outcome is Outcome.SENT) == 2
    assert everybody.is_fine


@pytest.mark.parametrize("version", VERSIONS)
def test_what_holds_for_everybody_is_told_to_each(version: str) -> None:
    found = evidence(version, "notify-missing", "carol@example.org")
    assert {one.protocols for one in found.verdicts} >= {("lmtp",), ("lda",)}
    assert not found.is_fine


@pytest.mark.parametrize("version", VERSIONS)
def test_plugins_that_are_loaded_again_are_over(version: str) -> None:
    before, after = log(version, "notify-missing"), log(version, "dlog")
    found = explain(read_text(before + after), BOB)
    over = {one.protocols: one.is_over for one in found.findings if one.driver == PLUGINS}
    assert over[("lmtp",)]
    assert over[("imap",)]
    assert over[("lda",)]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_request_whose_end_is_cut_off_is_not_known(version: str) -> None:
    lines = log(version, "ox-sent-iso").split("\n")
    end = next(number for number, line in enumerate(lines) if "Notification sent" in line)
    found = explain(read_text("\n".join(lines[:end])), BOB)
    assert told(found) == [("ox", "unknown", "")]
    assert found.is_fine


@pytest.mark.parametrize("version", VERSIONS)
def test_sessions_hold_their_steps_in_order(version: str) -> None:
    (session,) = evidence(version, "ox-refused").sessions
    assert (session.protocol, session.user, session.mails) == ("lmtp", BOB, 1)
    assert session.session
    assert session.steps[-1].outcome is Outcome.FAILED
    assert [step.text for step in session.steps if "Sending" in step.text] == [
        "push-notification-ox: Sending notification: …"
    ]


def test_what_is_kept_of_a_long_log_is_bounded() -> None:
    failed = "push-notification-ox: Error when sending notification: 50{0} x"
    line = f"Nov 26 01:02:03 lmtp(u{{0}}@x)<{{0}}><s{{0}}>: Error: {failed}"
    found = explain(read_text("\n".join(line.format(number) for number in range(5000))))
    assert len(found.findings) < 100
    assert len(found.sessions) < 50
    assert sum(one.count for one in found.findings) == 5000
    assert json.loads(to_json(found))


def test_each_message_has_a_name_of_its_own_and_known_rules() -> None:
    assert len({one.name for one in MESSAGES}) == len(MESSAGES)
    for code in {code for one in (*MESSAGES, NO_DRIVER, NOT_THERE, SILENT) for code in one.rules}:
        assert (REPOSITORY / "docs" / "rules" / f"{code}.md").exists()
