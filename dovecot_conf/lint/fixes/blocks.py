"""Fixes of blocks and of the version lines of 2.4 (PN12x to PN14x)."""

from __future__ import annotations

import re

from dovecot_conf.diagnostics import Edit, Fix
from dovecot_conf.lint.fixes.finding import BOTH, UNSAFE, Finding, Fixer
from dovecot_conf.lint.fixes.making import (
    block,
    line_before,
    line_behind,
    new_value,
    removal,
    safe,
    unsafe,
    within_a_line,
)
from dovecot_conf.tree import Section, Setting

_WORD = re.compile(r"[A-Za-z0-9_.-]+")
_CONFIG, _STORAGE = "dovecot_config_version", "dovecot_storage_version"
_NEWEST = "2.4.1"


def _nameless(found: Finding) -> Fix | None:
    node = found.node
    if not isinstance(node, Section) or not node.name or not node.text.startswith(node.word):
        return None
    span = node.place(len(node.word), len(node.text))
    return unsafe("remove the name", Edit(span, " {")) if within_a_line(span) else None


def _as_block(found: Finding) -> Fix | None:
    """Make a block of ``push_notification = ox``."""
    node = found.setting
    if node is None or not within_a_line(node.statement_span) or not _WORD.fullmatch(node.value):
        return None
    text = block(node, [f"{node.key} {node.value} {{", "}"])
    return unsafe(f"write {node.key} {node.value} {{ }}", Edit(node.statement_span, text))


def _version_first(found: Finding) -> Fix | None:
    """Put the line with the version to the top, or write one."""
    node = found.node
    line = _top_setting(found, _CONFIG)
    if node.document is not found.configuration.document:
        return None
    if line is None:
        keys = (key for key in (_CONFIG, _STORAGE) if _top_setting(found, key) is None)
        edits = [line_before(node, f"{key} = {_NEWEST}") for key in keys]
        text = "".join(edit.text for edit in edits)
        return unsafe(f"write {_CONFIG} = {_NEWEST}", edits[0]._replace(text=text))
    removed = removal(line)
    if line is node or removed is None or not within_a_line(line.statement_span):
        return None
    return safe("put the line with the version first", line_before(node, line.text), removed)


def _version(found: Finding) -> Fix | None:
    node = found.setting
    edit = new_value(node, _NEWEST) if node is not None and node.key == _CONFIG else None
    return unsafe(f"write {_NEWEST}", edit) if edit is not None else None


def _second_version(found: Finding) -> Fix | None:
    node = found.setting
    removed = removal(node) if node is not None and node.key == _CONFIG else None
    return unsafe("remove the line", removed) if removed is not None else None


def _storage_version(found: Finding) -> Fix | None:
    line = _top_setting(found, _CONFIG)
    if line is None:
        return None
    text = f"{_STORAGE} = {line.value}"
    return unsafe(f"write {text}", line_behind(line, text))


def _top_setting(found: Finding, key: str) -> Setting | None:
    for node in found.configuration.document.children:
        if isinstance(node, Setting) and node.key == key:
            return node
    return None


BLOCK_FIXERS = (
    Fixer("PN129", UNSAFE, _nameless),
    Fixer("PN132", UNSAFE, _as_block),
    Fixer("PN141", BOTH, _version_first),
    Fixer("PN142", UNSAFE, _version),
    Fixer("PN143", UNSAFE, _second_version),
    Fixer("PN144", UNSAFE, _storage_version),
)
