"""The driver on docs/contributing/add-a-driver.md can be installed, and its test passes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pages import blocks
from tests.readme import DOCS, REPOSITORY

BLOCKS = blocks((DOCS / "contributing" / "add-a-driver.md").read_text("utf-8"))


def write_project(folder: Path) -> None:
    for block in BLOCKS:
        if "file" in block.marks:
            (folder / Path(block.marks["file"]).name).write_text(block.text)


def test_the_test_on_the_page_passes(pytester: pytest.Pytester) -> None:
    write_project(pytester.path)
    (test,) = (block.text for block in BLOCKS if block.marks.get("test") == "driver")
    pytester.makepyfile(test_driver=test)
    pytester.syspathinsert()
    result = pytester.runpytest_inprocess("-q", "-p", "no:cacheprovider", "-p", "no:pushnotif")
    result.assert_outcomes(passed=1)


@pytest.mark.skipif(
    os.environ.get("PUSHNOTIF_TEST_INSTALL") != "1",
    reason="PUSHNOTIF_TEST_INSTALL=1 lets packages be installed",
)
def test_the_project_on_the_page_can_be_installed(tmp_path: Path) -> None:
    project, installed = tmp_path / "ticker", tmp_path / "installed"
    project.mkdir()
    write_project(project)
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(installed)]
    subprocess.run([*install, str(project)], check=True)
    done = subprocess.run(
        [sys.executable, "-m", "cli", "drivers", "-c", str(project / "dovecot.conf"), "--protocol", "lmtp"],
        env=os.environ | {"PYTHONPATH": f"{REPOSITORY}{os.pathsep}{installed}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "1. ticker  push_notification_driver" in done.stdout
