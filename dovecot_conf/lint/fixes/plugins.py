"""Edits of ``mail_plugins``, in the forms of both versions."""

from __future__ import annotations

from collections.abc import Iterable

from dovecot_conf.diagnostics import Edit
from dovecot_conf.lint.context import MAIL_PLUGINS, Context
from dovecot_conf.lint.fixes.making import (
    INDENT,
    at_end,
    before,
    behind,
    block,
    line_before,
    line_behind,
    within_a_line,
)
from dovecot_conf.scopes import SettingValue
from dovecot_conf.tree import Setting
from dovecot_conf.versions import Version


def plugin_beside(
    context: Context, protocol: str, plugin: str, added: str, *, first: bool = True
) -> Edit | None:
    """Return an edit that loads ``added`` where ``protocol`` loads ``plugin``: in front of it, or behind it.

    None where the name of ``plugin`` isn't written in the list itself.
    """
    span = context.plugin_word(protocol, plugin)
    value = _value(context, protocol, plugin)
    if value is None or value.node is None or not within_a_line(span):
        return None
    if span.end_column - span.column != len(plugin) or span.line != value.node.end_line:
        return None
    if value.node.key.rpartition("/")[2] == plugin:
        if "/" in value.node.key:
            return None
        return (line_before if first else line_behind)(value.node, f"{added} = yes")
    if '"' in value.raw[1:-1]:
        return None
    return before(span, f"{added} ") if first else behind(span, f" {added}")


def plugins_block(node: Setting, plugins: Iterable[str]) -> Edit | None:
    """Return an edit that writes a list of 2.4 as a block, which adds to the list outside of it."""
    if not within_a_line(node.statement_span) or node.key != MAIL_PLUGINS:
        return None
    lines = [f"{MAIL_PLUGINS} {{", *(f"{INDENT}{plugin} = yes" for plugin in plugins), "}"]
    return Edit(node.statement_span, block(node, lines))


def plugins_loaded(context: Context, protocol: str, plugins: Iterable[str]) -> Edit | None:
    """Return an edit that loads plugins for a protocol: in its own list, or in a new block at the end."""
    value = context.settings[protocol].get(MAIL_PLUGINS)
    words = " ".join(plugins)
    if value is not None and value.scope and context.version is Version.V23:
        node = value.node
        if node is None or value.raw[:1] in ("", '"', "'", "<") or not within_a_line(node.value_span):
            return None
        return behind(node.value_span, f" {words}")
    if context.version is Version.V23:
        inside = [f"{INDENT}{MAIL_PLUGINS} = $mail_plugins {words}"]
    else:
        names = [f"{INDENT * 2}{plugin} = yes" for plugin in words.split(" ")]
        inside = [f"{INDENT}{MAIL_PLUGINS} {{", *names, f"{INDENT}}}"]
    return at_end(context.configuration.document.source, [f"protocol {protocol} {{", *inside, "}"])


def _value(context: Context, protocol: str, plugin: str) -> SettingValue | None:
    settings = context.settings[protocol]
    if context.version is Version.V24:
        return settings.get(f"{MAIL_PLUGINS}/{plugin}")
    return settings.get(MAIL_PLUGINS)
