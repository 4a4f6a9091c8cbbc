"""The site that breaks, for each version."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dovecot.broken_setups.site import Site
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.processes import free_ports


@pytest.fixture(scope="session")
def endpoint_port() -> int:
    """Give the port of the endpoint: one for all tests, so that they can share servers."""
    return free_ports(1)[0]


@pytest.fixture(params=["2.3", "2.4"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def site(
    version: str,
    request: pytest.FixtureRequest,
    endpoint_port: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Site:
    """Give a site that isn't set up yet."""
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    return Site(version, start, capsys, tmp_path / "dovecot.conf", endpoint_port)
