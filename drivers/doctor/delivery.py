"""The link of the delivery: by which protocol mails for the user really come in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from dovecot_conf import Version
from drivers.doctor.branch import Branch
from drivers.doctor.examination import SoFar
from drivers.doctor.listeners import Listeners, is_served, lmtp_listeners, same_socket
from drivers.doctor.log.evidence import Evidence, protocols_seen
from drivers.doctor.mta.handover import Handover, Way, handovers, tables
from drivers.doctor.mta.postfix_files import Postfix, PostfixError, read_postfix
from drivers.doctor.patient import Patient
from drivers.link_drivers import DELIVERING
from mailstore.links import Link, LinkState

NAME = "delivery"
_SAY = "say by which with --protocol lmtp or --protocol lda"
_OTHERS: Mapping[str, str] = {
    "/etc/exim4": "Exim",
    "/etc/exim": "Exim",
    "/etc/mail/sendmail.cf": "Sendmail",
    "/etc/opensmtpd/smtpd.conf": "OpenSMTPD",
    "/etc/smtpd.conf": "OpenSMTPD",
}
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1", "")
WAY_TO_SERVE: Mapping[Version, str] = {
    Version.V23: "add lmtp to protocols, as in protocols = imap lmtp",
    Version.V24: "add lmtp to protocols: protocols { lmtp = yes }, one brace a line",
}
WAY_TO_LISTEN = (
    "service lmtp { unix_listener %s { mode = 0600, user = postfix } }, one brace and setting a line"
)
WAY_TO_LISTEN_TCP = "service lmtp { inet_listener lmtp { port = %s } }, one brace and setting a line"
WAY_TO_HAND_OVER = "%s = lmtp:unix:private/dovecot-lmtp in Postfix's main.cf, and a unix_listener there"


class Delivery(NamedTuple):
    """The link, and the protocols to look at, each with a sentence about how one knows."""

    link: Link
    protocols: tuple[tuple[str, str], ...] = ()


def check_delivery(patient: Patient, _so_far: SoFar) -> Iterable[Branch]:
    """Find out by which protocol mails come in."""
    return (Branch(patient.once(delivery_of).link),)


def delivery_of(patient: Patient) -> Delivery:
    """Return by which protocols mails come in: as somebody says, or as the configurations show."""
    said = _said_before(patient)
    if said is not None:
        return said
    try:
        postfix = read_postfix(patient.places.postfix)
    except PostfixError as error:
        return _without_mta(patient, f"{error}: who hands mails over isn't known", ("run it as root", _SAY))
    if postfix is not None:
        return _behind(patient, postfix)
    for path, name in _OTHERS.items():
        if _is_there(patient, path):
            seen = f"{name} is installed ({path}), and pushnotif doesn't read how it hands mails over"
            return _without_mta(patient, seen, (_SAY,))
    return _without_mta(patient)


def _said_before(patient: Patient) -> Delivery | None:
    """Return what needs no look at a mail server: an option, a log, the built-in example."""
    if patient.protocols:
        names = tuple((name, "named with --protocol") for name in patient.protocols)
        seen = f"{' and '.join(patient.protocols)}, as --protocol says"
        return Delivery(Link(NAME, LinkState.OK, seen), names)
    logged = _seen(patient.evidence) if patient.evidence is not None else None
    if logged is None and patient.is_example:
        return Delivery(
            Link(NAME, LinkState.OK, "lmtp, in the built-in example"), (("lmtp", "as in most places"),)
        )
    return logged


def _seen(evidence: Evidence) -> Delivery | None:
    """Return how mails came in as a log shows, None where it shows none."""
    mails = {name: count for name, count in protocols_seen(evidence).items() if name in DELIVERING}
    if not mails:
        return None
    names = tuple((name, f"{count} mails in the log") for name, count in mails.items())
    seen = f"{' and '.join(mails)}, as the log shows"
    return Delivery(Link(NAME, LinkState.OK, seen), names)


def _is_there(patient: Patient, path: str) -> bool:
    try:
        return patient.places.locate(path).exists()
    except OSError:
        return False


def _without_mta(patient: Patient, why: str = "", remedy: tuple[str, ...] = ()) -> Delivery:
    """Return what Dovecot's own configuration shows: LMTP if that is served, else what is left."""
    served = is_served(patient.configuration)
    listeners = lmtp_listeners(patient.configuration)
    protocol = "lmtp" if served and (listeners.unix or listeners.inet) else "lda"
    if protocol == "lmtp":
        how = f"lmtp is served at {listeners}"
    else:
        how = "lmtp is not served" if not served else "service lmtp listens nowhere"
        how += ", so dovecot-lda is what is left"
    if why:
        return Delivery(Link(NAME, LinkState.UNKNOWN, f"{why}; {how}", remedy), ((protocol, how),))
    notes = (f"no configuration of a mail server is here that says who hands mails over: {_SAY}",)
    state = LinkState.OK if protocol == "lmtp" else LinkState.UNKNOWN
    return Delivery(Link(NAME, state, how, (_SAY,) if protocol == "lda" else (), notes), ((protocol, how),))


