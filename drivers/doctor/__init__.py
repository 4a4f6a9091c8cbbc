"""Why no push arrives: the chain from the configuration to the endpoint, each link checked by itself.

:func:`diagnose` makes all checks of :data:`CHECKS`, then those of a site, and says what they come to.
"""

from __future__ import annotations

from typing import NamedTuple

from drivers.doctor.branch import Branch
from drivers.doctor.delivery import NAME as DELIVERY
from drivers.doctor.delivery import check_delivery, delivery_of
from drivers.doctor.examination import Check, examine, site_checks, skipped
from drivers.doctor.links import CONFIGURATION, USER, check_account, check_configuration
from drivers.doctor.patient import Account, Patient, Places
from drivers.doctor.protocols import NAME as PROTOCOL
from drivers.doctor.protocols import check_protocols
from drivers.doctor.verdict import Reach, Verdict, conclude
from mailstore.links import Link, LinkState

__all__ = [
    "CHECKS",
    "Account",
    "Branch",
    "Check",
    "Diagnosis",
    "Patient",
    "Places",
    "Reach",
    "Verdict",
    "diagnose",
    "unreadable",
]

CHECKS = (
    Check(CONFIGURATION, check_configuration),
    Check(USER, check_account, (CONFIGURATION,)),
    Check(DELIVERY, check_delivery, (CONFIGURATION,)),
    Check(PROTOCOL, check_protocols, (CONFIGURATION,)),
)
"""What is looked at, in the order in which a notification passes it."""


class Diagnosis(NamedTuple):
    """The links as a tree, what they come to, and by which protocols mail comes in."""

    branches: tuple[Branch, ...]
    verdict: Verdict
    protocols: tuple[str, ...] = ()


def diagnose(patient: Patient) -> Diagnosis:
    """Follow the chain of one patient. Raises DriverError for a check of a site that can't be loaded."""
    branches = examine(patient, (*CHECKS, *site_checks()))
    verdict = conclude(patient.user, branches, offline=patient.network is None)
    names = {branch.link.name for branch in branches}
    known = patient.once(delivery_of).protocols if names - {PROTOCOL} == names else ()
    return Diagnosis(branches, verdict, tuple(name for name, _ in known))


def unreadable(problem: str) -> Diagnosis:
    """Return the diagnosis for a configuration that can't be read at all."""
    first = Branch(Link(CONFIGURATION, LinkState.BROKEN, problem))
    rest = (skipped(check.name, "not looked at: there is no configuration") for check in CHECKS[1:])
    branches = (first, *rest)
    return Diagnosis(branches, conclude("", branches, offline=True))
