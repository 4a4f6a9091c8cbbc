"""What a notification that was really sent says of the links of its endpoint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from drivers.doctor import event
from drivers.doctor import loaded as drivers
from drivers.doctor.branch import Branch
from drivers.doctor.chains import title
from drivers.doctor.endpoint import NAMES
from drivers.doctor.endpoint_target import Target
from drivers.doctor.ends import targets_of
from drivers.doctor.patient import Patient
from drivers.report import Attempt
from mailstore.links import LinkState


def settled(patient: Patient, protocol: str, below: tuple[Branch, ...]) -> tuple[Branch, ...]:
    """Return the links of a protocol, those of endpoints as the answers to the simulated event show them.

    A harmless request leaves doubts: some endpoints answer to nothing but a notification.
    """
    if patient.network is None or not any(one.link.name == event.NAME and one.below for one in below):
        return below
    answers = {name.lower(): attempt for name, attempt in _answers(patient, protocol)}
    targets = {title(definition): target for definition, target in patient.once(targets_of, protocol)}
    return tuple(
        branch._replace(below=tuple(_driver(one, targets, answers) for one in branch.below))
        if branch.link.name == drivers.NAME
        else branch
        for branch in below
    )


def _answers(patient: Patient, protocol: str) -> Iterator[tuple[str, Attempt]]:
    """Yield the last answer that each driver got, by the name of its link."""
    for driver in event.merged(patient.once(event.simulated, protocol).report):
        attempts = [attempt for request in driver.requests for attempt in request.attempts]
        if attempts and attempts[-1].status is not None:
            yield f"{driver.driver} {driver.setting}", attempts[-1]


def _driver(branch: Branch, targets: Mapping[str, Target], answers: Mapping[str, Attempt]) -> Branch:
    name = branch.link.name
    answer, target = answers.get(name.lower()), targets.get(name)
    if answer is None or answer.status is None or target is None:
        return branch
    links = tuple(one.link for one in branch.below if one.link.name in NAMES)
    if all(link.state is LinkState.SKIPPED for link in links[1:]):
        return branch
    # Heavy, and not needed where nothing was sent.
    from drivers.doctor.endpoint_notification import after_notification  # noqa: PLC0415

    known = {link.name: link for link in after_notification(target, links, answer.status, answer.reason)}
    return branch._replace(
        below=tuple(Branch(known.get(one.link.name, one.link), one.below) for one in branch.below)
    )
