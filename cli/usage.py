"""What is said of a wrong call: one line, with the word that was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import click

from cli.tree import walk
from dovecot_conf.near import nearest

_TOO_MUCH = re.compile(r"Got unexpected extra arguments? \((.*)\)", re.DOTALL)
_ONE_WORD = re.compile(r"[^\s\0]{1,200}")
_NO_NUMBER = re.compile(r"is not a valid (integer|float) range$")
_NUMBERS = {"integer": "a whole number", "float": "a number"}
_NO_CHOICE = re.compile(r"'(.*)' is not one of ", re.DOTALL)


def usage_line(error: click.ClickException) -> str:
    """Return the message of a wrong call, with the help command to type next."""
    text = usage_message(error)
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{text} (see '{context.command_path} --help')" if context else text


def no_such(kind: str, word: str, known: Iterable[str]) -> str:
    """Return the message about a name that isn't there: with the nearest known one, else with all."""
    names = tuple(known)
    near = nearest(word.lower(), names)
    return f"no such {kind} '{word}'; " + (meant(near) if near else f"known: {', '.join(names)}")


def meant(near: str) -> str:
    """Return the question whether a name was meant."""
    return f"did you mean '{near}'?"


def usage_message(error: click.ClickException) -> str:
    """Return the message of a wrong call, with the option or choice that was probably meant."""
    if isinstance(error, click.NoSuchOption):
        return _no_such_option(error.option_name, error.ctx)
    text = error.format_message().rstrip(".")
    too_much = _TOO_MUCH.fullmatch(text)
    if too_much is not None:
        return _unexpected(too_much[1], error.ctx if isinstance(error, click.UsageError) else None)
    if isinstance(error, click.BadParameter) and error.param is not None:
        text = _NO_NUMBER.sub(lambda found: f"is not {_NUMBERS[found[1]]}", text)
        near = _near_choice(error.message, error.param)
        return f"{text}; {meant(near)}" if near else text
    return text


def _unexpected(words: str, context: click.Context | None) -> str:
    """Return the message about arguments that have no place, with the option that takes such a one."""
    text = f"unexpected argument '{words}'"
    if context is None or not _ONE_WORD.fullmatch(words):
        return text
    wanted = "-c" if words.endswith(".conf") or Path(words).exists() else "-u"
    return f"{text}; {meant(f'{wanted} {words}')}" if wanted in _options(context) else text


def _no_such_option(name: str, context: click.Context | None) -> str:
    """Return the message about an option that a command doesn't have, though one below it may."""
    text = f"no such option '{name}'"
    if context is None:
        return text
    if any(name in _options(one) for one in walk(context) if one is not context):
        return f"{text} here: it goes behind the name of a command"
    near = nearest(name, _options(context))
    return f"{text}; {meant(near)}" if near else text


def _options(context: click.Context) -> list[str]:
    """Return the options of a command."""
    params = context.command.get_params(context)
    options = (param for param in params if isinstance(param, click.Option) and not param.hidden)
    return [name for option in options for name in (*option.opts, *option.secondary_opts)]


def _near_choice(message: str, param: click.Parameter) -> str:
    """Return the choice that is most like what was given for a parameter, '' for none."""
    given = _NO_CHOICE.match(message)
    choices = param.type.choices if isinstance(param.type, click.Choice) else ()
    return nearest(given[1].lower(), map(str, choices)) if given else ""
