"""What doveconf of 2.4 finds at the end of the file, captured, and what we find."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from dovecot_conf import Configuration, Severity, Version, loads
from dovecot_conf.checks24_table import CHECKS, SIEVE_SETTINGS, Own
from dovecot_conf.names import table
from dovecot_conf.syntax_rule import DAEMON_ONLY, V24_LINES
from dovecot_conf.syntax_rules import rule_named

CAPTURED = Path(__file__).parents[2] / "fixtures/captured/checks-2.4.jsonl"
CASES = [json.loads(line) for line in CAPTURED.read_text("utf-8").splitlines()]
CRASH = "Dovecot crashes"


def read(text: str) -> Configuration:
    return loads(text, filename="/etc/dovecot/dovecot.conf", version=Version.V24)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_first_error_and_the_warnings_are_doveconfs(case: dict[str, Any]) -> None:
    problems = [problem for problem in read(case["text"]).problems if DAEMON_ONLY not in problem.message]
    errors = [
        {"message": problem.message, "line": None if rule_named(problem.name).at_end else problem.span.line}
        for problem in problems
        if problem.severity is Severity.ERROR
    ]
    error = errors[0] if errors else None
    if error is not None and CRASH in error["message"]:
        error = {"message": CRASH, "line": None}
    assert error == case["error"]
    if error is None:
        warnings = {problem.message for problem in problems if problem.severity is Severity.WARNING}
        assert sorted(warnings) == case["warnings"]


def test_every_check_and_every_setting_in_the_table_exists() -> None:
    known = table(Version.V24).names
    for part in CHECKS:
        for check in part:
            if isinstance(check, Own):
                room, _, function = check.function.partition(".")
                assert callable(getattr(import_module(f"dovecot_conf.checks24_{room}"), function))
                assert set(f"{check.of} {check.anywhere}".split()) <= set(known)
            else:
                assert check.name in known
    assert {name for names in SIEVE_SETTINGS.values() for name in names} <= set(known)


ALL_AT_ONCE = """\
service anvil {
  vsz_limit = 1
  client_limit = 0
}
imap_client_workarounds = a delay-newmail
protocol imap {
  imap_client_workarounds {
    b = yes
  }
}
push_notification ox {
  url = ftp://host/
  ox_cache_ttl = 0
}
"""


def test_all_problems_are_reported_at_the_lines_to_blame() -> None:
    problems = read(V24_LINES + ALL_AT_ONCE).problems
    assert [(problem.span.line - 2, problem.name) for problem in problems] == [
        (5, "unknown-word"),
        (3, "service-value"),
        (2, "service-value"),
        (8, "unknown-word"),
        (12, "value-syntax"),
        (13, "value-range"),
    ]


def test_the_problem_of_a_block_without_a_line_of_its_own_is_where_it_opens() -> None:
    (problem,) = read(V24_LINES + "\nevent_exporter log {\n}\n").problems
    assert (problem.span.line, problem.message) == (4, "Exporter format name can't be empty")
