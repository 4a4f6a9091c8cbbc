"""The examination: all checks in their order, each only where those that it needs have gone well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from dovecot_conf.errors import DriverError
from drivers.doctor.branch import Branch
from drivers.doctor.patient import Patient
from mailstore.links import Link, LinkState

ENTRY_POINT_GROUP = "pushnotif.checks"

Found = Iterable[Branch]
SoFar = tuple[Branch, ...]
"""What was found so far, by the checks before."""


class Check(NamedTuple):
    """A check of the links ``name``: ``run`` finds out, where the links that it ``needs`` are there.

    Checks of a site are named in the ``pushnotif.checks`` entry-point group::

        [project.entry-points."pushnotif.checks"]
        gateway = "example.checks:GATEWAY"
    """

    name: str
    run: Callable[[Patient, SoFar], Found]
    needs: tuple[str, ...] = ()


def examine(patient: Patient, checks: Sequence[Check]) -> tuple[Branch, ...]:
    """Return the links of all checks in their order."""
    found: tuple[Branch, ...] = ()
    for check in checks:
        found = (*found, *perform(check.name, check.needs, found, partial(check.run, patient, found)))
    return found


def perform(name: str, needs: Sequence[str], so_far: SoFar, run: Callable[[], Found]) -> SoFar:
    """Return the branches of one check, or the link that says why it wasn't made."""
    lacking = _lacking(needs, so_far)
    return (skipped(name, lacking),) if lacking else tuple(run())


def skipped(name: str, why: str) -> Branch:
    """Return the branch of a check that wasn't made."""
    return Branch(Link(name, LinkState.SKIPPED, why))


def _lacking(needs: Sequence[str], so_far: SoFar) -> str:
    """Return which of the links that are needed isn't there, in words; '' where all are."""
    states = {branch.link.name: branch.link.state for branch in so_far}
    for name in needs:
        state = states.get(name, LinkState.OK)
        if state is LinkState.BROKEN:
            return f"not looked at: {name} is broken"
        if state is LinkState.SKIPPED:
            return f"not looked at: it needs {name}, which was skipped"
    return ""


def site_checks() -> Iterator[Check]:
    """Yield the checks in the ``pushnotif.checks`` entry-point group.

    Raises DriverError for one that can't be imported or is no :class:`Check`.
    """
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow to import

    for point in entry_points(group=ENTRY_POINT_GROUP):
        try:
            check = point.load()
        except Exception as error:
            text = f"check {point.name} ({point.value}) can't be imported: {error or type(error).__name__}"
            raise DriverError(text) from error
        if not isinstance(check, Check):
            raise DriverError(f"check {point.name} ({point.value}) is no drivers.doctor.Check")
        yield check
