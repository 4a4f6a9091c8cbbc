"""`pushnotif metadata doctor`: whether METADATA switches users on, and why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from cli.common import is_demo
from cli.complaints import StopError, stopped
from cli.doveadm import Exit
from cli.metadata_call import read_configuration, unknown_formatter, wrong_option
from cli.metadata_operations import Failure, code_of
from cli.metadata_session import Call, Session
from cli.output import write_result
from cli.render.diagnosis_json import to_json
from cli.render.diagnosis_text import text
from cli.render.styled import render, wants_color
from cli.userdb_option import options_again
from dovecot_conf import Configuration
from drivers.diagnosis import Diagnosis
from drivers.link_drivers import PROTOCOLS
from drivers.metadata_doctor import Subject, diagnose, diagnose_live
from drivers.registry import DriverRegistry
from mailstore.accounts import find_user, user_from_fields, userdb_of
from mailstore.live.errors import LiveServerError
from mailstore.own_store import open_own_metadata
from mailstore.users import User, Userdb

FORMATS = ("text", "json")
NOT_ALL_ON = 1


def run_doctor(call: Call, color: str) -> int:
    """Print what was found of each user; return 0 when all are switched on, else 1, or doveadm's code."""
    try:
        return _run(call, color)
    except StopError as stop:
        return stopped(stop)


def _run(call: Call, color: str) -> int:
    if call.formatter not in FORMATS:
        raise unknown_formatter(call.formatter, FORMATS)
    configuration = read_configuration(call.source, asks_a_server=call.asks_a_server)
    if call.problem is not None:
        raise wrong_option(call.name, call.problem, configuration.version)
    if call.positionals:
        raise StopError(Exit.USAGE, f"Error: Extraneous arguments found: {' '.join(call.positionals)}")
    if not call.asks_a_server:
        return _show(Session(call, configuration), color, _from_disk)
    from cli.metadata_via import running_server  # noqa: PLC0415 - the network is loaded only where it is used

    with running_server(call, configuration) as server:
        return _show(Session(call, configuration, server), color, _from_server)


_Diagnose = Callable[[Session, Subject], Diagnosis]


def _show(session: Session, color: str, find_out: _Diagnose) -> int:
    found: list[Diagnosis] = []
    formatter = session.call.formatter
    colored = wants_color(color, into_file=False)
    for diagnosis in _diagnoses(session, find_out):
        found.append(diagnosis)
        if formatter == "text":
            write_result(render(text(diagnosis, brief=session.many), colored=colored))
    if formatter == "json":
        write_result(to_json(session.configuration.version, found))
    if session.code:
        return session.code
    return Exit.FINE if all(one.is_fine for one in found) else NOT_ALL_ON


def _diagnoses(session: Session, find_out: _Diagnose) -> Iterator[Diagnosis]:
    make = _subjects(session)
    for user in session.users():
        try:
            yield find_out(session, make(user))
        except LiveServerError as error:
            session.fail(Failure(code_of(error), "", str(error)))
            return


def _from_disk(_session: Session, subject: Subject) -> Diagnosis:
    return diagnose(subject)


def _from_server(session: Session, subject: Subject) -> Diagnosis:
    assert session.server is not None
    store = session.server.metadata(subject.name)
    where = session.call.via or f"the server at {session.call.socket_path}"
    return diagnose_live(subject, store, where, is_configured=not is_demo(session.configuration))


def _subjects(session: Session) -> Callable[[str | User], Subject]:
    """Return what makes the subject of a user; the configuration is looked through once."""
    configuration, call = session.configuration, session.call
    pushes = {protocol: configuration.push(protocol) for protocol in PROTOCOLS}
    registry = DriverRegistry.installed()
    has_own = is_demo(configuration) and session.server is None
    ours, theirs = _options(call)

    def make(user: str | User) -> Subject:
        name = user if isinstance(user, str) else user.name
        find, userdb, said_by = _account(configuration, user, call.userdb)
        own = open_own_metadata(name) if has_own else None
        return Subject(
            name,
            configuration,
            pushes,
            registry,
            find,
            userdb,
            said_by,
            ours=ours,
            theirs=theirs,
            own=own,
            patience=call.timeout,
        )

    return make


def _account(
    configuration: Configuration, user: str | User, fields: Mapping[str, str] | None
) -> tuple[Callable[[str], User], Callable[[], Userdb | None], str]:
    """Return who finds the user, and who says what it is like."""
    if isinstance(user, User):
        return lambda _protocol: user, lambda: None, "the environment"
    if fields is not None:
        return (
            lambda protocol: user_from_fields(configuration, user, fields, protocol=protocol),
            lambda: None,
            "--userdb",
        )
    return (
        lambda protocol: find_user(configuration, user, protocol=protocol),
        lambda: userdb_of(configuration, user),
        "",
    )


def _options(call: Call) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the options of commands for the same user, ours and doveadm's."""
    ours, theirs = options_again(call.source, call.userdb)
    via = () if call.via is None else ("--via", call.via)
    socket_path = () if call.socket_path is None else ("-S", call.socket_path)
    return (*ours, *via, *socket_path), theirs
