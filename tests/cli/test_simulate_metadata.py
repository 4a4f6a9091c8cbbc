"""What a script does with METADATA in `pushnotif simulate`: which store it changes, and which not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome, Run

SCRIPT = """
local function said(...)
  local parts = table.pack(...)
  for number = 1, parts.n do parts[number] = tostring(parts[number]) end
  dovecot.i_info(table.concat(parts, " "))
end
function dovecot_lua_notify_begin_txn(user)
  said("seen", user:metadata_get("/private/vendor/seen"))
  said(pcall(user.metadata_set, user, "/private/vendor/seen", "yes"))
  said("now", user:metadata_get("/private/vendor/seen"))
  said("given", user:metadata_get("/private/vendor/given"))
  user:metadata_set("/private/vendor/given", "changed")
  said("given", user:metadata_get("/private/vendor/given"))
  local names = {}
  for name in pairs(user:metadata_list("/private/vendor/")) do names[#names + 1] = name end
  table.sort(names)
  said(table.concat(names, " "))
end
function dovecot_lua_notify_event_message_new(context, event) end
function dovecot_lua_notify_end_txn(context, success) end
"""
OVERLAY = ("--metadata", "/private/vendor/given=for the run")
ALL_SAID = [
    "seen nil",
    "true",
    "now yes",
    "given for the run",
    "given changed",
    "/private/vendor/given /private/vendor/seen",
]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "push.lua").write_text(SCRIPT)
    for part in ("cur", "new", "tmp"):
        (tmp_path / "mail" / "bob" / part).mkdir(parents=True)
    (tmp_path / "mail" / "bob" / "dovecot-uidlist").write_text(f"3 V1700000000 N1 G{'1' * 32}\n")
    return write_site(tmp_path, f"mail_attribute_dict = file:{tmp_path}/%u.dict")


def write_site(folder: Path, attributes: str) -> Path:
    path = folder / "dovecot.conf"
    path.write_text(
        f"""mail_plugins = notify push_notification mail_lua push_notification_lua
mail_location = maildir:{folder}/mail/%u
{attributes}
userdb {{
  driver = static
  args = home={folder}/home/%u
}}
plugin {{
  push_notification_driver = lua:file={folder}/push.lua
}}
"""
    )
    return path


def said(outcome: Outcome) -> list[str]:
    log = json.loads(outcome.out)["log"]
    return [line["message"] for line in log if line["level"] == "Info"]


def simulate(run: Run, site: Path, *options: str) -> Outcome:
    return run("simulate", "message-new", "-c", site, "-u", "bob", "--format", "json", *options)


def test_a_script_changes_the_configured_store(run: Run, site: Path) -> None:
    assert said(simulate(run, site, *OVERLAY)) == ALL_SAID
    stored = run("metadata", "get", "-c", site, "-u", "bob", "-s", "", "/private/vendor/seen")
    assert (stored.code, stored.out) == (0, "yes\n")
    assert said(simulate(run, site, *OVERLAY))[0] == "seen yes"


def test_what_is_given_for_the_run_is_never_written(run: Run, site: Path) -> None:
    simulate(run, site, *OVERLAY)
    assert "given" not in (site.parent / "bob.dict").read_text()


def test_a_dry_run_changes_nothing_on_disk(run: Run, site: Path) -> None:
    assert said(simulate(run, site, *OVERLAY, "--dry-run")) == ALL_SAID
    assert not (site.parent / "bob.dict").exists()


def test_many_sessions_write_one_after_the_other(run: Run, site: Path) -> None:
    outcome = run(
        *("simulate", "message-new", "-c", site, "-u", "bob", *OVERLAY),
        *("--count", "20", "--concurrency", "4"),
    )
    assert outcome.code == 0
    names = run("metadata", "list", "-c", site, "-u", "bob", "-s", "", "/private/vendor")
    assert names.out.split() == ["/seen"]


def test_a_user_without_mailboxes_gets_none_but_keeps_values_for_the_run(run: Run, site: Path) -> None:
    outcome = run(
        *("simulate", "message-new", "-c", site, "-u", "eve", "--format", "json", *OVERLAY),
        "--mailbox",
        "Work",
    )
    assert said(outcome) == ALL_SAID
    assert not (site.parent / "mail" / "eve").exists()
    assert not (site.parent / "eve.dict").exists()


def test_without_a_dict_a_script_hears_that_metadata_is_not_enabled(run: Run, site: Path) -> None:
    outcome = simulate(run, write_site(site.parent, ""))
    assert outcome.code == 1
    errors = [line["message"] for line in json.loads(outcome.out)["log"] if line["level"] == "Error"]
    assert errors[0].startswith(
        "lua: lua_pcall(dovecot_lua_notify_begin_txn, 1, 1) failed: Mailbox attributes not enabled\n"
    )
    assert "no mail_attribute_dict" in outcome.err


def test_a_scenario_has_metadata_of_its_own(run: Run, site: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.toml"
    scenario.write_text(
        'version = 1\n[users.bob]\nmetadata = { "/private/vendor/given" = "in the file" }\n'
        "[users.bob.mailboxes.INBOX]\nuidvalidity = 1700000000\n"
        '[[sessions]]\nprotocol = "lmtp"\nuser = "bob"\n'
        'actions = [{ deliver = "INBOX", message = { subject = "x" } }]\n'
    )
    outcome = run("simulate", "-c", site, "--scenario", scenario)
    assert "given in the file" in outcome.out, outcome.err
    assert not (site.parent / "bob.dict").exists()
