"""The option ``--userdb``, which says what a userdb would, and how a call names the same user again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from cli.common import ConfigSource


def userdb_option(error: type[click.UsageError] = click.UsageError) -> Callable[..., Any]:
    """Return the option: fields by name, None without any; ``error`` is raised for what is no field."""

    def fields(ctx: click.Context, _param: click.Parameter, given: tuple[str, ...]) -> dict[str, str] | None:
        found = {}
        for text in given:
            name, equals, value = text.partition("=")
            if not equals or not name or name != name.strip():
                raise error("--userdb wants FIELD=VALUE, as in --userdb home=/srv/bob", ctx=ctx)
            found[name] = value
        return found or None

    return click.option(
        "--userdb",
        metavar="FIELD=VALUE",
        multiple=True,
        callback=fields,
        help="What the userdb says of the user (home, uid, gid, mail, …); no userdb is asked then."
        " Repeatable.",
    )


def options_again(
    source: ConfigSource, userdb: Mapping[str, str] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the options of commands for the same user, ours and doveadm's; no -o, which may be secret."""
    from cli.render.secrets import hide  # noqa: PLC0415 - not for the option itself

    path = ("-c", source.path) if source.path is not None else ()
    ours = [*path, *(["--demo"] if source.demo else [])]
    for name, value in (userdb or {}).items():
        ours += ["--userdb", hide(f"{name}={value}")]
    return tuple(ours), path
