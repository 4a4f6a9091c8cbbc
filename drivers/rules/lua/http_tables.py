"""The tables of settings that scripts give to ``dovecot.http.client``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dovecot_conf.versions import Version
from drivers.lua.http_settings import CRASHES, HTTP_SETTINGS, RENAMED
from drivers.lua.source.kinds import arguments
from drivers.lua.source.names import constant

if TYPE_CHECKING:
    from drivers.lua.source.script import ScriptText
    from drivers.lua.source.tree import Node

_TIMES = ("_timeout", "_time", "_delay", "_ttl")
_DIGITS = re.compile(r"[0-9]+")
_OTHER_NAMES = {new: old for old, new in RENAMED.items()}
_SCALARS = frozenset(("string", "number", "boolean"))


def http_settings_tables(script: ScriptText) -> Iterator[Node]:
    """Yield the table of each call that makes a client, where it is written out."""
    for call in script.of_kind("function_call"):
        function = script.kinds.function_of(call)
        if function is None or function.returns != "dovecot.http.Client":
            continue
        given = arguments(call)
        table = script.kinds.constructor(given[0]) if given else None
        if table is not None:
            yield table


def named_fields(table: Node) -> Iterator[tuple[str, Node]]:
    """Yield the fields of a table constructor whose names are written out."""
    for field in table.children:
        name = field.part("name")
        if name is None:
            continue
        text = constant(name) if name.kind == "string" else None if field.operator else name.name
        if text is not None:
            yield text, field


def has_other_fields(table: Node) -> bool:
    """Tell whether there are fields whose names are worked out."""
    return len(list(named_fields(table))) != len(table.children)


def renamed(name: str, version: Version) -> str:
    """Return what a setting of the other version is called in this one, '' for an unknown one."""
    return (RENAMED if version is Version.V24 else _OTHER_NAMES).get(name, "")


def wrong_value(script: ScriptText, kind: str, name: str, value: Node | None) -> str:
    """Return why Dovecot refuses a value, '' where it doesn't or it isn't known."""
    if value is None or name not in HTTP_SETTINGS[script.version]:
        return ""
    kinds = script.kinds.of(value)
    if kind == CRASHES:
        return "Dovecot's process dies of it"
    if kind == "text":
        return _wrong_text(name, value, kinds)
    if kind == "number":
        return "" if _is_natural(value, kinds) else "non-negative number expected"
    if kind in _SCALARS and kinds and kinds <= _SCALARS and kind not in kinds:
        return f"{kind} expected"
    return ""


def _is_natural(value: Node, kinds: frozenset[str]) -> bool:
    if value.kind == "number":
        text = value.name
        return not re.fullmatch(r"[0-9]*\.[0-9]*[1-9][0-9]*", text)
    if value.kind == "unary_expression" and value.operator == "-":
        operand = value.part("operand")
        return operand is None or operand.kind != "number"
    return not kinds or "number" in kinds or not kinds <= _SCALARS


def _wrong_text(name: str, value: Node, kinds: frozenset[str]) -> str:
    if kinds == {"boolean"}:
        return 'Dovecot\'s process dies of true and false: write "yes" or "no"'
    if value.kind == "table_constructor":
        return "Dovecot's process dies of a table: a text is expected"
    text = constant(value) if value.kind == "string" else value.name if value.kind == "number" else None
    if text and name.endswith(_TIMES) and _DIGITS.fullmatch(text) and int(text):
        return f'a time needs a unit, as in "{text}ms"'
    return ""
