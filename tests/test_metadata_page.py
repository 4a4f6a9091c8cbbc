"""docs/reference/metadata.md shows what the commands print."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import readme

PAGE = readme.REPOSITORY / "docs" / "reference" / "metadata.md"


def test_the_page_shows_what_the_commands_print(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(readme.REPOSITORY)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    text = PAGE.read_text("utf-8")
    assert readme.refreshed(text) == text, "run python tests/readme.py docs/reference/metadata.md"
