"""`pushnotif simulate`: perform a mailbox action and show what push notifications make of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from cli import simulation_input as given
from cli.common import (
    ConfigSource,
    announce,
    announce_refusal,
    color_option,
    config_options,
    is_demo,
    load_configuration,
    show_secrets_option,
)
from cli.output import write_result
from cli.render.simulation_json import to_json
from cli.render.simulation_text import text
from cli.render.styled import render as render_lines
from cli.render.styled import wants_color
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
    deliver,
)

MAX_NUMBER = 2**32 - 1


@click.group()
def simulate() -> None:
    """Perform a mailbox action and show every event, log line and request that Dovecot makes of it."""


@simulate.command("message-new")
@config_options
@click.option(
    "-u", "--user", metavar="USER", help="Whose mail it is [required but with the built-in example]."
)
@click.option("--mailbox", default="INBOX", show_default=True, help="Where the mail is delivered to.")
@click.option(
    "--protocol",
    type=click.Choice(["lmtp", "lda"]),
    default="lmtp",
    show_default=True,
    help="How it is delivered.",
)
@click.option("--message", "path", metavar="FILE|-", help="The mail, from a file or from stdin.")
@click.option("--from", "sender", metavar="ADDRESS", help="Sender of a mail made up here.")
@click.option("--to", "recipient", metavar="ADDRESS", help="Recipient of a mail made up here.")
@click.option("--subject", metavar="TEXT", help="Subject of a mail made up here.")
@click.option("--body", metavar="TEXT", help="Text of a mail made up here.")
@click.option("--uid", type=click.IntRange(1, MAX_NUMBER), help="UID that the mail gets [default: the next].")
@click.option(
    "--uidvalidity", type=click.IntRange(1, MAX_NUMBER), help="UIDVALIDITY of the mailbox [default: now]."
)
@click.option(
    "--unseen", type=click.IntRange(0, MAX_NUMBER), help="Unseen messages before the action [default: 0]."
)
@click.option(
    "--maildir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Take UID, UIDVALIDITY and unseen from this Maildir; it is only read.",
)
@click.option(
    "--metadata", metavar="ENTRY=VALUE", multiple=True, help="Server-level METADATA for this run only."
)
@click.option("--dry-run", is_flag=True, help="Nothing leaves the machine: requests are shown.")
@click.option("--insecure", is_flag=True, help="Accept any certificate from an https endpoint.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@color_option
@show_secrets_option
def message_new(source: ConfigSource, format_: str, color: str, dry_run: bool, **options: Any) -> int:
    """Deliver a mail as LMTP or the LDA would.

    The exit code is 1 when a notification failed, or Dovecot would log an error or not start at all.

    \b
      pushnotif simulate message-new --demo
      pushnotif simulate message-new -c dovecot.conf -u bob --message mail.eml --dry-run
      pushnotif simulate message-new -u bob --subject "Lunch?" --unseen 3 --format json
    """
    configuration = load_configuration(source)
    refused = announce_refusal(configuration, source)
    report = _deliver(configuration, source, dry_run=dry_run or is_demo(configuration), **options)
    if format_ == "json":
        write_result(to_json(report))
    else:
        write_result(render_lines(text(report), colored=wants_color(color, into_file=False)))
    return 1 if refused or _has_failed(report) else 0


def _has_failed(report: SimulationReport) -> bool:
    outcomes = {driver.outcome for transaction in report.transactions for driver in transaction.drivers}
    return Outcome.FAILED in outcomes or any(line.level in (Level.ERROR, Level.FATAL) for line in report.log)


def _deliver(
    configuration: Configuration,
    source: ConfigSource,
    *,
    dry_run: bool,
    insecure: bool,
    show_secrets: bool,
    **options: Any,
) -> SimulationReport:
    """Gather what the options describe and run the delivery."""
    name, protocol = options["user"], options["protocol"]
    if name is None:
        if not is_demo(configuration):
            raise click.UsageError("name the user with -u USER", ctx=click.get_current_context())
        name = given.DEMO_USER
    for option in ("user", "mailbox"):
        if options[option] == "":
            raise click.UsageError(f"--{option} must not be empty", ctx=click.get_current_context())
    mail = given.read_mail(
        given.MailParts(
            options["path"], options["sender"], options["recipient"], options["subject"], options["body"]
        ),
        name,
    )
    state = given.mailbox_state(
        options["mailbox"],
        options["maildir"],
        uid=options["uid"],
        uidvalidity=options["uidvalidity"],
        unseen=options["unseen"],
        now=int(time.time()),
    )
    user = given.find_account(configuration, name, protocol, source)
    metadata = given.metadata_lookup(configuration, user, protocol, options["metadata"], source)
    return deliver(
        configuration.push(protocol),
        user=MailUser(user.name, user_values(user.name, protocol, home=user.home or None)),
        mailbox=state,
        message=mail,
        surroundings=Surroundings(
            metadata, _transport(source, dry_run, insecure), SystemClock(), show_secrets
        ),
        registry=DriverRegistry.installed(),
    )


def _transport(source: ConfigSource, dry_run: bool, insecure: bool) -> Transport:
    if dry_run:
        return DryRunTransport()
    from drivers.http_transport import HttpcoreTransport  # noqa: PLC0415 - the network only where it is used

    if insecure:
        announce(source, "--insecure: certificates of https endpoints are NOT checked")
    return HttpcoreTransport(insecure=insecure)
