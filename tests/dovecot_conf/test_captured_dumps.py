"""What a running doveconf printed and said of the texts in ``fixtures/captured/dumps.jsonl``."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from dovecot_conf import Severity, Version, load
from dovecot_conf.syntax_rule import SAID_BY_DAEMONS
from tests.fuzz.compare import Difference, Part
from tests.fuzz.explained import explain
from tests.fuzz.texts import Text
from tests.fuzz.verdicts import AFTER_ALL, ENVIRON, SHOWN_FOLDER, own_verdict, write

CAPTURED = Path(__file__).parents[2] / "fixtures/captured/dumps.jsonl"
CASES = [json.loads(line) for line in CAPTURED.read_text("utf-8").splitlines()]
CALLS = [(case, call) for case in CASES for call in case["calls"]]


def text_of(case: dict[str, Any]) -> Text:
    files = {
        name: content.encode() if isinstance(content, str) else base64.b64decode(content["base64"])
        for name, content in case["files"].items()
    }
    return Text(Version(case["version"]), files.pop("dovecot.conf"), files)


def identify(part: object) -> str:
    return f"{part['version']}-{part['id']}" if isinstance(part, dict) else str(part)


@pytest.mark.parametrize(("case", "call"), CALLS, ids=identify)
def test_verdict_warnings_and_settings_are_doveconfs(case: dict[str, Any], call: str, tmp_path: Path) -> None:
    text, expected = text_of(case), case["calls"][call]
    main = write(text, tmp_path)
    expanding = "x" in call
    verdict = own_verdict(main, text.version, None, ENVIRON, expanding=expanding)
    if verdict.error != expected["error"]:
        said = expected["error"] or "", verdict.error or ""
        assert explain(Difference(Part.ERROR, *said, expanding)) is not None
    assert verdict.has_warnings(expected["warnings"]), verdict.warnings
    if expected["error"] is None or AFTER_ALL.match(expected["error"]):
        assert verdict.output == expected["output"]


@pytest.mark.parametrize("case", [case for case in CASES if "warnings_for_daemons" in case], ids=identify)
def test_the_warnings_of_the_daemons_are_all_of_ours(case: dict[str, Any], tmp_path: Path) -> None:
    text = text_of(case)
    main = write(text, tmp_path)
    problems = load(main, version=text.version, environ=ENVIRON).problems
    warnings = [problem for problem in problems if problem.severity is Severity.WARNING]
    assert [
        problem.message.removesuffix(SAID_BY_DAEMONS).replace(str(tmp_path), SHOWN_FOLDER)
        for problem in warnings
    ] == case["warnings_for_daemons"]
