"""`pushnotif drivers`, as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

from tests.cli.conftest import Outcome, Run

REPOSITORY = Path(__file__).parents[2]
FIRST_DAY = REPOSITORY / "fixtures" / "first-day"
SCHEMA = json.loads((REPOSITORY / "docs/schemas/drivers.schema.json").read_text())


def protocols_of(result: Outcome) -> dict[str, dict[str, Any]]:
    document = json.loads(result.out)
    jsonschema.validate(document, SCHEMA)
    return {one["protocol"]: one for one in document["protocols"]}


def test_each_protocol_has_its_own_chain(run: Run) -> None:
    result = run("drivers", "-c", FIRST_DAY / "dovecot-2.3.conf", "-u", "bob", "--format", "json")
    assert result.code == 0
    protocols = protocols_of(result)
    assert list(protocols) == ["lmtp", "lda", "imap"]
    assert [driver["loads"] for driver in protocols["lmtp"]["drivers"]] == [True, True, True]
    assert [driver["loads"] for driver in protocols["lda"]["drivers"]] == [False, False, False]
    assert protocols["lda"]["drivers"][0]["reason"] == "mail_plugins does not have push_notification"


def test_options_are_shown_with_their_defaults(run: Run) -> None:
    result = run("drivers", "-c", FIRST_DAY / "dovecot-2.3.conf", "--protocol", "lmtp", "--format", "json")
    _, first, second = protocols_of(result)["lmtp"]["drivers"]
    options = [
        {option["name"]: option["value"] for option in driver["options"]} for driver in (first, second)
    ]
    assert options[0]["cache_lifetime"] == "60s"
    assert options[0]["max_retries"] == "1"
    assert options[1]["timeout_msecs"] == "500"


def test_a_place_is_where_the_setting_is_written(run: Run) -> None:
    result = run("drivers", "-c", FIRST_DAY / "dovecot-2.4.conf", "--protocol", "imap", "--format", "json")
    second = protocols_of(result)["imap"]["drivers"][2]
    assert second["setting"] == "push_notification/second"
    assert second["file"].endswith("dovecot-2.4.conf")
    lines = (FIRST_DAY / "dovecot-2.4.conf").read_text().splitlines()
    assert lines[second["line"] - 1] == "push_notification second {"


def test_passwords_are_hidden_unless_asked_for(run: Run) -> None:
    for name in ("dovecot-2.3.conf", "dovecot-2.4.conf"):
        assert "change-me" not in run("drivers", "-c", FIRST_DAY / name).out
        assert "change-me" in run("drivers", "-c", FIRST_DAY / name, "--show-secrets").out


def test_the_broken_example_says_why_nothing_loads(run: Run) -> None:
    result = run("drivers", "-c", FIRST_DAY / "broken.conf", "--protocol", "lmtp")
    assert result.code == 1
    assert "mail_plugins has push_notification without notify" in result.out
    assert "Plugin notify must be loaded also" in result.out
    assert "broken.conf:19:1: Expecting '{'" in result.err


def test_a_gap_ends_the_chain_and_the_rest_is_listed(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "dovecot.conf"
    path.write_text(
        """mail_plugins = notify push_notification
plugin {
  push_notification_driver = dlog
  push_notification_driver3 = dlog
}
"""
    )
    result = run("drivers", "-c", path, "--protocol", "lmtp", "--format", "json")
    first, third = protocols_of(result)["lmtp"]["drivers"]
    assert (first["loads"], third["loads"]) == (True, False)
    assert "push_notification_driver2" in third["reason"]


def test_without_a_user_variables_are_shown_for_a_stand_in(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "dovecot.conf"
    path.write_text(
        """mail_plugins = notify push_notification
plugin {
  push_notification_driver = ox:url=http://127.0.0.1/%u
}
"""
    )
    result = run("drivers", "-c", path, "--protocol", "lmtp")
    assert "http://127.0.0.1/USER" in result.out
    assert "no user named with -u" in result.err


def test_no_driver_at_all_is_said(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "dovecot.conf"
    path.write_text("mail_plugins = notify push_notification\n")
    assert "no driver is defined" in run("drivers", "-c", path, "--protocol", "lmtp").out


def test_verbose_says_what_was_read_and_how(run: Run) -> None:
    result = run("drivers", "-v", "-c", FIRST_DAY / "dovecot-2.4.conf")
    assert "dovecot-2.4.conf (1 file): read as Dovecot 2.4" in result.err


def test_the_userdb_of_a_user_names_drivers_and_plugins(run: Run, tmp_path: Path) -> None:
    configuration = tmp_path / "dovecot.conf"
    configuration.write_text(
        "mail_plugins = quota\nuserdb {\n  driver = static\n"
        "  args = uid=1000 gid=1000 home=/h mail_plugins=notify,push_notification"
        " push_notification_driver=dlog\n}\n"
    )
    assert "dlog" not in run("drivers", "-c", configuration, "--protocol", "lmtp").out
    result = run("drivers", "-c", configuration, "--protocol", "lmtp", "-u", "bob", "--format", "json")
    (driver,) = protocols_of(result)["lmtp"]["drivers"]
    assert driver["driver"] == "dlog"
    assert driver["loads"]
    assert driver["file"] == "userdb"


def test_a_mistyped_protocol_is_asked_about_and_another_one_is_not(run: Run) -> None:
    options = ("-c", FIRST_DAY / "dovecot-2.3.conf", "-u", "bob", "--protocol")
    assert "did you mean 'lmtp'?" in run("drivers", *options, "lmpt").err
    assert run("drivers", *options, "sieve").err == run("drivers", *options, "lmtp").err == ""
