"""The names in ``mail_plugins``, each with its place and the protocols that load it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dovecot_conf.lint.context import Context, gather
from dovecot_conf.positions import Span

_NAME = re.compile(r"[A-Za-z0-9_-]+")


class LoadedName(NamedTuple):
    """A name that ``protocols`` have in their effective ``mail_plugins``, and where it is written."""

    name: str
    span: Span
    protocols: tuple[str, ...]


def loaded_names(context: Context) -> tuple[LoadedName, ...]:
    """Return every name that may be one of a plugin, once for each place.

    Lists that come from a file, the environment or a template are left out: their words may be other
    things than names.
    """
    return context.once(_loaded_names)


def _loaded_names(context: Context) -> tuple[LoadedName, ...]:
    found = (
        ((name, context.plugin_word(protocol, name)), protocol)
        for protocol in context.protocols
        if not context.unclear_plugins(protocol)
        for name in sorted(context.plugins(protocol))
        if _NAME.fullmatch(name)
    )
    return tuple(LoadedName(name, span, protocols) for (name, span), protocols in gather(found))


def clear_protocols(context: Context) -> Iterator[str]:
    """Yield the protocols whose ``mail_plugins`` are known from the configuration alone."""
    return (protocol for protocol in context.protocols if not context.unclear_plugins(protocol))
