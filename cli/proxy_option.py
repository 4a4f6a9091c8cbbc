"""The option of `validate` for configurations of the web server in front of the OX middleware."""

from __future__ import annotations

from collections.abc import Iterable

import click

from dovecot_conf.errors import ConfigError
from dovecot_conf.files import Files
from dovecot_conf.limits import LimitError
from dovecot_conf.source import SourceFile

proxy_option = click.option(
    "--proxy-config",
    "proxies",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Look into this configuration of nginx or Apache too: is /preliminary of the OX middleware open?",
)


def read_proxies(paths: Iterable[str]) -> tuple[SourceFile, ...]:
    """Read the files, each once. Raises ConfigError for one that can't be read."""
    return tuple(map(_read, dict.fromkeys(paths)))


def _read(path: str) -> SourceFile:
    try:
        return SourceFile.decode(path, Files().read(path))
    except LimitError as error:
        raise ConfigError(str(error)) from error
    except OSError as error:
        raise ConfigError(f"can't open {path}: {error.strerror}") from error
