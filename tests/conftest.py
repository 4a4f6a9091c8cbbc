"""Fixtures for all tests: pytest's own ``pytester``, and our ``dovecot_push``."""

from __future__ import annotations

import pytest

from drivers import pytest_plugin

pytest_plugins = ["pytester"]


def pytest_configure(config: pytest.Config) -> None:
    """Have the plugin also where pushnotif isn't installed, or was before there was one."""
    if not config.pluginmanager.is_registered(pytest_plugin):
        config.pluginmanager.register(pytest_plugin, "pushnotif")
