"""docs/rules/ is what the docstrings of the rules say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.main import run
from cli.render.rule_pages import pages
from dovecot_conf.lint.entries import entries
from drivers.rules import all_rules

FOLDER = Path(__file__).parents[1] / "docs" / "rules"
COMMAND = "run pushnotif rules --output-dir docs/rules"
PAGES = pages(entries(all_rules()))


def test_there_is_a_page_for_each_rule_and_no_other() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES), COMMAND


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_docstring_says(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == PAGES[name], COMMAND


def test_the_list_links_every_page() -> None:
    linked = re.findall(r"\]\((PN\d{3}\.md)\)", PAGES["README.md"])
    assert ["README.md", *linked] == list(PAGES)


def test_pages_of_rules_that_are_no_more_go_and_other_files_stay(tmp_path: Path) -> None:
    for name in ("PN999.md", "notes.md"):
        (tmp_path / name).write_text("old")
    assert run(["rules", "--output-dir", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {*PAGES, "notes.md"}


def test_the_page_of_one_rule_is_shown_as_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "PN301", "--format", "markdown"]) == 0
    assert capsys.readouterr().out == PAGES["PN301.md"]


@pytest.mark.parametrize("arguments", [["PN301"], ["--format", "json"]])
def test_pages_are_written_for_all_rules_only(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rules", *arguments, "--output-dir", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
