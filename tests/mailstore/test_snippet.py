from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailstore.charset import replace_invalid_utf8
from mailstore.message import Message, read_message
from mailstore.snippet import snippet

REFERENCE = Path(__file__).parents[2] / "fixtures" / "reference"
CASES = [json.loads(line) for line in (REFERENCE / "ox-cases.jsonl").read_text("utf-8").splitlines()]


def seen(message: Message) -> dict[str, str]:
    headers = {name: message.header(name) for name in ("from", "subject")}
    shown = {name: replace_invalid_utf8(value) for name, value in headers.items() if value is not None}
    return shown | {"snippet": snippet(message)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: Path(case["file"]).stem)
def test_from_subject_and_snippet_are_those_of_the_real_notification(case: dict[str, object]) -> None:
    message = read_message(REFERENCE / str(case["file"])).stored("lmtp")
    body = json.loads(case["request"]["body"])  # type: ignore[index]
    assert seen(message) == {name: body[name] for name in ("from", "subject", "snippet") if name in body}
