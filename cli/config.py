"""`pushnotif config`: what doveconf prints, and where a value comes from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import click

from cli.command import Command, Example, ExitCode
from cli.common import ConfigSource, config_options, load_configuration, remark
from cli.complete import values
from cli.output import printable, writing_to_stdout
from cli.render.secrets import hide_in_sentence
from cli.usage import meant
from dovecot_conf import Configuration, Severity, Version
from dovecot_conf.conditions import Condition, ConditionError
from dovecot_conf.configuration import MAIL_PROTOCOLS
from dovecot_conf.dump import WHEN_EXPANDING, DumpOptions, dump, look_up
from dovecot_conf.dump_errors import FilterConflictError
from dovecot_conf.evaluate import Surroundings
from dovecot_conf.extent import Extent
from dovecot_conf.files import Files
from dovecot_conf.names import names as setting_names
from dovecot_conf.near import nearest
from dovecot_conf.nets import parse_net
from dovecot_conf.secrets import concealed, quoted

if TYPE_CHECKING:
    from dovecot_conf.diagnostics import Diagnostic
    from dovecot_conf.explain import Explanation

_FILTER_KEYS = {
    Version.V23: {
        "protocol": "protocol",
        "service": "protocol",
        "lname": "local_name",
        "local": "local",
        "remote": "remote",
    },
    Version.V24: {word: word for word in ("protocol", "local_name", "local", "remote")},
}
_EXPANDED = WHEN_EXPANDING | {"expanded-value", "unreadable-service"}
_NOT_EXPANDED = frozenset(("unexpanded-value",))
"""Errors of values with variables in them: what doveconf finds with ``-x``, and what without."""


def _filter_values() -> dict[str, Iterable[str]]:
    """Return the words in front of the values of ``-f``, and for a protocol those."""
    keys = dict.fromkeys(key for known in _FILTER_KEYS.values() for key in known)
    return {key: MAIL_PROTOCOLS if key in ("protocol", "service") else () for key in keys}


EXAMPLES = (
    Example("pushnotif config -n", "print what differs from the defaults"),
    Example("pushnotif config -f protocol=lmtp mail_plugins", "print one setting, as LMTP sees it"),
    Example("pushnotif config -h mail_location", "print the value only"),
    Example("pushnotif config --explain mail_plugins", "say which line sets it, and which one counts"),
)
EXIT_CODES = (ExitCode(1, "doveconf would refuse the configuration."),)


@click.command(
    cls=Command,
    examples=EXAMPLES,
    exit_codes=EXIT_CODES,
    context_settings={"help_option_names": ["--help"]},
)
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=values.settings)
@click.option("-n", "extent", flag_value="changed", help="Settings that differ from the defaults.")
@click.option("-a", "extent", flag_value="all", help="All settings.")
@click.option(
    "-f",
    "filters",
    metavar="KEY=VALUE",
    multiple=True,
    shell_complete=values.assignments(_filter_values),
    help="For a protocol=, local=, remote=…",
)
@click.option("-h", "value_only", is_flag=True, help="The value of NAME only.")
@click.option("-P", "show_secrets", is_flag=True, help="Show passwords and tokens in clear.")
@click.option("-x", "expanding", is_flag=True, help="Expand $variables and <files.")
@click.option("--explain", is_flag=True, help="Every line that sets NAME, and which one counts.")
@config_options
def config(
    names: tuple[str, ...],
    extent: str | None,
    filters: tuple[str, ...],
    source: ConfigSource,
    **flags: bool,
) -> int:
    """Print the settings as doveconf does, for people without a Dovecot.

    Without NAME it prints what doveconf of that version prints: all settings (2.3), or those that
    differ from the defaults (2.4). Options mean what they mean for doveconf; -h is not the help.
    """
    wanted = _Wanted(extent=extent, **flags)
    if wanted.explain:
        _check_explain(names, others=wanted.value_only or wanted.expanding or extent is not None)
    elif source.overrides:
        raise click.UsageError("-o works with --explain only: doveconf prints what the files say")
    configuration = load_configuration(source)
    _check_value_only(names, configuration.version, value_only=wanted.value_only)
    asked = _condition(filters, configuration.version)
    if wanted.explain:
        return _explain(names, configuration, asked, source, hide=not wanted.show_secrets)
    return _show(names, configuration, asked, wanted, quiet=source.quiet)


class _Wanted(NamedTuple):
    """What the options say about the settings to print."""

    extent: str | None
    value_only: bool
    explain: bool
    expanding: bool
    show_secrets: bool


def _explain(
    names: tuple[str, ...],
    configuration: Configuration,
    asked: Condition,
    source: ConfigSource,
    *,
    hide: bool,
) -> int:
    """Print where the values of settings come from; return the exit code."""
    from dovecot_conf.explain import Explainer  # noqa: PLC0415 - both versions, only for this option

    surroundings = Surroundings(Files(), os.environ)
    explainer = Explainer(configuration, asked, overrides=source.overrides, surroundings=surroundings)
    for name in names:
        explanation = explainer.explain(name)
        _print(_explanation(explanation, configuration.version, hide=hide))
        known = explanation.value is not None or explanation.default is not None
        _remark_missing(name, configuration, quiet=source.quiet or known)
    return _report(_errors(configuration, expanding=True, hide=hide))


def _show(
    names: tuple[str, ...], configuration: Configuration, asked: Condition, wanted: _Wanted, *, quiet: bool
) -> int:
    """Print settings as doveconf does; return the exit code."""
    extent = _extent(wanted.extent, names, configuration.version)
    options = DumpOptions(extent, asked, wanted.value_only, wanted.show_secrets, wanted.expanding, os.environ)
    hide, expanding = not wanted.show_secrets, wanted.expanding
    errors = _errors(configuration, expanding=expanding, hide=hide, names=bool(names))
    if any(name not in _at_the_end() for name, _ in errors):
        return _report(errors)
    try:
        if not names:
            _print(dump(configuration, options))
        for name in names:
            text = look_up(configuration, name, options)
            _print(text)
            _remark_missing(name, configuration, quiet=quiet or bool(text))
    except FilterConflictError as error:
        return _report([("filter-conflict", str(error))])
    return _report(errors)


def _remark_missing(name: str, configuration: Configuration, *, quiet: bool) -> None:
    """Say that there is no such setting, and which one was probably meant."""
    near = nearest(name, setting_names(configuration.version))
    advice = meant(near) if near and near != name else "-c names a file"
    remark(f"no setting {printable(name)} here; {advice}", quiet=quiet)


def _check_explain(names: tuple[str, ...], *, others: bool) -> None:
    if not names:
        raise click.UsageError("--explain needs a NAME")
    if others:
        raise click.UsageError("--explain excludes -n, -a, -h and -x")


def _check_value_only(names: tuple[str, ...], version: Version, *, value_only: bool) -> None:
    """Refuse ``-h`` without a name, which 2.3 takes for all settings."""
    if value_only and not names and version is Version.V24:
        raise click.UsageError("-h needs a NAME: several settings match")


def _extent(extent: str | None, names: tuple[str, ...], version: Version) -> Extent:
    if extent == "changed":
        return Extent.CHANGED
    if names:
        return Extent.ALL
    return Extent.LISTED if extent == "all" or version is Version.V23 else Extent.CHANGED


def _condition(filters: tuple[str, ...], version: Version) -> Condition:
    """Return what ``-f`` says. Raises UsageError with doveconf's message."""
    found = {}
    for text in filters:
        key, equals, value = text.partition("=")
        if not equals and version is Version.V24:
            raise click.UsageError("-f parameters must be in key=value format")
        word = _FILTER_KEYS[version].get(key)
        if word is None:
            unknown = (
                f"Unknown filter argument: {text}"
                if version is Version.V23
                else f"-f {key}: Unknown filter key"
            )
            near = nearest(key, _FILTER_KEYS[version])
            advice = meant(near) if near else f"known: {', '.join(_FILTER_KEYS[version])}"
            raise click.UsageError(f"{unknown}; {advice}")
        try:
            found[word] = parse_net(value) if word in ("local", "remote") else value
        except ConditionError as error:
            raise click.UsageError(f"-f {text}: {error}") from None
    return Condition(**found)  # type: ignore[arg-type]  # a net for local and remote, else a text


