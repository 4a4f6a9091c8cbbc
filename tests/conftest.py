"""What holds for all tests."""

from __future__ import annotations

import signal

import pytest


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_reaches_commands() -> None:
    """Started in the background, tests ignore SIGINT, and so would the commands that they start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
