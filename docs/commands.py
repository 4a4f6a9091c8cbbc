"""The reference of commands, made of what the commands say of themselves.

Run ``python docs/commands.py`` after a change of a command or an option: it writes reference/commands.md.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

PAGE = Path(__file__).parent / "reference" / "commands.md"
HEAD = """\
# Commands

This page is made by `python docs/commands.py` from the commands themselves. `pushnotif COMMAND --help` says
the same in a terminal."""
_ESCAPED = re.compile(r"[\\*_<>\[\]|]")
_CODE = re.compile(r"(`[^`]*`)")
_BLOCK = "\b\n"


def plain(text: str) -> str:
    """Return Markdown that shows ``text`` as it is; what stands in backticks is code."""
    parts = _CODE.split(text)
    return "".join(
        part.replace("|", r"\|") if part.startswith("`") else _ESCAPED.sub(r"\\\g<0>", part) for part in parts
    )


def code(text: str) -> str:
    """Return a code span for a cell of a table."""
    return "`" + text.replace("|", r"\|") + "`"


def paragraphs(help_text: str) -> Iterator[str]:
    """Return the help of a command as Markdown: text, and its examples as they stand."""
    for part in inspect.cleandoc(help_text).split("\n\n"):
        yield ""
        if part.startswith(_BLOCK):
            yield f"```text\n{inspect.cleandoc(part.removeprefix(_BLOCK))}\n```"
        elif part.startswith("  "):
            yield f"```text\n{inspect.cleandoc(part)}\n```"
        else:
            yield plain(part)


Record = tuple[str, str]


def options_of(context: click.Context) -> list[Record]:
    """Return each option with what ``--help`` says of it, without ``--help`` itself."""
    records = (param.get_help_record(context) for param in context.command.params)
    return [record for record in records if record is not None and record[0].startswith("-")]


def table(records: list[Record]) -> Iterator[str]:
    """Return a table of options; nothing where there are none."""
    if records:
        yield "\n| Option | What it does |\n|---|---|"
        yield from (f"| {code(name)} | {plain(' '.join(text.split()))} |" for name, text in records)


def section(context: click.Context, level: int, known: list[Record]) -> Iterator[str]:
    """Return what there is to say of a command and of those below it; options in ``known`` were told."""
    path = context.command_path
    yield f"\n{'#' * level} {path}"
    usage = " ".join(context.command.collect_usage_pieces(context)).rstrip()
    yield f"\n```text\n{path} {usage}\n```"
    yield from paragraphs(context.command.help or "")
    yield from table([record for record in options_of(context) if record not in known])
    from cli.tree import below  # noqa: PLC0415 - as in page()

    inner = list(below(context))
    shared = shared_options(inner)
    if shared:
        yield f"\n{'#' * (level + 1)} Options of every `{path}` command"
        yield from table(shared)
    for one in inner:
        yield from section(one, level + 1, shared)
    if known and not inner:
        parent = context.parent.command_path if context.parent else ""
        anchor = f"options-of-every-{parent.replace(' ', '-')}-command"
        yield f"\nAnd the [options of every `{parent}` command](#{anchor})."


def shared_options(contexts: list[click.Context]) -> list[Record]:
    """Return the options that all of several commands have, in the words that all have."""
    if len(contexts) < 2:
        return []
    first, *others = (options_of(context) for context in contexts)
    return [record for record in first if all(record in other for other in others)]


def overview(contexts: list[click.Context]) -> Iterator[str]:
    """Return a table of commands that leads to their sections."""
    yield "\n| Command | What it does |\n|---|---|"
    for context in contexts:
        path = context.command_path
        about = plain(context.command.get_short_help_str(limit=200))
        yield f"| [`{path}`](#{path.replace(' ', '-')}) | {about} |"


def page() -> str:
    """Return the page as the commands are now."""
    from cli.main import pushnotif  # noqa: PLC0415 - run as a script, the path is set first
    from cli.tree import below, top  # noqa: PLC0415

    commands = list(below(top(pushnotif)))
    lines = [HEAD, *overview(commands)]
    for context in commands:
        lines.extend(section(context, 2, []))
    return "\n".join(lines).rstrip("\n") + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(PAGE.parents[2]))
    PAGE.write_text(page(), "utf-8")
