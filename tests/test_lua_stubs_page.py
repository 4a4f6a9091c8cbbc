"""The page about Lua scripts names every file that `pushnotif lua stubs` writes."""

from __future__ import annotations

from pathlib import Path

from cli.main import run
from drivers.lua.stubs import KINDS
from tests.readme import DOCS

PAGE = (DOCS / "how-to" / "test-a-lua-script.md").read_text("utf-8")


def test_all_files_are_on_the_page(tmp_path: Path) -> None:
    assert run(["lua", "stubs", "--output", str(tmp_path)]) == 0
    made = {path.name for path in tmp_path.iterdir()}
    assert len(made) == len(KINDS)
    assert all(f"`{name}`" in PAGE for name in made)
    assert all(f"`{kind}`" in PAGE for kind in KINDS)
