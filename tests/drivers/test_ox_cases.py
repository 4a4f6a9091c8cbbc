"""Notifications for 56 mails, beside the requests that running 2.3.19.1 and 2.4.1 servers sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dovecot_conf import PushConfig
from mailstore.state import MailboxState
from tests.drivers.doubles import FakeClock, ScriptedTransport, push_config, push_config_24, simulate

REFERENCE = Path(__file__).parents[2] / "fixtures" / "reference"
CASES = [
    json.loads(line)
    for line in (REFERENCE / "ox-cases.jsonl").read_text(encoding="utf-8").split("\n")
    if line
]


def config_23(options: str) -> PushConfig:
    return push_config(f"push_notification_driver = ox:{options.replace('%', '%%')}")


def config_24(options: str) -> PushConfig:
    url, *words = options.removeprefix("url=").split(" ")
    from_metadata = "yes" if any(word.startswith("user_from_metadata") for word in words) else "no"
    return push_config_24(
        f'push_notification ox {{\n  url = "{url}"\n  user_from_metadata = {from_metadata}\n}}'
    )


def request_for(case: dict[str, Any], push: PushConfig) -> dict[str, Any]:
    transport = ScriptedTransport(FakeClock())
    simulate(
        push,
        user=case["user"],
        metadata=lambda entry: str(case["metadata"]),
        mailbox=MailboxState(
            "INBOX", case["uidvalidity"], uid=case["unseen_before"] + 1, unseen=case["unseen_before"]
        ),
        mail=(REFERENCE / case["file"]).read_bytes().replace(b"\r\n", b"\n"),
        transport=transport,
    )
    (request,) = transport.requests
    return {
        "method": request.method,
        "path": request.url.target,
        "headers": without_date(request.headers),
        "body": request.body.decode(),
    }


def without_date(headers: Any) -> list[list[str]]:
    return [list(header) for header in headers if header[0] != "Date"]


def test_all_cases_are_there() -> None:
    assert len(CASES) == 56
    assert [case["file"] for case in CASES if case["request_24"] is None] == ["ox-cases/47-noslash-auth.eml"]


@pytest.mark.parametrize("case", [pytest.param(case, id=Path(case["file"]).stem) for case in CASES])
def test_the_request_is_that_of_23(case: dict[str, Any]) -> None:
    expected = case["request"] | {"headers": without_date(case["request"]["headers"])}
    assert request_for(case, config_23(case["options"])) == expected


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=Path(case["file"]).stem) for case in CASES if case["request_24"]]
)
def test_the_request_is_that_of_24(case: dict[str, Any]) -> None:
    expected = case["request_24"] | {"headers": without_date(case["request_24"]["headers"])}
    assert request_for(case, config_24(case["options"])) == expected
