"""Fixtures for all tests: ``pytester``, our ``dovecot_push``, a real Redis, and a Ctrl-C that arrives."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from drivers import pytest_plugin
from tests.redis_server import RedisServer, find_redis_server

pytest_plugins = ["pytester"]


def pytest_configure(config: pytest.Config) -> None:
    """Have the plugin also where pushnotif isn't installed, or was before there was one."""
    if not config.pluginmanager.is_registered(pytest_plugin):
        config.pluginmanager.register(pytest_plugin, "pushnotif")


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_reaches_commands() -> None:
    """Started in the background, tests ignore SIGINT, and so would the commands that they start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _the_same_inside_of_actions() -> None:
    """Inside GitHub Actions commands would show annotations where tests expect text."""
    os.environ.pop("GITHUB_ACTIONS", None)


@pytest.fixture(scope="session")
def redis_for_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    program = find_redis_server()
    if program is None:
        reason = "no redis-server: apt-get install redis-server"
        if os.environ.get("PUSHNOTIF_REQUIRE_DOVECOT") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with RedisServer(program, tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis_server(redis_for_session: RedisServer) -> RedisServer:
    """Give a real Redis of our own, with nothing in it: one for all tests."""
    redis_for_session.reset()
    return redis_for_session
