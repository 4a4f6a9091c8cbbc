"""Dovecot refuses its configuration, and no mail comes in any more."""

from __future__ import annotations

import pytest

from tests.dovecot.broken_setups.site import Said, Site, follow
from tests.dovecot.harness.server import StartError
from tests.dovecot.harness.setups import ROOT_MARK


def refused(site: Site, setup: str) -> Said:
    """See that neither the server nor the doctor takes a setup, for the same reason."""
    with pytest.raises(StartError) as error:
        site.set_up(setup)
    said = site.stops_at("configuration")
    told = said.seen.removeprefix("Dovecot refuses it: ").partition(" (and ")[0]
    assert told.replace(str(site.configuration), f"{ROOT_MARK}/dovecot.conf") in error.value.written
    return said


def test_a_brace_that_is_not_closed(site: Site) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
        said = refused(site, "brace-not-closed")
        assert said.seen.startswith("Dovecot refuses it: Missing '}'")
        assert said.remedy[0] == "close the section with a `}` on a line of its own"
        # Where it is missing only who wrote it knows; a command can put it at the end.
        if site.version == "2.3":
            follow(said.remedy[1])
            site.take_over()
        else:
            site.edit(lambda push: push.replace("mail_plugins {", "}\nmail_plugins {"))
        site.works()


BLOCKS = {
    "2.3": ("plugin {\n", "push_notification_driver = ", "write it into plugin { }"),
    "2.4": ("push_notification ox {\n", "ox_url = ", "write it into the block 'push_notification ox {'"),
}


def test_a_setting_outside_of_its_block(site: Site) -> None:
    block, setting, remedy = BLOCKS[site.version]
    with site.endpoint():
        site.set_up("working")
        site.works()
        said = refused(site, "setting-outside-its-block")
        assert said.remedy[0] == remedy
        line = next(line for line in site.push.splitlines() if line.startswith(setting))
        rest = site.push.replace(f"{line}\n", "")
        inside = f"{block}{line}\n"
        site.run(rest.replace(block, inside) if block in rest else f"{rest}{inside}}}\n")
        site.works()


def test_a_driver_that_is_written_as_in_the_other_version(site: Site) -> None:
    with site.endpoint():
        site.set_up("working")
        site.works()
        # Which version runs can't be seen from the files.
        site.options += ("--dovecot-version", site.version)
        said = refused(site, "setting-of-another-version")
        shape = {"2.3": "push_notification_driver = NAME:OPTIONS", "2.4": "'push_notification NAME {'"}
        assert shape[site.version] in said.remedy[0]
        site.set_up("working")
        site.works()
