"""Sites for the tests of the doctor."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dovecot_conf import Version
from tests.drivers.doctor.patients import Site

MakeSite = Callable[..., Site]


@pytest.fixture(params=list(Version), ids=str)
def version(request: pytest.FixtureRequest) -> Version:
    """Run the test with both versions."""
    found: Version = request.param
    return found


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that every user may use, which pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="pushnotif-doctor-") as name:
        path = Path(name)
        path.chmod(0o777)
        yield path


@pytest.fixture
def site(folder: Path, version: Version) -> MakeSite:
    """Make a site of a version: ``site(lmtp="notify", drivers=("dlog",))``."""

    def make(**settings: Any) -> Site:
        return Site(folder, version, **settings)

    return make
