"""The calls in one ``%{…}`` of 2.4 with all their arguments, in pyparsing."""

from __future__ import annotations

import re
from functools import cache

import pyparsing as pp

from dovecot_conf.errors import VariableError
from dovecot_conf.variables24_plain import NAME
from dovecot_conf.variables24_state import Argument, Call

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
        calls.append(Call("calculate", (Argument(operator), operand)))
    return calls


@cache
def _grammar() -> pp.ParserElement:
    """Return the grammar of what stands between ``%{`` and ``}``."""
    name = pp.Regex(NAME)
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


def parse_calls(text: str) -> tuple[Call, ...]:
    """Return the calls in what stands between ``%{`` and ``}``, which has no mistakes."""
    return tuple(_grammar().parse_string(text, parse_all=True))
