"""`pushnotif doctor`: why no push arrives."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from cli.command import Command, Example, ExitCode
from cli.common import (
    ENVIRONMENT_NAME,
    SYSTEM_CONFIG,
    ConfigSource,
    color_option,
    config_options,
    is_demo,
    load_configuration,
    show_secrets_option,
)
from cli.number import LONGEST_WAIT, Number
from cli.output import write_result
from cli.render.doctor_json import to_json
from cli.render.doctor_secrets import without_secrets
from cli.render.doctor_text import text
from cli.render.styled import render, wants_color
from cli.simulation_input import DEMO_USER
from cli.userdb_option import options_again, userdb_option
from dovecot_conf import Configuration
from dovecot_conf.errors import ConfigError
from drivers import DriverRegistry, SystemClock, Transport
from drivers.doctor import Account, Diagnosis, Patient, Places, diagnose, unreadable
from drivers.doctor.endpoint_target import Network
from drivers.doctor.patient import POSTFIX
from mailstore.accounts import check_ids, find_user, user_from_fields, userdb_of
from mailstore.links import PATIENCE
from mailstore.own_store import open_own_metadata
from mailstore.users import User

if TYPE_CHECKING:
    from drivers.doctor.log.evidence import Evidence

NOT_FINE = 1
PROTOCOLS = ("lmtp", "lda")
_OF_LOGS = ("user", "logs", "format_", "color", "quiet")


EXAMPLES = (
    Example("pushnotif doctor -c dovecot.conf -u bob", "walk the whole way to bob's endpoint", 1),
    Example("pushnotif doctor --demo -u bob --offline", "leave out the network"),
    Example("pushnotif doctor -c dovecot.conf -u bob --protocol lda --format json", "tell a monitor", 1),
    Example("pushnotif doctor -u bob --log mail.log", "explain the lines of a log that are about bob", 1),
)
EXIT_CODES = (
    ExitCode(
        1, "A link is broken; in the log, the latest that a driver did is a failure, or nothing is Dovecot's."
    ),
)


@click.command(cls=Command, examples=EXAMPLES, exit_codes=EXIT_CODES)
@config_options
@click.option(
    "-u", "--user", metavar="USER", help="Whose mail it is; without it what needs a user is left out."
)
@click.option(
    "--protocol",
    "protocols",
    type=click.Choice(PROTOCOLS),
    multiple=True,
    help="How mail really comes in; can be repeated [default: as Postfix and Dovecot are set up].",
)
@click.option("--offline", is_flag=True, help="Leave out the network: nothing is sent, no name is looked up.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Look up absolute paths below DIR: those of the configuration, and Postfix's. Without -c the main"
    " file is looked up there too.",
)
@click.option(
    "--postfix",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help=f"The folder of Postfix's main.cf [default: {POSTFIX}].",
)
@click.option(
    "--log",
    "logs",
    type=click.Path(path_type=Path, allow_dash=True),
    multiple=True,
    metavar="FILE",
    help="Explain what this log of Dovecot says about push notifications, - for stdin; can be repeated."
    " Without -c nothing but the log is looked at.",
)
@userdb_option()
@click.option(
    "--timeout",
    type=Number(0, LONGEST_WAIT, min_open=True),
    metavar="SECS",
    default=PATIENCE,
    show_default=True,
    help="How long one step on the network may take.",
)
@color_option
@show_secrets_option
def doctor(  # noqa: PLR0913, PLR0917 - one for each option
    source: ConfigSource,
    user: str | None,
    protocols: tuple[str, ...],
    offline: bool,
    format_: str,
    root: Path | None,
    postfix: Path | None,
    logs: tuple[Path, ...],
    userdb: Mapping[str, str] | None,
    timeout: float,
    color: str,
    show_secrets: bool,
) -> int:
    """Walk the whole way of a notification, and say at which link it stops and what to do.

    From the configuration over the user, the delivery, plugins, drivers, METADATA and the endpoint to a
    simulated mail, whose notification is really sent: its subject says that it is a test. With --offline
    nothing leaves the machine. -q shows only what is broken. The exit code is 0 when no link is broken,
    and 1 when one is.

    --log explains the lines of a log that are about push notifications: which driver, what came of it,
    and what to do. The exit code is 1 when the latest is a failure, and when nothing in the log is from
    Dovecot. With -c it is one more link of the walk, and shows how mails come in.
    """
    if user == "":
        raise click.UsageError("--user must not be empty", ctx=click.get_current_context())
    if logs and source.path is None and not source.demo:
        from cli.doctor_log import run_log  # noqa: PLC0415 - logs are read only where one is named

        _refuse_what_a_log_leaves_out()
        return run_log(logs, user, format_, color, brief=source.quiet)
    if userdb is not None and user is None:
        raise click.UsageError("--userdb needs -u USER", ctx=click.get_current_context())
    if postfix is not None and not (postfix / "main.cf").exists():
        raise click.UsageError(f"--postfix: {postfix} has no main.cf", ctx=click.get_current_context())
    source = _below(root, source)
    evidence = _evidence(logs, user) if logs else None
    wanted = _Wanted(user, protocols, root, postfix, userdb, timeout, show_secrets, evidence)
    try:
        configuration = load_configuration(source, root=root)
    except ConfigError as error:
        return _show(None, wanted, unreadable(error, evidence, user or ""), source, format_, color)
    with _transport(offline=offline or is_demo(configuration)) as transport:
        patient = _patient(configuration, wanted, source, transport)
        diagnosis = diagnose(patient)
    return _show(patient, wanted, diagnosis, source, format_, color)


def _evidence(logs: tuple[Path, ...], user: str | None) -> Evidence:
    from drivers.doctor.log.explain import explain  # noqa: PLC0415 - logs are read only where one is named
    from drivers.doctor.log.reading import read_paths  # noqa: PLC0415

    return explain(read_paths(logs, sys.stdin.buffer), user)


def _below(root: Path | None, source: ConfigSource) -> ConfigSource:
    """Take the main file of the machine whose files are below ``root``, where none is named."""
    if root is None or source.path is not None or source.demo or os.environ.get(ENVIRONMENT_NAME):
        return source
    path = Places(root).locate(SYSTEM_CONFIG)
    return source.replace(path=str(path)) if path.exists() else source


class _Wanted(NamedTuple):
    """What the options say about the patient."""

    user: str | None
    protocols: tuple[str, ...]
    root: Path | None
    postfix: Path | None
    userdb: Mapping[str, str] | None
    timeout: float
    show_secrets: bool
    evidence: Evidence | None


def _refuse_what_a_log_leaves_out() -> None:
    """Raise UsageError for an option that has no meaning where nothing but a log is read."""
    context = click.get_current_context()
    for parameter in context.command.params:
        name = parameter.name or ""
        given = context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
        if given and name not in _OF_LOGS:
            option = parameter.opts[0]
            raise click.UsageError(f"{option} needs -c: with --log alone only the log is read", ctx=context)


def _patient(
    configuration: Configuration, wanted: _Wanted, source: ConfigSource, network: Transport | None
) -> Patient:
    demo = is_demo(configuration)
    user = wanted.user or (DEMO_USER if demo else "")
    ours, theirs = options_again(source, wanted.userdb)
    root = wanted.root
    postfix = wanted.postfix or Places(root).locate(POSTFIX)
    return Patient(
        configuration,
        DriverRegistry.installed(),
        SystemClock(),
        user,
        _account(configuration, user, wanted) if user else None,
        tuple(dict.fromkeys(wanted.protocols)),
        network,
        Places(root, postfix),
        wanted.timeout,
        wanted.show_secrets,
        ours,
        theirs,
        open_own_metadata(user) if demo else None,
        Network(patience=wanted.timeout) if network is not None else None,
        wanted.evidence,
    )


def _account(configuration: Configuration, name: str, wanted: _Wanted) -> Account:
    """Return who finds the user; the ids have to make sense unless they are those of another machine."""
    fields, root = wanted.userdb, wanted.root

    def find(protocol: str) -> User:
        if fields is not None:
            user = user_from_fields(configuration, name, fields, protocol=protocol)
        else:
            user = find_user(configuration, name, protocol=protocol, root=root)
        if root is None and not is_demo(configuration):
            check_ids(configuration, user, protocol=protocol)
        return user

    if fields is not None:
        return Account(find, lambda: None, "--userdb")
    return Account(find, lambda: userdb_of(configuration, name, root=root))


@contextlib.contextmanager
def _transport(*, offline: bool) -> Iterator[Transport | None]:
    """Give the network until the end, None for offline."""
    if offline:
        yield None
        return
    from drivers.http_transport import HttpcoreTransport  # noqa: PLC0415 - the network only where it is used

    with contextlib.closing(HttpcoreTransport()) as transport:
        yield transport


def _show(
    patient: Patient | None,
    wanted: _Wanted,
    diagnosis: Diagnosis,
    source: ConfigSource,
    format_: str,
    color: str,
) -> int:
    """Print what was found; return the exit code. Secrets in it are hidden unless they are to be shown."""
    if not wanted.show_secrets:
        diagnosis = without_secrets(diagnosis)
    if format_ == "json":
        version = patient.configuration.version if patient else None
        user = patient.user if patient else wanted.user or ""
        write_result(to_json(version, user, diagnosis))
    else:
        lines = text(diagnosis, brief=source.quiet)
        write_result(render(lines, colored=wants_color(color, into_file=False)))
    return 0 if diagnosis.verdict.is_fine else NOT_FINE
