"""The %variables of 2.4: ``%{name | filter | filter(arguments)}``.

Syntax as in ``var-expand-lexer.l`` and ``var-expand-parser.y`` of 2.4.1. A lone ``%u`` is text, ``%%{``
is the text ``%{``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dovecot_conf.errors import VariableError
from dovecot_conf.value import Value
from dovecot_conf.variables24_plain import CALLS, plain_names, plain_parts
from dovecot_conf.variables24_state import Call, Filter, FilterError, State


class Program(Value):
    """One ``%{…}``: its calls in order; a call without a name is an empty filter and does nothing."""

    calls: tuple[Call, ...]


def parse(text: str) -> list[str | Program]:
    """Return the literal texts and programs of a value. Raises VariableError for wrong syntax."""
    plain = plain_parts(text)
    parts = _parts(text) if plain is None else _plain(plain)
    return [part for part in parts if part != ""]


def _plain(parts: list[str]) -> Iterator[str | Program]:
    for number, part in enumerate(parts):
        yield Program(_plain_calls(part)) if number % 2 else _literal(part)


def _plain_calls(inside: str) -> tuple[Call, ...]:
    return tuple(map(Call, plain_names(inside)))


def _parts(text: str) -> Iterator[str | Program]:
    from dovecot_conf.variables24_syntax import find_mistake  # noqa: PLC0415 - most variables are plain

    wrong = find_mistake(text)
    if wrong is not None:
        raise VariableError(f"{text}: {wrong.message}")
    position = 0
    for match in re.finditer(_OPENING, text):
        if match.start() < position:
            continue
        yield _literal(text[position : match.start()])
        position = match.end()
        if match[0] == "%%{":
            yield "%{"
            continue
        end = _end_of_program(text, position)
        yield Program(_calls(text[position:end]))
        position = end + 1
    yield _literal(text[position:])


def _calls(inside: str) -> tuple[Call, ...]:
    if re.fullmatch(CALLS, inside):
        return _plain_calls(inside)
    # pyparsing takes several times as long to load as all the rest, and few filters have arguments.
    from dovecot_conf.variables24_grammar import parse_calls  # noqa: PLC0415

    return parse_calls(inside)


def _literal(text: str) -> str:
    """Return what Dovecot makes of a text between variables: a ``y`` alone between them gets lost."""
    return "".join(part for part in re.findall("%|[^%]+", text) if part != "y")


_OPENING = r"%%\{|%\{"
_INSIDE = r"(?s)(?:[^\"'}]|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')*"


def _end_of_program(text: str, start: int) -> int:
    match = re.compile(_INSIDE).match(text, start)
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
        function = _filter(call.name)
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


def _filter(name: str) -> Filter | None:
    from dovecot_conf import variables24_filters  # noqa: PLC0415 - many variables have none

    if name in variables24_filters.FILTERS:
        return variables24_filters.FILTERS[name]
    from dovecot_conf import variables24_recoding  # noqa: PLC0415 - rarely wanted

    return variables24_recoding.FILTERS.get(name)
