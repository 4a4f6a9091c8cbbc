"""`pushnotif rules`: the catalogue of the linter, and one rule explained."""

from __future__ import annotations

from pathlib import Path

import click

from cli.command import Command, Example
from cli.common import color_option
from cli.complete import values
from cli.output import write_result
from cli.output_files import write_files
from cli.render import rules as render
from cli.render.styled import render as render_lines
from cli.render.styled import wants_color
from dovecot_conf.lint import Catalogue
from dovecot_conf.lint.entries import Entry, entries
from drivers.rules import all_rules

EXAMPLES = (
    Example("pushnotif rules", "list all rules"),
    Example("pushnotif rules PN301", "explain one, with bad and good examples"),
    Example("pushnotif rules PN4", "list a family: the rules about ox"),
    Example("pushnotif rules --format json notify-missing", "explain one to a program"),
)


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("rule", required=False, shell_complete=values.rules)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How to show them; markdown: the page about each.",
)
@click.option(
    "--output-dir",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="Write a Markdown page for each rule and a list of all into DIR; pages of other rules go.",
)
@color_option
def rules(rule: str | None, format_: str, output_dir: Path | None, color: str) -> int:
    """List the rules of 'pushnotif validate', or explain one.

    RULE is a code (PN301) or a name (driver-chain-gap); the beginning of codes (PN3) lists a family.
    """
    if output_dir is not None and (rule is not None or format_ == "json"):
        text = "--output-dir is for the pages of all rules"
        raise click.UsageError(text, ctx=click.get_current_context())
    catalogue = Catalogue(all_rules())
    shown = entries(catalogue.rules)
    if rule is not None:
        codes = catalogue.codes([rule])
        shown = tuple(entry for entry in shown if entry.code in codes)
    if output_dir is not None:
        _write_pages(shown, output_dir)
    elif format_ == "markdown":
        from cli.render.rule_pages import page  # noqa: PLC0415 - only for this format

        write_result("\n".join(map(page, shown)))
    elif format_ == "json":
        write_result(render.to_json(shown))
    else:
        explain = rule is not None and len(shown) == 1
        lines = render.explanation(shown[0]) if explain else render.catalogue(shown)
        write_result(render_lines(lines, colored=wants_color(color, into_file=False)))
    return 0


def _write_pages(shown: tuple[Entry, ...], folder: Path) -> None:
    """Write the page of every rule, and remove those of rules that are no more. Raises OutputError."""
    from cli.render.rule_pages import is_page, pages  # noqa: PLC0415 - only for this

    written = {folder / name: text for name, text in pages(shown).items()}
    write_files(written)
    for path in folder.iterdir():
        if path not in written and is_page(path.name):
            path.unlink()
