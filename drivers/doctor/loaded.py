"""The link of the drivers, and a branch for each: whether it is loaded, and what it needs."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf import DriverDefinition
from dovecot_conf.lint.context import Context
from dovecot_conf.overrides import USERDB
from drivers.chain import Chain, LoadedDriver, NotLoadedDriver
from drivers.doctor.branch import Branch
from drivers.doctor.chains import chain_of, leaving, title
from drivers.doctor.examination import SoFar
from drivers.doctor.kinds import links_below
from drivers.doctor.links import context_of, findings, hints_at, rules_at
from drivers.doctor.patient import Patient
from mailstore.links import Link, LinkState

NAME = "drivers"
FAMILIES = ("PN3", "PN4", "PN5")
_CHAIN = "PN3"
_REMEDY = ("see 'pushnotif drivers'",)


def check_drivers(patient: Patient, protocol: str, _so_far: SoFar) -> Iterator[Branch]:
    """Look at the chain of a protocol."""
    chain = patient.once(chain_of, protocol)
    link = _chain_link(chain) if chain.entries or chain.fatal else _none_defined(patient, protocol)
    yield Branch(link, tuple(_branches(patient, protocol, chain)))


def _none_defined(patient: Patient, protocol: str) -> Link:
    """Say that there is no driver, and what may have been meant for one."""
    configuration = patient.configuration
    near = [item for item in patient.once(findings) if item.code.startswith(_CHAIN) and item.hint]
    others = [name for name in patient.once(context_of).loading() if configuration.push(name).definitions]
    notes = [f"{item.span}: {item.message}" for item in near]
    if others:
        notes.append(f"{' and '.join(others)} {'have' if len(others) > 1 else 'has'} one, {protocol} hasn't")
    return Link(
        NAME,
        LinkState.BROKEN,
        "push_notification is loaded, and no driver is defined: it does nothing",
        (*(item.hint for item in near), "define one, as in the examples of 'pushnotif rules PN202'"),
        tuple(notes),
        rules=tuple(dict.fromkeys(item.code for item in near)),
    )


def _chain_link(chain: Chain) -> Link:
    count = len(chain.entries)
    names = ", ".join(entry.definition.driver for entry in chain.loaded)
    if chain.fatal:
        return Link(NAME, LinkState.BROKEN, chain.fatal, _REMEDY)
    if not chain.loaded:
        return Link(NAME, LinkState.BROKEN, f"no driver is loaded: {chain.not_loaded[0].reason}", _REMEDY)
    if not leaving(chain):
        seen = f"nothing but {names} is loaded: it writes to the log, and nothing leaves this machine"
        return Link(NAME, LinkState.BROKEN, seen, ("add the driver that is to notify: ox or lua",))
    return Link(NAME, LinkState.OK, f"{len(chain.loaded)} of {count} loaded: {names}")


def _branches(patient: Patient, protocol: str, chain: Chain) -> Iterator[Branch]:
    context = patient.once(context_of)
    for entry in chain.entries:
        definition = entry.definition
        spans = (definition.span, *(option.span for option in definition.options))
        script = getattr(entry.driver, "script_path", "") if isinstance(entry, LoadedDriver) else ""
        rules = rules_at(patient, spans, FAMILIES, str(patient.places.locate(script)) if script else "")
        where = str(_where(context, definition, protocol))
        if isinstance(entry, NotLoadedDriver):
            link = _not_loaded(entry, chain)._replace(remedy=hints_at(patient, spans, FAMILIES))
        else:
            link = Link(title(definition), LinkState.OK, "loaded")
        below = tuple(map(Branch, links_below(patient, protocol, entry)))
        yield Branch(link._replace(where=where, rules=rules), below)


def _where(context: Context, definition: DriverDefinition, protocol: str) -> object:
    if definition.span.file == USERDB or protocol not in context.settings:
        return definition.span
    return context.setting_name(definition, protocol)


def _not_loaded(entry: NotLoadedDriver, chain: Chain) -> Link:
    """Return the link of a driver that isn't there; the older chain is none where the newer one loads."""
    is_older = entry.definition.setting.startswith("push_notification_backend")
    state = LinkState.SKIPPED if is_older and chain.loaded else LinkState.BROKEN
    return Link(title(entry.definition), state, f"not loaded: {entry.reason}")
