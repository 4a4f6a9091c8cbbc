"""docs/contributing/rooms.md is a map of what is there: each file, and each name in it."""

from __future__ import annotations

import re

import pytest

from tests.readme import DOCS, REPOSITORY

PAGE = (DOCS / "contributing" / "rooms.md").read_text("utf-8")
STEPS = re.findall(r"^\| \d+ \| `([^`]+)` \| (.*) \|$", PAGE, re.MULTILINE)
PLACES = re.findall(r"^\| [^|`]+ \| (`[^|]*) \|$", PAGE.partition("## Where what lives")[2], re.MULTILINE)


@pytest.mark.parametrize(("file", "told"), STEPS)
def test_the_names_of_a_step_are_in_its_file(file: str, told: str) -> None:
    text = (REPOSITORY / file).read_text("utf-8")
    name = re.match(r"`([\w.]+)`", told)
    assert name is not None
    for part in name[1].split("."):
        assert re.search(rf"^\s*(?:def|class) {part}\b", text, re.MULTILINE)


@pytest.mark.parametrize("place", PLACES)
def test_the_places_exist(place: str) -> None:
    folder = ""
    for pattern in re.findall(r"`([^`]+)`", place):
        folder = pattern.rpartition("/")[0] or folder
        assert any(REPOSITORY.glob(pattern if "/" in pattern else f"{folder}/{pattern}")), pattern


def test_the_map_is_there() -> None:
    assert len(STEPS) == 22
    assert len(PLACES) >= 10
