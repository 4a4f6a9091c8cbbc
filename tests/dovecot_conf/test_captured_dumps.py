"""What a running doveconf printed and said of the texts in ``fixtures/captured/dumps.jsonl``."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from dovecot_conf import Version
from tests.fuzz.texts import Text
from tests.fuzz.verdicts import AFTER_ALL, ENVIRON, own_verdict, write

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
    verdict = own_verdict(main, text.version, None, ENVIRON, expanding="x" in call)
    assert verdict.error == expected["error"]
    assert verdict.has_warnings(expected["warnings"]), verdict.warnings
    if expected["error"] is None or AFTER_ALL.match(expected["error"]):
        assert verdict.output == expected["output"]
