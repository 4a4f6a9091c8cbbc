"""Fixtures that run a real Dovecot beside us; without one, the tests that want it are skipped.

With ``PUSHNOTIF_REQUIRE_DOVECOT=1`` in the environment they fail instead of being skipped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.dovecot.harness.installations import UnavailableError, find_23, find_24
from tests.dovecot.harness.listener import HttpListener
from tests.dovecot.harness.pool import DovecotFactory, Pool
from tests.dovecot.harness.server import Dovecot
from tests.dovecot.harness.setups import PLUGINS, Setup, settings_text
from tests.dovecot.metadata_sides import MakeSides, Sides, make_sides

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.dovecot)


def unavailable(reason: str) -> NoReturn:
    if os.environ.get("PUSHNOTIF_REQUIRE_DOVECOT") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def dovecot23_pool() -> Iterator[Pool | UnavailableError]:
    try:
        pool = Pool(find_23())
    except UnavailableError as error:
        yield error
        return
    try:
        yield pool
    finally:
        pool.close()


@pytest.fixture(scope="session")
def dovecot24_pool() -> Iterator[Pool | UnavailableError]:
    try:
        pool = Pool(find_24(os.environ))
    except UnavailableError as error:
        yield error
        return
    try:
        yield pool
    finally:
        pool.close()


@pytest.fixture
def dovecot23(dovecot23_pool: Pool | UnavailableError) -> DovecotFactory:
    """Start a real 2.3 server: ``server = dovecot23("push_notification_driver = dlog")``."""
    return factory(dovecot23_pool)


@pytest.fixture
def dovecot24(dovecot24_pool: Pool | UnavailableError) -> DovecotFactory:
    """Start a real 2.4 server: ``server = dovecot24("push_notification dlog {\\n}")``."""
    return factory(dovecot24_pool)


@pytest.fixture(params=["2.3", "2.4"])
def dovecot(request: pytest.FixtureRequest) -> DovecotFactory:
    """Run the test with each version; for setups that need no push settings of their own."""
    pool: Pool | UnavailableError = request.getfixturevalue(f"dovecot{request.param.replace('.', '')}_pool")
    return factory(pool)


def factory(pool: Pool | UnavailableError) -> DovecotFactory:
    """Return what starts servers from ``pool``; skip (or fail) the test without an installation."""
    if isinstance(pool, UnavailableError):
        unavailable(str(pool))

    def start(
        push: str | Mapping[str, str] = "",
        *,
        extra: str = "",
        base: str = "",
        plugins: tuple[str, ...] | None = PLUGINS,
        files: Mapping[str, str] | None = None,
        attribute_dict: str = "",
        userdb: str = "",
    ) -> Dovecot:
        named = tuple((files or {}).items())
        return pool.get(Setup(settings_text(push), extra, base, plugins, named, attribute_dict, userdb))

    return start


@pytest.fixture(scope="session")
def http_listener_for_session() -> Iterator[HttpListener]:
    with HttpListener() as listener:
        yield listener


@pytest.fixture
def http_listener(http_listener_for_session: HttpListener) -> HttpListener:
    """Give a real HTTP listener on 127.0.0.1: one port for all tests, requests and answers fresh."""
    http_listener_for_session.reset()
    return http_listener_for_session


@pytest.fixture
def sides(
    dovecot: DovecotFactory,
    tmp_path: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> MakeSides:
    """Start a server with ``extra`` settings, pushnotif and doveadm beside each other on it."""

    def make(**settings: Any) -> Sides:
        return make_sides(dovecot, tmp_path, capfdbinary, monkeypatch, **settings)

    return make
