"""The two commands of the README; what else it shows is checked with the other pages."""

from __future__ import annotations

import pytest

from tests import readme


@pytest.mark.parametrize("name", ["demo", "tests"])
def test_each_of_the_two_commands_is_one_line_to_paste(name: str) -> None:
    text = readme.README.read_text("utf-8")
    block = text.partition(f"<!-- command: {name} -->\n```sh\n")[2].partition("```")[0]
    assert block.count("\n") == 1
    assert block.startswith("python3 -m venv .venv && ")
