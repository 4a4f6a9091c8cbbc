"""A branch for each protocol that mails come in by: what a process of it does about a notification."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from drivers.doctor import delivery, event, links, loaded, plugins, readable
from drivers.doctor.branch import Branch
from drivers.doctor.examination import Found, SoFar, perform, skipped
from drivers.doctor.patient import Patient
from drivers.doctor.settled import settled
from mailstore.links import Link, LinkState

NAME = "protocol"


class ProtocolCheck(NamedTuple):
    """A check that is made for each protocol; see ``examination.Check``.

    ``needs`` may also name links that don't belong to a protocol.
    """

    name: str
    run: Callable[[Patient, str, SoFar], Found]
    needs: tuple[str, ...] = ()


CHECKS = (
    ProtocolCheck(plugins.NAME, plugins.check_plugins),
    ProtocolCheck(loaded.NAME, loaded.check_drivers, (plugins.NAME,)),
    ProtocolCheck(readable.NAME, readable.check_readable, (links.USER, loaded.NAME)),
    ProtocolCheck(event.NAME, event.check_event, (links.USER, plugins.NAME, loaded.NAME)),
)


def check_protocols(patient: Patient, so_far: SoFar) -> Iterator[Branch]:
    """Make the checks of each protocol."""
    found = patient.once(delivery.delivery_of).protocols
    if not found:
        yield skipped(NAME, "not looked at: no mail reaches Dovecot")
    for protocol, how in found:
        below: SoFar = ()
        for check in CHECKS:
            run = partial(check.run, patient, protocol, below)
            below = (*below, *perform(check.name, check.needs, (*so_far, *below), run))
        below = settled(patient, protocol, below)
        yield Branch(Link(protocol, LinkState.OK, how, protocols=(protocol,)), below)