def _behind(patient: Patient, postfix: Postfix) -> Delivery:
    """Follow Postfix to Dovecot."""
    ways = handovers(postfix, patient.user)
    links = [_JUDGES[way.way](patient, postfix, way) for way in ways]
    notes = [note for link in links for note in link.notes]
    notes += [
        f"{name} of Postfix may send single addresses another way: it isn't read" for name in tables(postfix)
    ]
    worst = next((link for state in _WORST for link in links if link.state is state), links[0])
    if worst.state is LinkState.OK:
        worst = worst._replace(seen="; ".join(dict.fromkeys(link.seen for link in links)))
    protocols = {way.protocol: way for way in reversed(ways) if way.protocol}
    if not protocols and worst.state is LinkState.UNKNOWN:
        fallback = _without_mta(patient)
        return Delivery(worst._replace(notes=tuple(notes)), fallback.protocols)
    found = tuple((protocol, f"Postfix: {way.written}") for protocol, way in reversed(protocols.items()))
    return Delivery(worst._replace(notes=tuple(notes)), found)


_WORST = (LinkState.BROKEN, LinkState.UNKNOWN)


def _link(way: Handover, state: LinkState, seen: str, *remedy: str, notes: tuple[str, ...] = ()) -> Link:
    return Link(NAME, state, seen, remedy, notes, where=way.where)


def _said(way: Handover) -> str:
    return f"Postfix hands over by {way.protocol}, {way.written}"


def _by_socket(patient: Patient, postfix: Postfix, way: Handover) -> Link:
    unserved = _not_served(patient, way)
    if unserved is not None:
        return unserved
    listeners = lmtp_listeners(patient.configuration)
    found = next((one for one in listeners.unix if same_socket(one.path, way.target)), None)
    if found is None:
        seen = f"{_said(way)}: Dovecot has no listener {way.target} ({_listening(listeners)})"
        return _link(way, LinkState.BROKEN, seen, WAY_TO_LISTEN % way.target)
    owner = postfix.value("mail_owner")
    if not found.admits(owner):
        seen = f"{_said(way)}: {owner} may not connect to the socket {found}"
        remedy = f"set mode = 0600 and user = {owner} in unix_listener {way.target}"
        return _link(way, LinkState.BROKEN, seen, remedy)
    return _link(way, LinkState.OK, f"{_said(way)}, to the socket {found}")


def _by_port(patient: Patient, _postfix: Postfix, way: Handover) -> Link:
    host = way.target
    shown = f"{host}:{way.port}"
    listeners = lmtp_listeners(patient.configuration)
    named = [address for one in listeners.inet for address in one.addresses]
    if host not in _THIS_MACHINE and host not in named:
        seen = f"{_said(way)}, to {shown}, which may be another machine than this one"
        return _link(
            way, LinkState.UNKNOWN, seen, "run it there", "or say what it hands over by with --protocol"
        )
    unserved = _not_served(patient, way)
    if unserved is not None:
        return unserved
    for one in listeners.inet:
        if one.port == way.port and (not one.addresses or host in one.addresses or host in _THIS_MACHINE):
            return _link(way, LinkState.OK, f"{_said(way)}, to {one}")
    seen = f"{_said(way)}: Dovecot has no listener at {shown} ({_listening(listeners)})"
    return _link(way, LinkState.BROKEN, seen, WAY_TO_LISTEN_TCP % way.port)


def _not_served(patient: Patient, way: Handover) -> Link | None:
    if is_served(patient.configuration):
        return None
    seen = f"{_said(way)}: protocols has no lmtp, so no process of Dovecot takes mails that way"
    return _link(way, LinkState.BROKEN, seen, WAY_TO_SERVE[patient.configuration.version])


def _listening(listeners: Listeners) -> str:
    return f"it listens at {listeners}" if listeners.unix or listeners.inet else "it listens nowhere"


def _by_lda(_patient: Patient, _postfix: Postfix, way: Handover) -> Link:
    what = f", which runs {way.target}" if way.target else ""
    return _link(way, LinkState.OK, f"{_said(way)}{what}")


def way_to_hand_over(way: Handover) -> str:
    """Return the parameter that hands mails of the same class over to Dovecot."""
    return WAY_TO_HAND_OVER % ("virtual_transport" if way.is_virtual else "mailbox_transport")


def _by_itself(_patient: Patient, _postfix: Postfix, way: Handover) -> Link:
    seen = (
        f"Postfix stores mails itself, {way.written}: Dovecot doesn't see them arrive, so nothing is notified"
    )
    return _link(way, LinkState.BROKEN, way.why or seen, f"let it hand them over: {way_to_hand_over(way)}")


def _by_others(_patient: Patient, _postfix: Postfix, way: Handover) -> Link:
    where = f" to {way.target}" if way.way is Way.ELSEWHERE and way.target else ""
    seen = f"Postfix hands mails over{where}, {way.written}{': ' + way.why if way.why else ''}"
    return _link(way, LinkState.UNKNOWN, seen, _SAY)


def _unknown(_patient: Patient, _postfix: Postfix, way: Handover) -> Link:
    missing = "has no service" in way.why
    seen = f"Postfix: {way.written}: {way.why}"
    return _link(
        way, LinkState.BROKEN if missing else LinkState.UNKNOWN, seen, "correct it" if missing else _SAY
    )


_JUDGES: Mapping[Way, Callable[[Patient, Postfix, Handover], Link]] = {
    Way.LMTP_SOCKET: _by_socket,
    Way.LMTP_PORT: _by_port,
    Way.LDA: _by_lda,
    Way.ITSELF: _by_itself,
    Way.PROGRAM: _by_others,
    Way.ELSEWHERE: _by_others,
    Way.UNKNOWN: _unknown,
}
