"""The baseline that docs/reference/linting.md shows is one that was written."""

from __future__ import annotations

import shutil
from pathlib import Path

from cli.main import run
from tests import readme

SITE = readme.REPOSITORY / "fixtures" / "linting"


def test_the_baseline_of_the_examples_is_what_is_written_without_its_last_line(tmp_path: Path) -> None:
    copy = tmp_path / "linting"
    shutil.copytree(SITE, copy)
    (copy / "baseline.json").unlink()
    arguments = ["validate", "-q", "--baseline", str(copy / "baseline.json"), "--write-baseline"]
    assert run([*arguments, "--ignore", "PN301", str(copy / "dovecot.conf")]) == 0
    assert (copy / "baseline.json").read_text("utf-8") == (SITE / "baseline.json").read_text("utf-8")
