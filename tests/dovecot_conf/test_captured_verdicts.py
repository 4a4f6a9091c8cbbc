"""What a running doveconf said of the texts in ``fixtures/captured/verdicts.jsonl``, and what we say."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from dovecot_conf import Severity, Version, loads
from dovecot_conf.syntax_rule import DAEMON_ONLY
from dovecot_conf.syntax_rules import rule_named

CAPTURED = Path(__file__).parents[2] / "fixtures/captured/verdicts.jsonl"
CASES = [json.loads(line) for line in CAPTURED.read_text("utf-8").splitlines()]
CRASH = "Dovecot crashes"


def content(case: dict[str, Any]) -> bytes:
    return base64.b64decode(case["text_b64"]) if "text_b64" in case else case["text"].encode()


def comparable(error: dict[str, Any] | None) -> dict[str, Any] | None:
    """The number of a service without a name depends on the packages that were installed."""
    return error and error | {"message": re.sub("Service #[0-9]+", "Service #…", error["message"])}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']}@{case['version']}")
def test_the_first_error_and_the_warnings_are_doveconfs(case: dict[str, Any]) -> None:
    configuration = loads(
        content(case), filename="/etc/dovecot/dovecot.conf", version=Version(case["version"])
    )
    problems = [problem for problem in configuration.problems if DAEMON_ONLY not in problem.message]
    errors = [
        {
            "message": problem.message,
            "line": None if rule_named(problem.name).at_end else problem.span.line,
        }
        for problem in problems
        if problem.severity is Severity.ERROR
    ]
    warnings = [problem.message for problem in problems if problem.severity is Severity.WARNING]
    if case["error"] and case["error"]["message"] == CRASH:
        assert CRASH in errors[0]["message"]
    else:
        assert comparable(errors[0] if errors else None) == comparable(case["error"])
    assert warnings == case["warnings"]
