"""The page about the example scripts says what is true: its commands print what it shows."""

from __future__ import annotations

import pytest

from tests import lua_examples_page, readme

PAGE = lua_examples_page.PAGE.read_text("utf-8")


def test_the_outputs_are_those_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(lua_examples_page.REPOSITORY)
    assert len(readme.steps(PAGE)) == 5
    assert readme.refreshed(PAGE) == PAGE, "run python tests/lua_examples_page.py"
