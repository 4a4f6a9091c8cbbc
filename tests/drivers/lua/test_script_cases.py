"""Scripts of mail_lua and of the lua driver, and METADATA that they change, beside 2.3 and 2.4 servers."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.dovecot.captures.scripts import cases
from tests.drivers.lua.played_scripts import played

FILE = Path(__file__).parents[3] / "fixtures" / "captured" / "scripts.jsonl.gz"
CAPTURED = {
    record["name"]: record
    for record in map(json.loads, gzip.decompress(FILE.read_bytes()).decode().split("\n")[:-1])
}
CASES = list(cases())
OF_ANOTHER_OWNER = ("closed-folder", "new-folder")


def test_every_case_is_captured() -> None:
    assert [case["name"] for case in CASES] == list(CAPTURED)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_a_script_is_run_as_in_the_running_server(case: dict[str, Any]) -> None:
    if case["name"].startswith(OF_ANOTHER_OWNER) and os.geteuid() != 0:
        pytest.skip("only root can make folders of another owner")
    captured = CAPTURED[case["name"]]
    result = played(case)
    assert result["log"] == captured["log"]
    assert result["dict"] == captured["dict"]
