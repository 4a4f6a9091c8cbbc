"""`pushnotif simulate`: perform a mailbox action and show what push notifications make of it."""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click

from cli import simulation_input as given
from cli.common import ConfigSource, announce, announce_refusal, is_demo, load_configuration
from cli.output import write_result
from cli.render.simulation_json import to_json
from cli.render.simulation_text import text
from cli.render.styled import render as render_lines
from cli.render.styled import wants_color
from cli.simulate_forms import FORMS, Form, unsupported
from cli.simulate_options import options_of
from dovecot_conf import Configuration
from dovecot_conf.variables import user_values
from drivers import (
    DriverRegistry,
    DryRunTransport,
    Level,
    MailUser,
    Outcome,
    SimulationReport,
    Surroundings,
    SystemClock,
    Transport,
    perform,
)
from drivers.load import Load


class EventGroup(click.Group):
    """Knows the names of events that Dovecot doesn't raise, and says so."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command, or say why there is none."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0].lower(), self.commands, n=1)
            known = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(self.commands)}"
            raise click.UsageError(unsupported(args[0]) or f"no such event '{args[0]}'; {known}", ctx=ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=EventGroup)
def simulate() -> None:
    """Perform a mailbox action and show every event, log line and request that Dovecot makes of it."""


EXAMPLES = {
    "message-new": """
      pushnotif simulate message-new --demo
      pushnotif simulate message-new -c dovecot.conf -u bob --message mail.eml --dry-run
      pushnotif simulate message-new -u bob --subject "Lunch?" --unseen 3 --format json
      pushnotif simulate message-new -u bob --count 1000 --concurrency 8""",
    "flags-set": """
      pushnotif simulate flags-set -u bob --flags '\\Seen \\Answered' --keywords work""",
    "mailbox-rename": """
      pushnotif simulate mailbox-rename -u bob --mailbox Drafts --new-name Ideas""",
}


def _command(form: Form) -> click.Command:
    """Make the command of a short form, with the options that it wants."""

    def perform_it(
        source: ConfigSource, format_: str, color: str, dry_run: bool, load: Load, **options: Any
    ) -> int:
        configuration = load_configuration(source)
        refused = announce_refusal(configuration, source)
        dry_run = dry_run or is_demo(configuration)
        if load.count > 1:
            from cli.simulate_many import perform_many  # noqa: PLC0415 - slow to import

            session = _session(form, configuration, source, dry_run=dry_run, count=load.count, **options)
            failed = perform_many(
                session, load, what=form.name, as_json=format_ == "json", color=color, quiet=source.quiet
            )
            return int(refused or failed)
        report = _session(form, configuration, source, dry_run=dry_run, **options)(0)
        if format_ == "json":
            write_result(to_json(report))
        else:
            write_result(render_lines(text(report), colored=wants_color(color, into_file=False)))
        return 1 if refused or _has_failed(report) else 0

    examples = f"\n\n\b{EXAMPLES[form.name]}" if form.name in EXAMPLES else ""
    perform_it.__doc__ = (
        f"{form.about}\n\nThe exit code is 1 when a notification failed, or Dovecot would log an error or"
        f" not start at all.{examples}"
    )
    return click.command(form.name)(options_of(form)(perform_it))


for _form in FORMS:
    simulate.add_command(_command(_form))


def _has_failed(report: SimulationReport) -> bool:
    outcomes = {driver.outcome for transaction in report.transactions for driver in transaction.drivers}
    return Outcome.FAILED in outcomes or any(line.level in (Level.ERROR, Level.FATAL) for line in report.log)


def _session(  # noqa: PLR0913 - one for each kind of option
    form: Form,
    configuration: Configuration,
    source: ConfigSource,
    *,
    dry_run: bool,
    insecure: bool,
    show_secrets: bool,
    user: str | None,
    protocol: str,
    metadata: tuple[str, ...],
    count: int = 1,
    **options: Any,
) -> Callable[[int], SimulationReport]:
    """Gather what the options describe; return what does it once, for each of ``count`` messages."""
    name = _user(user, configuration)
    now = int(time.time())
    first = given.described(form, options, name, now=now, count=count)
    if protocol == "lmtp":
        first = replace(first, envelope=given.envelope(configuration, first.mail, name, now=now))
    account = given.find_account(configuration, name, protocol, source)
    lookup = given.metadata_lookup(configuration, account, protocol, metadata, source)
    push, registry = configuration.push(protocol), DriverRegistry.installed()
    mail_user = MailUser(account.name, user_values(account.name, protocol, home=account.home or None))
    transport = _transport(source, dry_run, insecure)
    surroundings = Surroundings(lookup, transport, SystemClock(), show_secrets)

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


def _transport(source: ConfigSource, dry_run: bool, insecure: bool) -> Transport:
    if dry_run:
        return DryRunTransport()
    from drivers.http_transport import HttpcoreTransport  # noqa: PLC0415 - the network only where it is used

    if insecure:
        announce(source, "--insecure: certificates of https endpoints are NOT checked")
    return HttpcoreTransport(insecure=insecure)
