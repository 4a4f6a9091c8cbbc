"""The links of METADATA below a driver that asks for it: store, mailbox, entry."""

from __future__ import annotations

from drivers.chain import LoadedDriver, NotLoadedDriver
from drivers.doctor.links import rules_of, user_of
from drivers.doctor.patient import Patient
from drivers.link_drivers import Needs, OxReader, ScriptReader, reader_of
from drivers.metadata_doctor import REST, Subject, way_to_value
from drivers.ox_value import METADATA_ENTRY
from mailstore.dict_setting import has_dict
from mailstore.link_store import asks_the_network, not_set
from mailstore.links import Link, LinkState

FAMILY = ("PN6",)
_NO_LINK = Link("", LinkState.OK, "")


def check_metadata(
    patient: Patient, protocol: str, entry: LoadedDriver | NotLoadedDriver
) -> tuple[Link, ...]:
    """Follow the way to the value that a driver asks for; nothing for one that asks for none."""
    if isinstance(entry, NotLoadedDriver):
        return ()
    reader = reader_of(protocol, entry, patient.places.prefix)
    if reader is None:
        return ()
    user = user_of(patient, protocol)
    if user is None and not has_dict(patient.configuration, protocol):
        store = not_set(patient.configuration.version)._replace(rules=rules_of(patient, FAMILY))
        return (store, *_skipped("not looked at: there is no store")[1:])
    if user is None:
        return _skipped("not looked at: who the user is isn't known")
    if patient.network is None and asks_the_network(patient.configuration, user, protocol):
        return _skipped("not looked at: it is asked over the network, and this is offline")
    needs = Needs(
        _NO_LINK,
        (reader,) if isinstance(reader, OxReader) else (),
        (reader,) if isinstance(reader, ScriptReader) else (),
    )
    found = way_to_value(subject_of(patient), user, needs, (protocol,))
    if patient.own is not None and patient.own.get("", METADATA_ENTRY) is None:
        found = (
            *found[:-1],
            Link(REST[-1], LinkState.OK, "in the built-in example everybody is switched on"),
        )
    store, *rest = (link._replace(protocols=()) for link in found)
    return (store._replace(rules=rules_of(patient, FAMILY)), *rest)


def subject_of(patient: Patient) -> Subject:
    """Return the patient as those know it who look at METADATA only."""
    account = patient.account
    assert account is not None
    return Subject(
        patient.user,
        patient.configuration,
        {},
        patient.registry,
        account.find,
        account.userdb,
        account.said_by,
        ours=patient.ours,
        theirs=patient.theirs,
        own=patient.own,
        root=patient.places.root,
        patience=patient.timeout,
    )


def _skipped(why: str) -> tuple[Link, ...]:
    return tuple(Link(name, LinkState.SKIPPED, why) for name in REST)
