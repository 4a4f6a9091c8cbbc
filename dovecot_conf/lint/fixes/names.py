"""Fixes of names: misspelled ones, and those of earlier versions."""

from __future__ import annotations

from dovecot_conf.base_dir import base_dir
from dovecot_conf.conditions import UNFILTERED
from dovecot_conf.diagnostics import Applicability, Edit, Fix
from dovecot_conf.evaluate import Problems
from dovecot_conf.lint.fixes.finding import BOTH, UNSAFE, Finding, Fixer
from dovecot_conf.lint.fixes.making import (
    INDENT,
    block,
    is_plain,
    removal,
    renamed,
    safe,
    unsafe,
    within_a_line,
)
from dovecot_conf.near import advised
from dovecot_conf.old_names23 import OldNames
from dovecot_conf.tree import Section, Setting, Statement, ValueKind

_PLUGIN = "plugin"
_NO_LISTENER = "managesieve"
"""Where Dovecot puts old settings of listeners; its own is called sieve, so that it drops them."""


def _near_setting(found: Finding) -> Fix | None:
    return renamed(found.setting, advised(found.diagnostic.hint), Applicability.UNSAFE)


def _old_name(found: Finding) -> Fix | None:
    """Write what Dovecot itself makes of an old setting."""
    node = found.setting
    lines = _replacement(node) if node is not None else None
    if node is None or lines is None:
        return None
    if not lines:
        removed = removal(node)
        return unsafe("remove the line", removed) if removed is not None else None
    nodes = (other for other, _ in found.configuration.walk())
    written = [_written(line) for line in lines if not _is_dropped(line)]
    if not all(written) or any(isinstance(other, Section) and other.name == _NO_LISTENER for other in nodes):
        return None
    text = [line for part in written for line in part]
    return safe(f"write {text[0]}", Edit(node.statement_span, block(node, text)))


def _replacement(node: Setting) -> list[Statement] | None:
    """Return what Dovecot reads in place of an old setting, None where that depends on what is around."""
    path = "/".join(section.word for section in node.enclosing)
    if path not in ("", _PLUGIN) or not within_a_line(node.statement_span):
        return None
    lines = OldNames(Problems()).replace(node, "plugin/0/" if path else "", UNFILTERED)
    return None if lines is None or any(map(_is_old, lines)) else lines


def _is_old(line: Statement) -> bool:
    """Tell whether Dovecot would call a line obsolete, too, if it were written."""
    problems = Problems()
    if isinstance(line, Setting):
        OldNames(problems).replace(line, "", UNFILTERED)
    return bool(problems.flaws)


def _is_dropped(line: Statement) -> bool:
    return isinstance(line, Setting) and f"/inet_listener/{_NO_LISTENER}/" in line.key


def _written(line: Statement) -> list[str]:
    """Return the lines that say in the language of today what Dovecot puts in place of an old one."""
    if not isinstance(line, Setting) or not is_plain(line.value):
        return []
    *sections, key = line.key.split("/")
    if len(sections) % 2:
        return []
    value = f"<{line.value}" if line.kind is ValueKind.FILE else line.value
    lines = [f"{key} = {value}"]
    for index in range(len(sections) - 2, -1, -2):
        head = f"{sections[index]} {sections[index + 1]} {{"
        lines = [head, *(INDENT + inner for inner in lines), "}"]
    return lines


def _relative_listener(found: Finding) -> Fix | None:
    """Write the path of a listener from base_dir on."""
    node = found.node
    base = base_dir(found.configuration)
    if not isinstance(node, Section) or not node.name.startswith(f"{base}/"):
        return None
    start = node.text.find(node.name)
    span = node.place(start, start + len(node.name))
    name = node.name.removeprefix(f"{base}/")
    return unsafe(f"write {name}", Edit(span, name)) if start > 0 and within_a_line(span) else None


NAME_FIXERS = (
    Fixer("PN161", UNSAFE, _near_setting),
    Fixer("PN172", BOTH, _old_name),
    Fixer("PN174", UNSAFE, _old_name),
    Fixer("PN196", UNSAFE, _relative_listener),
)
