"""The last link: the event of a new mail, simulated, and what came back of what left the machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dovecot_conf.errors import PushnotifError
from drivers.chain import Chain
from drivers.doctor.advice import advice
from drivers.doctor.branch import Branch
from drivers.doctor.chains import chain_of, leaving, title, variables_of
from drivers.doctor.examination import SoFar, skipped
from drivers.doctor.links import user_of
from drivers.doctor.loaded import NAME as DRIVERS
from drivers.doctor.patient import Patient
from drivers.doctor.plugins import push_of
from drivers.http import DryRunTransport
from drivers.mail_source import envelope, make_mail
from drivers.ox_value import METADATA_ENTRY
from drivers.report import Attempt, DriverReport, LogLine, Outcome, Request, SimulationReport
from drivers.scripting import Scripting
from drivers.session import MailUser, MetadataLookup, MetadataStore, Surroundings
from drivers.simulate import deliver
from mailstore.attribute_dict import without_dict
from mailstore.groups import groups_of
from mailstore.link_store import asks_the_network, left_out
from mailstore.links import Link, LinkState
from mailstore.memory_metadata import MemoryMetadata
from mailstore.opening import open_metadata
from mailstore.run_metadata import RunMetadata
from mailstore.state import MailboxState
from mailstore.users import User

NAME = "event"
SUBJECT = "This is a test of pushnotif doctor"
BODY = "pushnotif doctor sends this to see whether notifications arrive. There is no such mail."
_SENDER = "pushnotif doctor <pushnotif-doctor@localhost.invalid>"
_REMEDY = ("see 'pushnotif simulate message-new' for the whole request and Dovecot's log",)
_SLOW = 0.5
LOGGED = "written to the log"
DOUBTFUL = ("authentication", "answer", "latency")
"""Links of an endpoint that a harmless request can't settle."""


def check_event(patient: Patient, protocol: str, so_far: SoFar) -> Iterator[Branch]:
    """Let a mail arrive that isn't there, and look what each driver makes of it."""
    user = user_of(patient, protocol)
    if user is None:
        yield skipped(NAME, "not tried: who the user is isn't known")
        return
    chain = patient.once(chain_of, protocol)
    if _nothing_would_leave(chain, so_far):
        yield skipped(NAME, "not tried: every driver that notifies has a broken link")
        return
    try:
        report, notes = patient.once(simulated, protocol)
    except PushnotifError as error:
        yield Branch(Link(NAME, LinkState.BROKEN, str(error)))
        return
    branches = tuple(_branches(patient, chain, report))
    yield Branch(_event_link(patient, report, branches, notes), branches)


def _nothing_would_leave(chain: Chain, so_far: SoFar) -> bool:
    wanted = {title(entry.definition) for entry in leaving(chain)}
    below = (branch for top in so_far if top.link.name == DRIVERS for branch in top.below)
    broken = {branch.link.name for branch in below if any(_stops(link) for _, link in branch.walk())}
    return wanted <= broken


def _stops(link: Link) -> bool:
    """Tell whether nothing comes through; what a harmless request shows only a notification decides."""
    return link.state is LinkState.BROKEN and link.name not in DOUBTFUL


class Simulated(NamedTuple):
    """What became of the event, and notes on how it was done."""

    report: SimulationReport
    notes: tuple[str, ...] = ()


def simulated(patient: Patient, protocol: str) -> Simulated:
    """Let the mail arrive, which sends notifications. Raises PushnotifError, as when METADATA is closed."""
    user = user_of(patient, protocol)
    assert user is not None
    now = int(patient.clock.now())
    mail = make_mail(user.name, _SENDER, None, SUBJECT, BODY)
    look_up, store, notes = _metadata(patient, protocol, user)
    offline = patient.network is None
    surroundings = Surroundings(
        look_up,
        patient.network or DryRunTransport(),
        patient.clock,
        patient.show_secrets,
        store,
        Scripting(programs=not offline, root=patient.places.prefix),
    )
    report = deliver(
        patient.once(push_of, protocol),
        user=MailUser(user.name, patient.once(variables_of, protocol)),
        mailbox=MailboxState(uidvalidity=max(now, 1)),
        message=mail,
        registry=patient.registry,
        surroundings=surroundings,
        envelope=envelope(patient.configuration, mail, user.name, now=now) if protocol == "lmtp" else None,
    )
    return Simulated(report, notes)


class _Metadata(NamedTuple):
    look_up: MetadataLookup
    store: MetadataStore
    notes: tuple[str, ...] = ()


def _metadata(patient: Patient, protocol: str, user: User) -> _Metadata:
    """Return what drivers see of METADATA; nothing is written. Raises MailboxError, VariableError."""
    if patient.own is not None:
        own = patient.own
        example = MemoryMetadata(
            lambda mailbox, entry: own.get(mailbox, entry) or _switched_on(user, mailbox, str(entry))
        )
        return _Metadata(lambda entry: example.get("", entry), example)
    left = left_out(patient.configuration, user, protocol, patient.places.root)
    if left or (patient.network is None and asks_the_network(patient.configuration, user, protocol)):
        memory = MemoryMetadata(lambda mailbox, entry: _switched_on(user, mailbox, str(entry)))
        note = "METADATA isn't asked: as if the user were switched on"
        return _Metadata(lambda entry: memory.get("", entry), memory, (note,))
    found = open_metadata(patient.configuration, user, protocol=protocol, root=patient.places.root)
    found = found.with_groups(groups_of(user, patient.configuration, protocol))
    store = RunMetadata(without_dict(found) if found.own else found, {}, writes=False)
    return _Metadata(lambda entry: store.get("", entry), store)


