"""What the page about Lua scripts says of stubs is what the commands print and write."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.main import run
from drivers.lua.stubs import KINDS

PAGE = (Path(__file__).parents[1] / "docs" / "how-to" / "test-a-lua-script.md").read_text("utf-8")
BLOCK = re.compile(r"<!-- stubs: (\w+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [(match[1], match[2]) for match in BLOCK.finditer(PAGE)]


def block(name: str) -> str:
    (found,) = [text for label, text in BLOCKS if label == name]
    return found


def command_and_output(name: str) -> tuple[list[str], str]:
    command, _, output = block(name).removeprefix("$ ").partition("\n")
    return shlex.split(command), output


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return a folder with the script of the page and what the command of the page wrote."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "push.lua").write_text(block("script"))
    command, output = command_and_output("write")
    assert run(command[1:]) == 0
    assert capsys.readouterr().err == output
    return tmp_path


def test_annotations_have_the_lines_of_the_page(folder: Path) -> None:
    shown = [text for label, text in BLOCKS if label == "annotations"]
    written = (folder / "dovecot-2.4.lua").read_text()
    assert len(shown) == 2
    assert all(f"\n{text}" in written for text in shown)


@pytest.mark.skipif(shutil.which("luacheck") is None, reason="luacheck is not installed")
def test_luacheck_finds_what_the_page_says(folder: Path) -> None:
    command, output = command_and_output("luacheck")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stdout.rstrip() == output.rstrip()


def test_all_files_are_on_the_page(folder: Path) -> None:
    made = {path.name for path in folder.iterdir()} - {"push.lua"}
    assert len(made) == len(KINDS)
    assert all(f"`{name}`" in PAGE for name in made)
    assert all(f"`{kind}`" in PAGE for kind in KINDS)
