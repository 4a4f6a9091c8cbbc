"""The link of the plugins: whether a process of one protocol watches mailboxes for this user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dovecot_conf import PushConfig, Version
from dovecot_conf.lint.context import MAIL_PLUGINS, PUSH
from dovecot_conf.positions import Span
from drivers.doctor.branch import Branch
from drivers.doctor.examination import SoFar
from drivers.doctor.links import context_of, rules_at, user_of
from drivers.doctor.patient import Patient
from drivers.plugins import PluginProblem, plugin_problem
from mailstore.links import Link, LinkState

NAME = "plugins"
FAMILY = ("PN2",)
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
    """Look whether push_notification and what it needs are loaded, and act for the user."""
    push = patient.once(push_of, protocol)
    problem = plugin_problem(push)
    process = push.process or push
    seen = f"mail_plugins = {_shown(process.plugins)}"
    is_users = process.plugins != push.plugins
    if is_users:
        seen += f", and the userdb says {_shown(push.plugins)} for {patient.user}"
    rules = rules_at(patient, _lines(patient, protocol), FAMILY)
    place = _place(patient, protocol, push)
    link = Link(NAME, LinkState.OK, seen, where="" if place is None else str(place), rules=rules)
    if problem is not None:
        link = link._replace(
            state=LinkState.BROKEN,
            seen=f"{_told(problem)} ({seen})",
            remedy=_remedy(patient, protocol, is_users=is_users),
            notes=tuple(_elsewhere(patient, protocol)),
        )
    yield Branch(link)


def _shown(plugins: tuple[str, ...]) -> str:
    return " ".join(plugins) or "(nothing)"


def _told(problem: PluginProblem) -> str:
    return f"{problem.reason}: {problem.level}: {problem.message}" if problem.message else problem.reason


def push_of(patient: Patient, protocol: str) -> PushConfig:
    """Return the drivers of a protocol, with the plugins and settings that the user has there."""
    user = user_of(patient, protocol)
    return patient.configuration.push(protocol, {} if user is None else user.fields)


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
