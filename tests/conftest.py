"""Fixtures for all tests: pytest's own ``pytester``, our ``dovecot_push``, and a Ctrl-C that arrives."""

from __future__ import annotations

import signal

import pytest

from drivers import pytest_plugin

pytest_plugins = ["pytester"]


def pytest_configure(config: pytest.Config) -> None:
    """Have the plugin also where pushnotif isn't installed, or was before there was one."""
    if not config.pluginmanager.is_registered(pytest_plugin):
        config.pluginmanager.register(pytest_plugin, "pushnotif")


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_reaches_commands() -> None:
    """Started in the background, tests ignore SIGINT, and so would the commands that they start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
