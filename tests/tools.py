"""Programs that some tests need, and that not every machine has."""

from __future__ import annotations

import os
import shutil

import pytest


def needed(program: str, package: str = "") -> str:
    """Return the path of a program; skip the test without it, or fail where all must run."""
    found = shutil.which(program)
    if found is not None:
        return found
    reason = f"no {program}: apt-get install {package or program}"
    if os.environ.get("PUSHNOTIF_REQUIRE_TOOLS") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
