"""The page about scenarios has every example and every key."""

from __future__ import annotations

import json
import re

import pytest

from tests.pages import blocks
from tests.readme import DOCS, REPOSITORY

PAGE = (DOCS / "reference" / "scenarios.md").read_text("utf-8")
SCHEMA = json.loads((DOCS / "schemas" / "scenario.schema.json").read_text())
KEYS = {key for table in SCHEMA["$defs"].values() for key in table.get("properties", ())}
SCENARIOS = REPOSITORY / "fixtures" / "scenarios"


def test_every_example_is_on_the_page() -> None:
    shown = {block.marks.get("shows") for block in blocks(PAGE)}
    assert {str(path.relative_to(REPOSITORY)) for path in SCENARIOS.glob("*.toml")} <= shown


@pytest.mark.parametrize("name", sorted(KEYS))
def test_every_key_is_on_the_page(name: str) -> None:
    assert re.search(rf"`(?:[a-zA-Z.]*\.)?{name}(?:\.NAME)?`", PAGE)
