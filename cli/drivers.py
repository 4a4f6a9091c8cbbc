"""`pushnotif drivers`: what loads for which protocol, in which order, and what doesn't and why."""

from __future__ import annotations

import click

from cli.command import Command, Example, ExitCode
from cli.common import (
    ConfigSource,
    announce,
    announce_refusal,
    color_option,
    config_options,
    load_configuration,
    show_secrets_option,
)
from cli.complete import values
from cli.output import write_result
from cli.render.chains import ProtocolChain
from cli.render.chains_json import to_json
from cli.render.chains_text import text
from cli.render.styled import render as render_lines
from cli.render.styled import wants_color
from cli.simulation_input import find_account
from cli.usage import meant
from dovecot_conf.configuration import MAIL_PROTOCOLS
from dovecot_conf.near import nearest
from dovecot_conf.variables import user_values
from drivers.chain import load_chain
from drivers.registry import DriverRegistry
from mailstore.users import User

PROTOCOLS = ("lmtp", "lda", "imap")
STAND_IN_USER = "USER"
_STAND_IN = User(STAND_IN_USER, f"/home/{STAND_IN_USER}", None, None, {})


EXAMPLES = (
    Example("pushnotif drivers -c dovecot.conf -u bob", "show what loads for bob, by protocol"),
    Example("pushnotif drivers --protocol lmtp --format json", "tell a program about LMTP only"),
)
EXIT_CODES = (ExitCode(1, "Dovecot would log an error while loading, or not start at all."),)


@click.command(cls=Command, examples=EXAMPLES, exit_codes=EXIT_CODES)
@config_options
@click.option("-u", "--user", metavar="USER", help="Expand %variables for this user.")
@click.option(
    "--protocol",
    "protocols",
    multiple=True,
    metavar="NAME",
    shell_complete=values.words(*PROTOCOLS, "doveadm"),
    help=f"Only this protocol; can be repeated [default: {', '.join(PROTOCOLS)}].",
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@color_option
@show_secrets_option
def drivers(
    source: ConfigSource,
    user: str | None,
    protocols: tuple[str, ...],
    format_: str,
    color: str,
    show_secrets: bool,
) -> int:
    """Show which drivers load for which protocol, in order, with their options; and which don't, and why.

    The exit code is 1 when Dovecot would log an error while loading, or not start at all.
    """
    configuration = load_configuration(source)
    refused = announce_refusal(configuration, source)
    registry = DriverRegistry.installed()
    found = []
    for protocol in protocols or PROTOCOLS:
        _announce_mistyped(source, protocol)
        account = find_account(configuration, user, protocol, source) if user else _STAND_IN
        variables = user_values(user or STAND_IN_USER, protocol, home=account.home or None)
        push = configuration.push(protocol, account.fields)
        chain = load_chain(push, registry=registry, variables=variables, show_secrets=show_secrets)
        found.append(ProtocolChain(push, chain, show_secrets))
    if user is None and any(one.has_variables for one in found):
        announce(source, f"no user named with -u: %variables are shown as for a user called {STAND_IN_USER}")
    if format_ == "json":
        write_result(to_json(configuration.version, user, found))
    else:
        write_result(render_lines(text(found), colored=wants_color(color, into_file=False)))
    return 1 if refused or any(one.failed for one in found) else 0


def _announce_mistyped(source: ConfigSource, protocol: str) -> None:
    """Say which protocol was probably meant; a site may have others than those that are known here."""
    near = nearest(protocol.lower(), MAIL_PROTOCOLS)
    if near and protocol not in MAIL_PROTOCOLS:
        announce(source, f"no process that handles mail has the protocol '{protocol}'; {meant(near)}")
