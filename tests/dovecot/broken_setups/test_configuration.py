"""Dovecot refuses its configuration, and no mail comes in any more."""

from __future__ import annotations

import pytest

from tests.dovecot.broken_setups.site import Site
from tests.dovecot.harness.server import StartError
from tests.dovecot.harness.setups import ROOT_MARK


@pytest.mark.parametrize(
    "setup", ["brace-not-closed", "setting-of-another-version", "setting-outside-its-block"]
)
def test_a_configuration_that_is_refused(site: Site, setup: str) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
        with pytest.raises(StartError) as refused:
            site.set_up(setup)
        if setup == "setting-of-another-version":
            # Which version runs can't be seen from the file.
            site.options += ("--dovecot-version", site.version)
        said = site.stops_at("configuration")
        told = said.seen.removeprefix("Dovecot refuses it: ").partition(" (and ")[0]
        assert told.replace(str(site.configuration), f"{ROOT_MARK}/dovecot.conf") in refused.value.written
        assert said.remedy[0]
        site.set_up("working")
        site.works()
