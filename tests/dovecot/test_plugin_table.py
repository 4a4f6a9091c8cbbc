"""The tables of plugins beside the modules of the real servers."""

from __future__ import annotations

import os

import pytest

from tests.dovecot.capture_plugins import DATA, Modules, row
from tests.dovecot.conftest import unavailable
from tests.dovecot.harness.installations import UnavailableError, find_23, find_24

pytestmark = pytest.mark.dovecot

SOME = ("imap_quota", "mail_log", "push_notification_lua", "sieve")


@pytest.fixture(params=["2.3", "2.4"])
def modules(request: pytest.FixtureRequest) -> Modules:
    try:
        return Modules(find_23() if request.param == "2.3" else find_24(os.environ))
    except UnavailableError as error:
        unavailable(str(error))


def written(modules: Modules) -> dict[str, str]:
    text = (DATA / f"plugins-{modules.installation.version}.txt").read_text("utf-8")
    return {line.partition("\t")[0]: line for line in text.splitlines() if not line.startswith("#")}


def test_every_module_of_the_server_is_in_the_table(modules: Modules) -> None:
    assert set(modules.files) == set(written(modules))


@pytest.mark.parametrize("plugin", SOME)
def test_a_plugin_loads_where_and_with_what_the_table_says(modules: Modules, plugin: str) -> None:
    assert "\t".join(row(modules, plugin)) == written(modules)[plugin]
