"""What may stand where an option or argument is: each function is a ``shell_complete`` of click.

They are called when TAB is pressed, and import what they need then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

from dovecot_conf.versions import Version

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    Item = CompletionItem[str]
    Completer = Callable[[click.Context, click.Parameter, str], list[Item]]

FILTERS = frozenset({"protocol", "local", "remote", "local_name"})


def _item(value: str, **more: Any) -> Item:
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only for shells

    return CompletionItem(value, **more)


def files(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Item]:
    """Leave it to the shell to offer files."""
    return [_item(incomplete, type="file")]


def words(*known: str) -> Completer:
    """Return what offers some words; after one that ends with ``=``, ``:`` or ``/`` more can be typed."""

    def complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Item]:
        return [_item(word) for word in known if word.startswith(incomplete)]

    return complete


def assignments(values: Callable[[], dict[str, Iterable[str]]]) -> Completer:
    """Return what offers ``KEY=``, and behind it the values of the key."""

    def complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Item]:
        key, equals, value = incomplete.partition("=")
        if not equals:
            return [_item(f"{word}=") for word in values() if word.startswith(key)]
        return [_item(f"{key}={word}") for word in values().get(key, ()) if word.startswith(value)]

    return complete


def formats_and_files(formats: Iterable[str]) -> Completer:
    """Return what offers ``FORMAT=`` and files, with or without a format in front."""
    known = tuple(formats)

    def complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Item]:
        format_, equals, path = incomplete.partition("=")
        if equals and format_ in known:
            return [_item(path, type="file", prefix=f"{format_}=")]
        offered = [_item(f"{word}=") for word in known if word.startswith(incomplete)]
        return [*offered, _item(incomplete, type="file")]

    return complete


def rules(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Item]:
    """Offer codes of rules, or their names where a name was begun; the last one of several with commas."""
    from dovecot_conf.lint import Catalogue  # noqa: PLC0415
    from dovecot_conf.lint.entries import entries  # noqa: PLC0415
    from drivers.rules import all_rules  # noqa: PLC0415

    front, comma, begun = incomplete.rpartition(",")
    before = front + comma
    known = entries(Catalogue(all_rules()).rules)
    if begun and begun[0].islower():
        return [
            _item(before + entry.name, help=entry.doc.summary)
            for entry in known
            if entry.name.startswith(begun)
        ]
    return [_item(before + entry.code, help=entry.name) for entry in known if entry.code.startswith(begun)]


def settings(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Item]:
    """Offer the names of settings: those that Dovecot has, and those that the configuration sets."""
    return [_item(name) for name in _setting_names(ctx) if name.startswith(incomplete)]


def overrides(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Item]:
    """Offer ``NAME=`` for the names of settings; their values are free."""
    if "=" in incomplete:
        return []
    return [_item(f"{name}=") for name in _setting_names(ctx) if name.startswith(incomplete)]


def _setting_names(ctx: click.Context) -> list[str]:
    from dovecot_conf.names import names  # noqa: PLC0415

    given = ctx.params.get("dovecot_version")
    version = Version(given) if given in tuple(Version) else None
    own, found = _own_names(ctx, version)
    versions = [version or found] if version or found else list(Version)
    return sorted({*own, *(name for one in versions if one for name in names(one))})


def _own_names(ctx: click.Context, version: Version | None) -> tuple[set[str], Version | None]:
    """Return the names that the configuration sets, and its version; nothing if it can't be read."""
    from cli.common import ConfigSource, find_configuration  # noqa: PLC0415
    from dovecot_conf import load  # noqa: PLC0415
    from dovecot_conf.errors import PushnotifError  # noqa: PLC0415
    from dovecot_conf.tree import Setting  # noqa: PLC0415

    path = ctx.params.get("config_path")
    demo = bool(ctx.params.get("demo"))
    source = ConfigSource(path or None, (), version, demo, quiet=True, verbose=False)
    try:
        configuration = load(find_configuration(source), version=version)
    except (PushnotifError, OSError):
        return set(), None
    own = set()
    for node, around in configuration.walk():
        if isinstance(node, Setting) and not any(section.word in FILTERS for section in around):
            sections = [word for section in around for word in (section.word, section.name) if word]
            own.add("/".join((*sections, node.key)))
    return own, configuration.version
