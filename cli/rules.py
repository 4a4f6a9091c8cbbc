"""`pushnotif rules`: the catalogue of the linter, and one rule explained."""

from __future__ import annotations

import click

from cli.common import color_option
from cli.output import write_result
from cli.render import rules as render
from cli.render.styled import render as render_lines
from cli.render.styled import wants_color
from dovecot_conf.lint import Catalogue
from dovecot_conf.lint.entries import entries
from drivers.rules import all_rules


@click.command()
@click.argument("rule", required=False)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@color_option
def rules(rule: str | None, format_: str, color: str) -> int:
    """List the rules of 'pushnotif validate', or explain one.

    RULE is a code (PN301) or a name (driver-chain-gap); the beginning of codes (PN3) lists a family.
    """
    catalogue = Catalogue(all_rules())
    shown = entries(catalogue.rules)
    if rule is not None:
        codes = catalogue.codes([rule])
        shown = tuple(entry for entry in shown if entry.code in codes)
    if format_ == "json":
        write_result(render.to_json(shown))
    else:
        explain = rule is not None and len(shown) == 1
        lines = render.explanation(shown[0]) if explain else render.catalogue(shown)
        write_result(render_lines(lines, colored=wants_color(color, into_file=False)))
    return 0
