"""The README says what is true: its tour prints what it shows, its commands exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import readme


def test_the_tour_shows_what_the_commands_print(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(readme.REPOSITORY)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("PUSHNOTIF_CONFIG", raising=False)
    shown = readme.steps(readme.README.read_text("utf-8"))
    assert len(shown) >= 5
    for step in shown:
        assert readme.output_of(step.command) == step.output, f"run python tests/readme.py: {step.command}"


@pytest.mark.parametrize("name", ["demo", "tests"])
def test_each_of_the_two_commands_is_one_line_to_paste(name: str) -> None:
    text = readme.README.read_text("utf-8")
    block = text.partition(f"<!-- command: {name} -->\n```sh\n")[2].partition("```")[0]
    assert block.count("\n") == 1
    assert block.startswith("python3 -m venv .venv && ")
