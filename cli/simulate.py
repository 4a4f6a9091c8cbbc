"""`pushnotif simulate`: perform a mailbox action and show what push notifications make of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from cli import simulation_input as given
from cli.command import Command, Group
from cli.common import ConfigSource, announce_refusal, is_demo, load_configuration
from cli.output import write_result
from cli.render.simulation_json import to_json
from cli.render.simulation_text import text
from cli.render.styled import render as render_lines
from cli.render.styled import wants_color
from cli.simulate_examples import EXAMPLES, EXIT_CODES, SCENARIO_EXAMPLES
from cli.simulate_forms import FORMS, Form, unsupported
from cli.simulate_network import Network, has_failed, network
from cli.simulate_options import SCENARIO_OPTIONS, check_scripting, options_of, with_options
from cli.usage import no_such
from dovecot_conf import Configuration
from drivers import (
    DriverRegistry,
    SimulationReport,
    Surroundings,
    SystemClock,
    perform,
)
from drivers.load import Load
from drivers.mail_source import envelope
from drivers.scripting import Scripting

SCENARIO = "--scenario"


class EventCommand(Command):
    """Knows that a scenario is played without an EVENT, and says so."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options; raises UsageError."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if error.option_name != SCENARIO:
                raise
            text = f"{SCENARIO} says itself what happens: leave out {self.name}"
            raise click.UsageError(text, ctx=ctx.parent) from None


class EventGroup(Group):
    """Knows the names of events that Dovecot doesn't raise, and the options of events, and says so."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options in front of an event; raises UsageError."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if not self._of_event(error.option_name):
                raise
            with_scenario = any(word.partition("=")[0] == SCENARIO for word in given)
            why = f"can't be used with {SCENARIO}: the file says it" if with_scenario else "goes behind EVENT"
            text = f"{error.option_name} {why}"
            raise click.UsageError(text, ctx=ctx) from None

    def _of_event(self, name: str) -> bool:
        return any(
            name in (*param.opts, *param.secondary_opts)
            for command in self.commands.values()
            for param in command.params
        )

    def wrong_name(self, ctx: click.Context, name: str) -> click.UsageError:
        """Return the error about an event that doesn't exist, or that Dovecot doesn't raise."""
        text = unsupported(name) or no_such("event", name, self.commands)
        return click.UsageError(text, ctx=ctx)


@click.group(
    cls=EventGroup,
    examples=SCENARIO_EXAMPLES,
    exit_codes=EXIT_CODES,
    invoke_without_command=True,
    no_args_is_help=True,
)
@with_options(SCENARIO_OPTIONS)
@click.pass_context
def simulate(
    ctx: click.Context, /, source: ConfigSource, scenario_path: Path | None, **options: Any
) -> int | None:
    """Perform a mailbox action and show every event, log line and request that Dovecot makes of it.

    EVENT does one thing; --scenario plays a file with many: users, mailboxes, METADATA, sessions.
    The other options here are for --scenario; each EVENT has its own.
    """
    if ctx.invoked_subcommand is not None:
        given_here = [
            param.opts[0]
            for param in ctx.command.params
            if param.name and ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE
        ]
        if given_here:
            event = ctx.invoked_subcommand
            how = "leave out" if scenario_path is not None else "its options go behind"
            raise click.UsageError(f"{given_here[0]} stands before {event}: {how} {event}", ctx=ctx)
        return None
    if scenario_path is None:
        raise click.UsageError("name an EVENT, or a scenario with --scenario FILE", ctx=ctx)
    from cli.simulate_scenario import play  # noqa: PLC0415 - only with --scenario

    return play(scenario_path, source, **options)


def _command(form: Form) -> click.Command:
    """Make the command of a short form, with the options that it wants."""

    def perform_it(
        source: ConfigSource,
        format_: str,
        color: str,
        dry_run: bool,
        insecure: bool,
        load: Load,
        record_path: Path | None,
        **options: Any,
    ) -> int:
        configuration = load_configuration(source)
        refused = announce_refusal(configuration, source)
        dry_run = dry_run or is_demo(configuration)
        with network(
            source,
            record_path,
            dry_run=dry_run,
            insecure=insecure,
            show_secrets=options["show_secrets"],
        ) as opened:
            session = _session(
                form, configuration, source, network=opened, dry_run=dry_run, count=load.count, **options
            )
            if load.count > 1:
                from cli.simulate_many import perform_many  # noqa: PLC0415 - slow to import

                failed = perform_many(
                    session, load, what=form.name, as_json=format_ == "json", color=color, quiet=source.quiet
                )
                return int(refused or failed)
            report = session(0)
        if format_ == "json":
            write_result(to_json(report))
        else:
            write_result(render_lines(text(report), colored=wants_color(color, into_file=False)))
        return 1 if refused or has_failed(report.transactions, report.log) else 0

    perform_it.__doc__ = (
        f"{form.about}\n\nThe exit code is 1 when a notification failed, or Dovecot would log an error or"
        " not start at all."
    )
    decorate = click.command(form.name, cls=EventCommand, examples=EXAMPLES[form.name], exit_codes=EXIT_CODES)
    return decorate(options_of(form)(perform_it))


for _form in FORMS:
    simulate.add_command(_command(_form))


def _session(  # noqa: PLR0913 - one for each kind of option
    form: Form,
    configuration: Configuration,
    source: ConfigSource,
    *,
    network: Network,
    dry_run: bool,
    show_secrets: bool,
    scripting: Scripting,
    user: str | None,
    protocol: str,
    metadata: tuple[str, ...],
    count: int = 1,
    **options: Any,
) -> Callable[[int], SimulationReport]:
    """Gather what the options describe; return what does it once, for each of ``count`` messages."""
    check_scripting(scripting, configuration)
    name = _user(user, configuration)
    now = int(time.time())
    first = given.described(form, options, name, now=now, count=count)
    if protocol == "lmtp":
        first = replace(first, envelope=envelope(configuration, first.mail, name, now=now))
    account = given.find_account(configuration, name, protocol, source)
    found = given.metadata_of_run(configuration, account, protocol, metadata, source, writes=not dry_run)
    push, registry = configuration.push(protocol, account.fields), DriverRegistry.installed()
    mail_user = given.mail_user(account, protocol)
    transport = network({"user": account.name, "protocol": protocol})
    clock = SystemClock()
    surroundings = Surroundings(found.look_up, transport, clock, show_secrets, found.store, scripting)

    def session(number: int) -> SimulationReport:
        what = first.after(number)
        return perform(
            push,
            user=mail_user,
            mailboxes=form.prepare(what),
            act=lambda actions: form.act(actions, what),
            mailbox=what.state.name,
            surroundings=surroundings,
            registry=registry,
        )

    return session


def _user(name: str | None, configuration: Configuration) -> str:
    if name is None and is_demo(configuration):
        return given.DEMO_USER
    if name is None:
        raise click.UsageError("name the user with -u USER", ctx=click.get_current_context())
    if not name:
        raise click.UsageError("--user must not be empty", ctx=click.get_current_context())
    return name