@cache
def _at_the_end() -> frozenset[str]:
    """Return the errors that doveconf reports after the settings; when asked for a name it looks for few."""
    from dovecot_conf.syntax_rules import SYNTAX_RULES  # noqa: PLC0415 - large, and only for errors

    return frozenset(rule.name for rule in SYNTAX_RULES if rule.at_end)


def _errors(
    configuration: Configuration, *, expanding: bool, hide: bool, names: bool = False
) -> list[tuple[str, str]]:
    """Return the errors that doveconf would report for this call, by name."""
    left_out = _NOT_EXPANDED if expanding else _EXPANDED
    if names:
        left_out |= _at_the_end() - {"storage-version-missing"} | {"unknown-group"}
    problems = [
        problem
        for problem in configuration.problems
        if (problem.severity is Severity.ERROR or problem.name in _EXPANDED) and problem.name not in left_out
    ]
    what = _what_it_is(configuration, problems)
    told = [
        (problem.name, f"{problem.span}: {hide_in_sentence(problem.message) if hide else problem.message}")
        for problem in (problems[:1] if what else problems)
    ]
    return [(name, f"{text}: {what}") for name, text in told] if what else told


def _what_it_is(configuration: Configuration, problems: Sequence[Diagnostic]) -> str:
    """Return what the file of the first problem is, if it is no configuration; "" for any other."""
    if not problems:
        return ""
    from dovecot_conf.lint.misread_files import what_it_is  # noqa: PLC0415 - only where something is wrong

    return what_it_is(configuration, problems[0].span.file)


def _report(errors: list[tuple[str, str]]) -> int:
    for _, text in errors:
        click.echo(f"pushnotif: {printable(text)}", err=True)
    return 1 if errors else 0


def _print(text: str) -> None:
    with writing_to_stdout():
        click.echo(text.encode("utf-8", "surrogateescape"), nl=False)


def _explanation(explanation: Explanation, version: Version, *, hide: bool) -> str:
    """Return the lines about one setting, aligned."""

    def shown(key: str, text: str) -> str:
        # In front of a short key (password in a passdb block) there is the name of its block.
        full_key = key if key.startswith("ssl_dh") else f"_{name}_{key}"
        return concealed(full_key, text, version) if hide else quoted(text, version)

    name = explanation.name
    key = name.rpartition("/")[2]
    if explanation.value is not None:
        lines = [f"{name} = {shown(key, explanation.value)}"]
    elif explanation.default is not None:
        lines = [f"{name} = {quoted(explanation.default, version)}"]
    else:
        lines = [f"{name} is not set"]
    rows = [
        (
            origin.role.value,
            str(origin.span),
            origin.scope or "global",
            f"{origin.key} = {shown(origin.key, origin.text)}",
        )
        for origin in explanation.origins
    ]
    if explanation.default is not None:
        role = "overridden" if explanation.value is not None else "wins"
        rows.append((role, "built-in default", "", f"{key} = {explanation.default}"))
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    lines += [
        "  " + "  ".join(cell.ljust(size) for cell, size in zip(row, (*widths, 0), strict=True)).rstrip()
        for row in rows
    ]
    return "".join(f"{printable(line)}\n" for line in lines)
