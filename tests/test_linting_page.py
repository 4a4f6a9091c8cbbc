"""docs/reference/linting.md shows what the commands print, and its files are those of the examples."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from cli.main import run
from tests import readme

PAGE = readme.REPOSITORY / "docs" / "reference" / "linting.md"
SITE = readme.REPOSITORY / "fixtures" / "linting"


def test_the_page_shows_what_the_commands_print(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(readme.REPOSITORY)
    text = PAGE.read_text("utf-8")
    assert readme.refreshed(text) == text, "run python tests/readme.py docs/reference/linting.md"


def test_the_project_file_on_the_page_is_that_of_the_examples() -> None:
    (shown,) = re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert shown == (SITE / ".pushnotif.toml").read_text("utf-8")


def test_the_baseline_of_the_examples_is_what_is_written_without_its_last_line(tmp_path: Path) -> None:
    copy = tmp_path / "linting"
    shutil.copytree(SITE, copy)
    (copy / "baseline.json").unlink()
    arguments = ["validate", "-q", "--baseline", str(copy / "baseline.json"), "--write-baseline"]
    assert run([*arguments, "--ignore", "PN301", str(copy / "dovecot.conf")]) == 0
    assert (copy / "baseline.json").read_text("utf-8") == (SITE / "baseline.json").read_text("utf-8")
