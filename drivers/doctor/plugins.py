"""The link of the plugins: whether a process of one protocol watches mailboxes for this user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dovecot_conf import PushConfig, Version
from dovecot_conf.lint.context import MAIL_PLUGINS, PUSH
from dovecot_conf.positions import Span
from dovecot_conf.settings import split_list
from drivers.doctor.branch import Branch
from drivers.doctor.examination import SoFar
from drivers.doctor.links import context_of, rules_at, user_of
from drivers.doctor.patient import Patient
from drivers.plugins import plugin_problem
from mailstore.links import Link, LinkState

NAME = "plugins"
FAMILY = ("PN2",)
_YES = ("yes", "y", "1", "true")
WAY_TO_LOAD: Mapping[Version, str] = {
    Version.V23: (
        "protocol {protocol} {{ mail_plugins = $mail_plugins notify push_notification }}, one brace a line"
    ),
    Version.V24: (
        "protocol {protocol} {{ mail_plugins {{ notify = yes, push_notification = yes }} }}, "
        "one brace and setting a line"
    ),
}


def check_plugins(patient: Patient, protocol: str, _so_far: SoFar) -> Iterator[Branch]:
    """Look whether push_notification and what it needs are loaded."""
    push = patient.once(push_of, protocol)
    problem = plugin_problem(push)
    place = _place(patient, protocol, push)
    rules = rules_at(patient, _lines(patient, protocol), FAMILY)
    where = "" if place is None else str(place)
    own = _own_list(patient, protocol, push.plugins)
    names = " ".join(push.plugins) or "(nothing)"
    by_whom = f", the userdb says for {patient.user}" if own is not None else ""
    if problem is None:
        seen = f"mail_plugins = {names}{by_whom}"
        yield Branch(Link(NAME, LinkState.OK, seen, where=where, rules=rules))
        return
    seen = f"{problem.message or problem.reason} (mail_plugins = {names}{by_whom})"
    remedy = _remedy(patient, protocol, is_users=own is not None)
    yield Branch(
        Link(
            NAME,
            LinkState.BROKEN,
            seen,
            remedy,
            tuple(_elsewhere(patient, protocol)),
            where=where,
            rules=rules,
        )
    )


def push_of(patient: Patient, protocol: str) -> PushConfig:
    """Return the drivers of a protocol, with the plugins that the user has there."""
    push = patient.configuration.push(protocol)
    own = _own_list(patient, protocol, push.plugins)
    return push if own is None else push._replace(plugins=own)


def _own_list(patient: Patient, protocol: str, plugins: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return what the userdb makes of mail_plugins, None where it says nothing about it.

    2.4 takes single items as well, such as ``mail_plugins/quota=no``.
    """
    user = user_of(patient, protocol)
    fields = {} if user is None else user.fields
    whole = fields.get(MAIL_PLUGINS)
    names = dict.fromkeys(plugins if whole is None else split_list(whole))
    items = [(key, text) for key, text in fields.items() if key.startswith(f"{MAIL_PLUGINS}/")]
    if whole is None and (not items or patient.configuration.version is Version.V23):
        return None
    for key, text in items:
        name = key.partition("/")[2]
        names.pop(name, None)
        if text.lower() in _YES:
            names[name] = None
    return tuple(names)


def _place(patient: Patient, protocol: str, push: PushConfig) -> Span | None:
    """Return where push_notification is named for a protocol, else the list in which it isn't."""
    context = patient.once(context_of)
    if PUSH in push.plugins and PUSH in patient.configuration.push(protocol).plugins:
        return context.plugin_word(protocol, PUSH)
    value = patient.configuration.settings(protocol).get(MAIL_PLUGINS)
    return None if value is None else value.span


def _lines(patient: Patient, protocol: str) -> Iterator[Span]:
    """Yield the places that decide about the list of a protocol."""
    context = patient.once(context_of)
    for name in (protocol, None):
        value = patient.configuration.settings(name).get(MAIL_PLUGINS)
        if value is not None:
            yield value.span
    if protocol in context.protocols:
        for plugin in context.plugins(protocol):
            yield context.plugin_word(protocol, plugin)


def _elsewhere(patient: Patient, protocol: str) -> Iterator[str]:
    loading = [other for other in patient.once(context_of).loading() if other != protocol]
    if loading:
        yield f"{' and '.join(loading)} load{'s' if len(loading) == 1 else ''} {PUSH}, {protocol} doesn't"


def _remedy(patient: Patient, protocol: str, *, is_users: bool) -> tuple[str, ...]:
    if is_users:
        return (f"add notify and {PUSH} to the field mail_plugins of the userdb, or leave that field out",)
    return (WAY_TO_LOAD[patient.configuration.version].format(protocol=protocol),)
