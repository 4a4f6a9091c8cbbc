"""The names in ``mail_plugins``, each with its place and the protocols that load it."""

from __future__ import annotations

import re
from collections.abc import Sequence
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

    Lists that come from a file, the environment or a template are left out, and so are words in capital
    letters only, which stand for something else: their words may be other things than names.
    """
    return context.once(_loaded_names)


def _loaded_names(context: Context) -> tuple[LoadedName, ...]:
    found = (
        ((name, context.plugin_word(protocol, name)), protocol)
        for protocol in context.protocols
        if not context.unclear_plugins(protocol)
        for name in sorted(context.plugins(protocol))
        if _NAME.fullmatch(name) and not name.isupper()
    )
    return tuple(LoadedName(name, span, protocols) for (name, span), protocols in gather(found))


def nothing_starts(context: Context, protocols: Sequence[str]) -> str:
    """Return what happens where a plugin can't be loaded, as words."""
    if len(protocols) == len(context.protocols):
        return "no process that opens mailboxes starts"
    return f"no process of {context.named(protocols)} starts"
