"""What the page about Lua scripts shows of `pushnotif lua check` is what it prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from cli.main import run

PAGE = (Path(__file__).parents[1] / "docs" / "how-to" / "test-a-lua-script.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"<!-- check: (\w+) -->\n```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


def test_the_run_on_the_page_is_real(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "push.lua").write_text(BLOCKS["script"])
    command, _, output = BLOCKS["run"].removeprefix("$ ").partition("\n")
    assert run(shlex.split(command)[1:]) == 1
    shown = capfd.readouterr()
    assert shown.err + shown.out == output
