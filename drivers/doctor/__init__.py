"""Why no push arrives: the chain from the configuration to the endpoint, each link checked by itself.

:func:`diagnose` makes all checks of :data:`CHECKS`, then those of a site, and says what they come to.
"""

from __future__ import annotations

from typing import NamedTuple

from dovecot_conf.errors import ConfigError
from drivers.doctor.branch import Branch
from drivers.doctor.delivery import NAME as DELIVERY
from drivers.doctor.delivery import check_delivery, delivery_of
from drivers.doctor.examination import Check, SoFar, examine, site_checks, skipped
from drivers.doctor.links import CONFIGURATION, USER, check_account, check_configuration
from drivers.doctor.log.evidence import Evidence
from drivers.doctor.log.view import NAME as LOG
from drivers.doctor.log.view import links as links_of_log
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


def check_log(patient: Patient, _so_far: SoFar) -> tuple[Branch, ...]:
    """Say what a log shows, where one was given."""
    return links_of_log(patient.evidence) if patient.evidence is not None else ()


CHECKS = (
    Check(CONFIGURATION, check_configuration),
    Check(USER, check_account, (CONFIGURATION,)),
    Check(DELIVERY, check_delivery, (CONFIGURATION,)),
    Check(PROTOCOL, check_protocols, (CONFIGURATION,)),
    Check(LOG, check_log),
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


def unreadable(error: ConfigError, evidence: Evidence | None = None, user: str = "") -> Diagnosis:
    """Return the diagnosis for a configuration that can't be read at all, and what a log shows."""
    first = Branch(Link(CONFIGURATION, LinkState.BROKEN, error.problem, tuple(filter(None, (error.hint,)))))
    why = "not looked at: there is no configuration"
    rest = (skipped(check.name, why) for check in CHECKS[1:] if check.name != LOG)
    log = links_of_log(evidence) if evidence is not None else ()
    branches = (first, *rest, *log)
    return Diagnosis(branches, conclude(user, branches, offline=True))
