"""The files that a newcomer meets first do what their comments say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dovecot_conf import load
from mailstore.message import Message
from mailstore.snippet import snippet
from tests.cli.conftest import Run

FIRST_DAY = Path(__file__).parents[2] / "fixtures" / "first-day"


@pytest.mark.parametrize("name", ["dovecot-2.3.conf", "dovecot-2.4.conf"])
def test_the_site_has_nothing_to_warn_about(run: Run, name: str) -> None:
    result = run("validate", "-c", FIRST_DAY / name, "--fail-on", "warning")
    assert result.code == 0


def test_both_dialects_say_the_same() -> None:
    chains = [load(FIRST_DAY / f"dovecot-{version}.conf").push("lmtp") for version in ("2.3", "2.4")]
    assert [[definition.driver for definition in chain.definitions] for chain in chains] == [
        ["dlog", "ox", "ox"]
    ] * 2
    assert {chain.plugins for chain in chains} == {("notify", "push_notification")}


def test_the_broken_configuration_has_one_error_that_dovecot_sees_and_many_more(run: Run) -> None:
    result = run("validate", "-c", FIRST_DAY / "broken.conf", "--format", "json")
    assert result.code == 1
    codes = [diagnostic["code"] for diagnostic in json.loads(result.out)["diagnostics"]]
    assert [code for code in codes if code.startswith("PN1")] == ["PN101"]
    assert {"PN201", "PN204", "PN301", "PN401", "PN402", "PN403", "PN404", "PN405", "PN601"} <= set(codes)


def test_the_mail_has_a_folded_subject_and_a_snippet_from_its_plain_part() -> None:
    mail = Message.from_bytes((FIRST_DAY / "mail.eml").read_bytes())
    assert mail.header("Subject") == b"Lunch on Thursday,\n or on Friday?"
    assert snippet(mail).startswith('Hi Bob, the café at the corner has a "new" menu.')


def test_the_log_tells_what_became_of_the_mails_of_two_users(run: Run) -> None:
    log = FIRST_DAY / "mail.log"
    everybody = run("doctor", "--log", log)
    assert (everybody.code, everybody.err) == (1, "")
    assert "mails saved: lmtp 4\n" in everybody.out
    bob, carol = (run("doctor", "--log", log, "-u", user).out for user in ("bob", "carol"))
    assert "✗ failed: 404 Not Found, 2 times by lmtp" in bob
    assert "✓ sent: 200 OK, once by lmtp" in bob
    assert "✗ not switched on, 2 times by lmtp" in carol


def test_the_log_names_nothing_of_the_machine_that_it_was_captured_on() -> None:
    text = (FIRST_DAY / "mail.log").read_text("utf-8")
    assert "/tmp/" not in text
    assert {*re.findall(r"//[^/\s]+/", text)} == {"//127.0.0.1:8009/"}


def test_the_lua_script_passes_the_checks_of_a_lua_driver(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "dovecot.conf"
    path.write_text(
        f"""mail_plugins = mail_lua notify push_notification push_notification_lua
plugin {{
  push_notification_driver = lua:file={FIRST_DAY / "push.lua"}
}}
"""
    )
    result = run("validate", "-c", path, "--fail-on", "info")
    assert (result.code, result.err) == (0, "")
    report = run("drivers", "-c", path, "--protocol", "lmtp")
    assert "  1. lua  push_notification_driver" in report.out


def test_the_lua_script_counts_new_mails(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "dovecot.conf"
    path.write_text(
        f"""mail_plugins = mail_lua notify push_notification push_notification_lua
plugin {{
  push_notification_driver = lua:file={FIRST_DAY / "push.lua"}
}}
"""
    )
    result = run("simulate", "message-new", "-q", "-c", path, "-u", "bob", "--subject", "Lunch?")
    assert "  ✓ lua    called      push_notification_driver\n" in result.out
    assert "  Info: new mail for bob: Lunch?\n" in result.out
    assert "  Info: bob has 1 new mail\n" in result.out


def test_the_silent_configuration_is_one_that_dovecot_takes_and_a_doctor_doesn_t(run: Run) -> None:
    silent = FIRST_DAY / "silent.conf"
    found = json.loads(run("validate", silent, "--format", "json").out)["diagnostics"]
    assert {one["code"] for one in found} == {"PN217", "PN301"}
    report = run("doctor", "-c", silent, "-u", "bob", "--protocol", "lmtp", "--offline")
    assert report.code == 1
    assert "bob gets no push: it stops at lmtp → plugins" in report.out
