"""The %variables of 2.4: ``%{name | filter | filter(arguments)}``.

Syntax as in ``var-expand-lexer.l`` and ``var-expand-parser.y`` of 2.4.1, in pyparsing. A lone ``%u``
is text, ``%%{`` is the text ``%{``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pyparsing as pp

from dovecot_conf.errors import VariableError
from dovecot_conf.variables24_filters import FILTERS
from dovecot_conf.variables24_state import Argument, Call, FilterError, State
from dovecot_conf.variables24_syntax import find_mistake


@dataclass(frozen=True, slots=True)
class Program:
    """One ``%{…}``: its calls in order; a call without a name is an empty filter and does nothing."""

    calls: tuple[Call, ...]


_ESCAPES = {"t": "\t", "r": "\r", "n": "\n"}


def _unescape(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        escaped = match[1]
        octal = escaped.isdigit() and int(escaped, 8) > 255
        if octal or escaped == "x" or escaped[0] not in "x01234567\\trn\"'":
            raise VariableError("Invalid character escape")
        if escaped[0] == "x" and len(escaped) == 3:
            return chr(int(escaped[1:], 16))
        if escaped.isdigit():
            return chr(int(escaped, 8))
        return _ESCAPES.get(escaped, escaped)

    return re.sub(r"\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", replace, text[1:-1], flags=re.DOTALL)


def _make_call(tokens: pp.ParseResults) -> list[Call]:
    calls = [Call(tokens[0], tuple(tokens[1]))]
    if len(tokens) > 2:
        operator, operand = tokens[2]
        calls.append(Call("calculate", (Argument(operator, quoted=True), operand)))
    return calls


@cache
def _grammar() -> pp.ParserElement:
    """Return the grammar of what stands between ``%{`` and ``}``."""
    name = pp.Regex("[a-zA-Z\u0080-\U0010ffff][a-zA-Z0-9_/;:.\u0080-\U0010ffff-]*")
    number = pp.Regex("-?[ \t]*[0-9]+").set_parse_action(
        lambda tokens: Argument(int(tokens[0].replace(" ", "").replace("\t", "")))
    )
    string = pp.Regex(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", flags=re.DOTALL).set_parse_action(
        lambda tokens: Argument(_unescape(tokens[0]), quoted=True)
    )
    variable = name.copy().set_parse_action(lambda tokens: Argument(tokens[0]))
    plain = string | number | variable
    named = (name + pp.Suppress("=") + plain).set_parse_action(
        lambda tokens: Argument(tokens[1].value, quoted=tokens[1].quoted, key=tokens[0])
    )
    opening, closing = pp.Suppress("("), pp.Suppress(")")
    arguments = pp.Group(pp.Optional(opening + pp.DelimitedList(named | plain) + closing))
    math = pp.Group(pp.Regex("[-+*/%]") + (number | variable))
    call = (name + arguments + pp.Optional(math)).set_parse_action(_make_call)
    pipeline = pp.Optional(call) + pp.ZeroOrMore(pp.Suppress("|") + pp.Optional(call))
    return pipeline.ignore(pp.Regex("[^a-zA-Z0-9\u0080-\U0010ffff \\t%|(),=+*/'\"-]")).parse_with_tabs()


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
        calls = _grammar().parse_string(text[match.end() : end], parse_all=True)
        parts.append(Program(tuple(calls)))
        position = end + 1
    parts.append(_literal(text[position:]))
    return [part for part in parts if part != ""]


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
