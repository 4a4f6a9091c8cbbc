"""How findings speak of the API's tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dovecot_conf.near import nearest
from drivers.lua.api_names import EVENTS, TYPES

_EVENT = "push."
_NOUNS: Mapping[str, str] = {
    "dovecot.User": "a user has",
    "dovecot.Mailbox": "a mailbox has",
    "dovecot.Status": "the status of a mailbox has",
    "dovecot.TimeOfDay": "the result of gettimeofday has",
    "dovecot.Event": "an event of the log has",
    "dovecot.PassthroughEvent": "an event of the log has",
    "dovecot.http.Client": "an HTTP client has",
    "dovecot.http.Request": "an HTTP request has",
    "dovecot.http.Response": "an HTTP response has",
}
_OF_USER = "return it from begin_txn, which is given the user, in the context"
_EVENT_ADVICE: Mapping[str, str] = {
    "keywords_set": "the keywords that were set are in keywords",
    "keywords_clear": "the keywords that were cleared are in keywords",
    "keywords_cleared": "the keywords that were cleared are in keywords",
    "user": _OF_USER,
    "username": _OF_USER,
}


def described(kinds: Iterable[str]) -> str:
    """Return tables as the beginning of a sentence: ``FlagsSet and FlagsClear have``."""
    names = sorted(kinds)
    events = [name.removeprefix(_EVENT) for name in names if name.startswith(_EVENT)]
    if len(events) == len(names):
        return f"{_listed(events)} {'has' if len(events) == 1 else 'have'}"
    return _NOUNS.get(names[0], f"'{names[0]}' has")


def advice(kinds: Iterable[str], name: str) -> str:
    """Return what to write for a field that isn't there, '' if there is no telling."""
    kinds = frozenset(kinds)
    if all(kind.startswith(_EVENT) for kind in kinds):
        if name in _EVENT_ADVICE:
            return _EVENT_ADVICE[name]
        having = [event for event, fields in EVENTS.items() if name in fields]
        if having:
            return f"{_listed(having)} {'has' if len(having) == 1 else 'have'} it"
    known = frozenset.intersection(*(frozenset(TYPES[kind]) for kind in kinds))
    near = nearest(name, sorted(known))
    return f"did you mean {near}?" if near else ""


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