def _switched_on(user: User, mailbox: str, entry: str) -> str | None:
    return f"user={user.name}" if not mailbox and entry == METADATA_ENTRY else None


def _event_link(
    patient: Patient, report: SimulationReport, branches: tuple[Branch, ...], notes: tuple[str, ...]
) -> Link:
    seen = f'MessageNew for {report.user} in INBOX, with the subject "{SUBJECT}"'
    told = [branch.link.seen for branch in branches]
    errors = tuple(dict.fromkeys(_told(line) for line in report.log if line.level.is_failure))
    errors = tuple(error for error in errors if not any(_is_said(error, seen) for seen in told))
    if patient.network is None:
        seen = f"{seen}: not sent, as this is offline"
        return Link(NAME, LinkState.SKIPPED, seen, (), (*notes, *errors))
    if errors and not any(branch.link.state is LinkState.BROKEN for branch in branches):
        return Link(NAME, LinkState.BROKEN, f"{seen}: Dovecot logs {errors[0]}", _REMEDY, notes)
    return Link(NAME, LinkState.OK, seen, (), (*notes, *errors))


def _is_said(error: str, seen: str) -> bool:
    """Tell whether what a driver's link says is in a line of the log already."""
    return error.endswith((seen, seen.rpartition("; ")[2], seen.rpartition("sent: ")[2]))


def _told(line: LogLine) -> str:
    return f"{line.level}: {line.message}".partition("\n")[0]


def _branches(patient: Patient, chain: Chain, report: SimulationReport) -> Iterator[Branch]:
    # Drivers of a kind share the client of the one that loads first.
    firsts = {type(entry.driver): entry.driver for entry in reversed(chain.loaded)}
    timeouts = {title(entry.definition): firsts[type(entry.driver)].timeout for entry in chain.loaded}
    for driver in merged(report):
        name = f"{driver.driver} {driver.setting}"
        known = next((one for one in timeouts if one.lower() == name.lower()), None)
        if known is None and driver.outcome is Outcome.NOT_LOADED:
            continue
        link = _link(known or name, driver, timeouts.get(known or name), offline=patient.network is None)
        if link.remedy:
            link = link._replace(remedy=(*advice(patient, chain, link, report), *link.remedy))
        yield Branch(link)


def merged(report: SimulationReport) -> Iterable[DriverReport]:
    """Return what each driver did in the first transaction that it took part in, in chain order."""
    found: dict[str, DriverReport] = {}
    for transaction in report.transactions:
        for driver in transaction.drivers:
            found.setdefault(driver.setting, driver)
    return found.values()


class _Said(NamedTuple):
    """The state of a driver's link, what is seen, and whether there is something to look into."""

    state: LinkState
    seen: str
    is_wrong: bool = False


def _link(name: str, driver: DriverReport, timeout: float | None, *, offline: bool) -> Link:
    told = "; ".join(_request(request, timeout) for request in driver.requests)
    said = _said(driver, told, offline=offline)
    remedy = _REMEDY if said.is_wrong else ()
    return Link(name, said.state, said.seen, remedy, tuple(_slow(driver.requests, timeout)))


def _said(driver: DriverReport, told: str, *, offline: bool) -> _Said:
    """Say what the outcome of a driver is for the user."""
    reason = driver.reason or "the driver passed it over"
    simple = {
        Outcome.SENT: _Said(LinkState.OK, told),
        Outcome.WOULD_SEND: _Said(LinkState.SKIPPED, told),
        Outcome.LOGGED: _Said(LinkState.OK, LOGGED),
        Outcome.SKIPPED: _Said(LinkState.BROKEN, f"nothing was sent: {reason}", is_wrong=True),
        Outcome.NOT_LOADED: _Said(LinkState.BROKEN, f"not loaded when it ran: {reason}", is_wrong=True),
    }
    if offline and driver.outcome in (Outcome.FAILED, Outcome.NOT_LOADED):
        seen = f"failed, which may be for want of the network, or of a program: {reason}"
        return _Said(LinkState.UNKNOWN, seen)
    if driver.outcome in simple:
        return simple[driver.outcome]
    if driver.outcome is Outcome.FAILED:
        return _Said(
            LinkState.BROKEN,
            told if reason in told else f"{told}; {reason}".removeprefix("; "),
            is_wrong=True,
        )
    if not driver.requests:
        seen = "the script ran, and sent no request: whether it notified somebody isn't known"
        return _Said(LinkState.UNKNOWN, seen)
    if offline:
        return _Said(LinkState.SKIPPED, told)
    refused = not all(map(_is_fine, driver.requests))
    return _Said(LinkState.BROKEN if refused else LinkState.OK, told, is_wrong=refused)


def _request(request: Request, timeout: float | None) -> str:
    what = f"{request.method} {request.url}"
    if not request.attempts:
        return f"would send {what}"
    waits = f", of {timeout:g} s that the driver waits" if timeout else ""
    return f"{what}: {', then '.join(map(_answer, request.attempts))}{waits}"


def _answer(attempt: Attempt) -> str:
    what = f"{attempt.status} {attempt.reason}".rstrip() if attempt.status is not None else attempt.error
    return f"{what} after {attempt.elapsed_ms:.0f} ms"


def _is_fine(request: Request) -> bool:
    last = request.attempts[-1] if request.attempts else None
    return last is None or (last.status is not None and 200 <= last.status < 300)


def _slow(requests: Iterable[Request], timeout: float | None) -> Iterator[str]:
    for request in requests:
        for attempt in request.attempts:
            if timeout and attempt.elapsed_ms > _SLOW * timeout * 1000:
                yield f"that took more than half of the {timeout:g} s that the driver waits"
                return
