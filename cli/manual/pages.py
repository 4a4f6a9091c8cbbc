"""What the manual page of each command says."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import click

from cli.command import FINE, WRONG_USAGE, Documented, Example, ExitCode
from cli.manual.tables import FILES, VARIABLES, Noted, concerning
from cli.tree import below, top, walk

ALWAYS = (ExitCode(130, "Ctrl-C ended it."),)
ELSEWHERE = ("doveadm(1)", "doveconf(1)")


class Paragraph(NamedTuple):
    """A piece of text; what is not ``filled`` keeps its lines."""

    text: str
    filled: bool


class Page(NamedTuple):
    """A manual page: ``options`` and ``commands`` are names and what they are."""

    command: str
    summary: str
    synopsis: str
    description: tuple[Paragraph, ...]
    options: tuple[tuple[str, str], ...]
    commands: tuple[tuple[str, str], ...]
    examples: tuple[Example, ...]
    exit_codes: tuple[ExitCode, ...]
    variables: tuple[Noted, ...]
    files: tuple[Noted, ...]
    see_also: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name that ``man`` knows it by: ``pushnotif-lua-check``."""
        return self.command.replace(" ", "-")


def pages(root: click.Command) -> Mapping[str, Page]:
    """Return the page of a command and of all below it, by their names."""
    contexts = list(walk(top(root)))
    everything = frozenset(name for context in contexts for name in _parameters(context.command))
    made = (_page(context, everything if context.parent is None else None) for context in contexts)
    return {page.name: page for page in made}


def _page(context: click.Context, everything: frozenset[str] | None) -> Page:
    command = context.command
    documented = command if isinstance(command, Documented) else None
    parameters = everything or frozenset(_parameters(command))
    paragraphs = tuple(_paragraphs(command.help or ""))
    options = (param for param in command.get_params(context) if isinstance(param, click.Option))
    records = (option.get_help_record(context) for option in options)
    return Page(
        context.command_path,
        _summary(paragraphs),
        " ".join(command.collect_usage_pieces(context)),
        paragraphs,
        tuple(record for record in records if record is not None),
        tuple(map(_told, below(context))),
        documented.examples if documented else (),
        (*(documented.exit_codes if documented else (FINE, WRONG_USAGE)), *ALWAYS),
        concerning(VARIABLES, parameters),
        concerning(FILES, parameters),
        tuple(_see_also(context)),
    )


def _told(context: click.Context) -> tuple[str, str]:
    """Return the name of a command, and what it is."""
    return context.info_name or "", _summary(tuple(_paragraphs(context.command.help or "")))


def _parameters(command: click.Command) -> Iterator[str]:
    return (param.name for param in command.params if param.name)


def _paragraphs(help_: str) -> Iterator[Paragraph]:
    """Yield the paragraphs of a help text in click's notation: ``\\b`` is above lines to be kept."""
    for block in re.split(r"\n\s*\n", inspect.cleandoc(help_).partition("\f")[0]):
        if block.startswith("\b"):
            yield Paragraph(block.removeprefix("\b").strip("\n"), filled=False)
        elif block:
            yield Paragraph(" ".join(block.split()), filled=True)


def _summary(paragraphs: tuple[Paragraph, ...]) -> str:
    """Return the first sentence of a text, without its full stop."""
    first = paragraphs[0].text if paragraphs else ""
    return re.split(r"\.(?:\s|$)", first)[0]


def _see_also(context: click.Context) -> Iterator[str]:
    parents = []
    parent = context.parent
    while parent is not None:
        parents.append(parent.command_path)
        parent = parent.parent
    paths = [*reversed(parents), *(one.command_path for one in below(context))]
    yield from (f"{path.replace(' ', '-')}(1)" for path in paths)
    yield from ELSEWHERE
