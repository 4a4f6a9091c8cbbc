"""The two commands of the README; what else it shows is checked with the other pages."""

from __future__ import annotations

import pytest

from tests import readme


def command(name: str) -> str:
    text = readme.README.read_text("utf-8")
    return text.partition(f"<!-- command: {name} -->\n```sh\n")[2].partition("```")[0]


@pytest.mark.parametrize("name", ["demo", "tests"])
def test_each_of_the_two_commands_is_one_line_to_paste(name: str) -> None:
    assert command(name).count("\n") == 1
    assert command(name).startswith("python3 -m venv .venv && ")


def test_the_tests_are_started_alike_everywhere() -> None:
    pytest_with_options = command("tests").partition(" -m pytest ")[2].strip()
    for name in (".github/workflows/ci.yml", "docs/contributing/rooms.md"):
        assert f"python -m pytest {pytest_with_options}" in (readme.REPOSITORY / name).read_text("utf-8")
