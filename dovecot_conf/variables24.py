"""The %variables of 2.4: ``%{name | filter | filter(arguments)}``.

Syntax as in ``var-expand-lexer.l`` and ``var-expand-parser.y`` of 2.4.1. A lone ``%u`` is text, ``%%{``
is the text ``%{``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dovecot_conf.errors import VariableError
from dovecot_conf.value import Value
from dovecot_conf.variables24_filters import FILTERS
from dovecot_conf.variables24_state import Call, FilterError, State
from dovecot_conf.variables24_syntax import NAME, find_mistake


class Program(Value):
    """One ``%{…}``: its calls in order; a call without a name is an empty filter and does nothing."""

    calls: tuple[Call, ...]


def parse(text: str) -> list[str | Program]:
    """Return the literal texts and programs of a value. Raises VariableError for wrong syntax."""
    wrong = find_mistake(text)
    if wrong is not None:
        raise VariableError(f"{text}: {wrong.message}")
    parts: list[str | Program] = []
    position = 0
    for match in _OPENING.finditer(text):
        if match.start() < position:
            continue
        if match[0] == "%%{":
            parts += [_literal(text[position : match.start()]), "%{"]
            position = match.end()
            continue
        parts.append(_literal(text[position : match.start()]))
        end = _end_of_program(text, match.end())
        parts.append(Program(_calls(text[match.end() : end])))
        position = end + 1
    parts.append(_literal(text[position:]))
    return [part for part in parts if part != ""]


def _calls(text: str) -> tuple[Call, ...]:
    """Return the calls in a text without mistakes."""
    if re.fullmatch(_PLAIN, text):
        return tuple(Call(name.strip(" \t")) for name in text.split("|"))
    # pyparsing takes several times as long to load as all the rest, and few filters have arguments.
    from dovecot_conf.variables24_grammar import parse_calls  # noqa: PLC0415

    return parse_calls(text)


_PLAIN = rf"[ \t]*{NAME}[ \t]*(?:\|[ \t]*{NAME}[ \t]*)*"
"""Names of filters without arguments."""


def _literal(text: str) -> str:
    """Return what Dovecot makes of a text between variables: a ``y`` alone between them gets lost."""
    return "".join(part for part in re.findall("%|[^%]+", text) if part != "y")


_OPENING = re.compile(r"%%\{|%\{")
_INSIDE = re.compile(r"(?:[^\"'}]|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')*", re.DOTALL)


def _end_of_program(text: str, start: int) -> int:
    match = _INSIDE.match(text, start)
    return match.end() if match is not None else start


def expand24(text: str, values: Mapping[str, str], environ: Mapping[str, str]) -> str:
    """Return ``text`` with its variables replaced; see :func:`dovecot_conf.variables.expand`."""
    if "%" not in text:
        return text
    out = []
    for part in parse(text):
        if isinstance(part, str):
            out.append(part)
        elif part.calls:
            out.append(_run(part, State(values, environ)))
    return "".join(out)


def _run(program: Program, state: State) -> str:
    """Carry out the calls; a missing value is only an error when no later filter supplies one."""
    for index, call in enumerate(program.calls):
        pending = ""
        if index == 0:
            try:
                state.set(state.look_up(call.name))
                continue
            except FilterError as error:
                pending = str(error)
        function = FILTERS.get(call.name)
        if function is not None:
            try:
                function(state, call)
                pending = ""
            except FilterError as error:
                state.value = None
                if state.pending:
                    raise VariableError(state.pending) from None
                pending = f"{call.name}: {error}"
        elif index:
            raise VariableError(f"No such function '{call.name}'")
        state.pending = pending
    if state.value is None:
        raise VariableError(state.pending)
    return state.value.hex() if state.binary else state.value.decode("utf-8", "surrogateescape")
