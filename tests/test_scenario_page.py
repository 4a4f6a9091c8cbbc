"""The page about scenarios says what is true: examples, outputs and the tables of keys."""

from __future__ import annotations

import json
import re

import pytest

from cli.main import run
from tests import scenario_page

PAGE = scenario_page.PAGE.read_text("utf-8")
SCHEMA = json.loads((scenario_page.REPOSITORY / "docs/schemas/scenario.schema.json").read_text())
KEYS = {key for table in SCHEMA["$defs"].values() for key in table.get("properties", ())}


def test_examples_and_outputs_are_those_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(scenario_page.REPOSITORY)
    assert scenario_page.refreshed(PAGE) == PAGE, "run python tests/scenario_page.py"


def test_every_example_is_on_the_page() -> None:
    names = sorted(path.stem for path in scenario_page.SCENARIOS.glob("*.toml"))
    assert sorted(scenario_page.fixtures_shown(PAGE)) == names


def test_the_mistake_is_reported_as_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(scenario_page.REPOSITORY)
    match = re.search(r"<!-- a mistake -->\n```console\n\$ pushnotif ([^\n]+)\n(.*?)```", PAGE, re.DOTALL)
    assert match is not None
    assert run(match[1].split()) == 2
    assert capsys.readouterr().err == match[2]


@pytest.mark.parametrize("name", sorted(KEYS))
def test_every_key_is_on_the_page(name: str) -> None:
    assert re.search(rf"`(?:[a-zA-Z.]*\.)?{name}(?:\.NAME)?`", PAGE)
