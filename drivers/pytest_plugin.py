"""The pytest plugin ``pushnotif``: the fixture ``dovecot_push`` for tests of Lua push scripts.

pytest loads it wherever pushnotif is installed, so it imports nothing else
before the fixture is used.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from drivers.testing import PushFactory

_FACTORY = pytest.StashKey["PushFactory"]()
_SECTION = "log of Dovecot (pushnotif)"


@pytest.fixture
def dovecot_push(request: pytest.FixtureRequest) -> PushFactory:
    """Make a Dovecot to test a push script with: ``push = dovecot_push(script="push.lua")``."""
    from drivers.testing import PushFactory  # noqa: PLC0415 - only for tests that use it

    factory = PushFactory(request.path.parent, request.config.rootpath)
    request.node.stash[_FACTORY] = factory
    return factory


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what Dovecot would have logged below a test that fails."""
    report = yield
    factory = item.stash.get(_FACTORY, None)
    if report.failed and factory is not None and (lines := list(factory.log())):
        report.sections.append((_SECTION, "\n".join(lines)))
    return report
