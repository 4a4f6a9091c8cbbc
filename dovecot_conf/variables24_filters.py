"""The filters of 2.4's %variables, as ``expansion-filter.c`` of 2.4.1 has them.

Those that write bytes in another form are in :mod:`dovecot_conf.variables24_recoding`. Left out, because
they need keys or a private format: ``encrypt``, ``decrypt``, ``lenumber``, ``benumber``, ``text`` and
``list``; they are reported as functions that do not exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dovecot_conf.variables24_state import TOO_MANY, Argument, Call, Filter, FilterError, State

_MAX_LENGTH = 10_000


def _simple(action: str, change: Callable[[bytes], bytes]) -> Filter:
    def run(state: State, call: Call) -> None:
        call.unnamed(0)
        state.set(change(state.need(action)), binary=state.binary)

    return run


def _lookup(state: State, call: Call) -> None:
    if not call.arguments:
        raise FilterError("Missing name to lookup")
    if call.arguments[0].key:
        raise FilterError(f"Unsupported key '{call.arguments[0].key}'")
    state.value = None
    state.set(state.look_up(state.text(call.arguments[0])))


def _literal(state: State, call: Call) -> None:
    if not call.arguments:
        raise FilterError("Missing parameters")
    # Nobody looks at the others.
    state.set(state.text(call.arguments[0]))


def _concat(state: State, call: Call) -> None:
    text = "".join(state.text(argument) for argument in call.unnamed(100, 1))
    state.set((state.value or b"") + text.encode("utf-8", "surrogateescape"), binary=state.binary)


def _default(state: State, call: Call) -> None:
    if state.value:
        return
    arguments = call.unnamed(1)
    state.set(state.text(arguments[0]) if arguments else "")


def _truncate(state: State, call: Call) -> None:
    if not call.arguments:
        raise FilterError("Missing parameters")
    argument, *others = call.arguments
    length = state.number(argument)
    if others:
        raise FilterError(TOO_MANY)
    if length < 0:
        raise FilterError("Value of out of bounds")
    data = state.need("truncate")
    if argument.key == "bits":
        length = min(length, len(data) * 8)
        size = (length + 7) // 8
        number = int.from_bytes(data[:size], "big") >> (size * 8 - length)
        data = number.to_bytes(size, "big")
    else:
        data = data[:length]
    state.set(data, binary=state.binary)


def _substr(state: State, call: Call) -> None:
    numbers = [state.number(argument) for argument in call.unnamed(2, 1)]
    data = state.need("substring")
    offset, size = numbers[0], len(data)
    if abs(offset) > size:
        raise FilterError("Offset out of bounds")
    offset += size if offset < 0 else 0
    end = size
    if len(numbers) > 1:
        if abs(numbers[1]) > size:
            raise FilterError("Length out of bounds")
        end = offset + numbers[1] if numbers[1] >= 0 else size + numbers[1]
        if not numbers[1]:
            end = offset
        if end < offset or end > size:
            raise FilterError("Length out of bounds")
    state.set(data[offset:end], binary=state.binary)


def _index(state: State, call: Call) -> None:
    arguments = call.unnamed(2)
    if not arguments:
        raise FilterError("Missing parameters")
    if len(arguments) == 1:
        raise FilterError("Missing index parameter")
    separator = state.text(arguments[0]).encode("utf-8", "surrogateescape")
    position = state.number(arguments[1])
    parts = state.need("index").split(separator) if separator else [b""]
    if not -len(parts) <= position < len(parts):
        raise FilterError("Position out of bounds")
    state.set(parts[position])


def _fill(state: State, call: Call) -> None:
    arguments = call.unnamed(2, 1)
    amount = state.number(arguments[0])
    if not 1 <= amount <= _MAX_LENGTH:
        raise FilterError("Fill length out of bounds")
    filler = (state.text(arguments[1]) if len(arguments) > 1 else "0").encode("utf-8", "surrogateescape")
    data = state.need("fill")
    missing = max(0, amount - len(data))
    padding = (filler * (missing // max(1, len(filler)) + 1))[:missing]
    state.set(padding + data if call.name == "lfill" else data + padding)


def _regexp(state: State, call: Call) -> None:
    arguments = call.unnamed(2)
    if len(arguments) < 2:
        raise FilterError("Missing replacement parameter" if arguments else "Missing parameters")
    pattern, replacement = (state.text(argument) for argument in arguments)
    text = state.need("regexp").decode("utf-8", "surrogateescape")
    try:
        match = re.search(pattern, text)
    except re.error as error:
        raise FilterError(str(error)) from None
    if match is not None:
        # What is around the match isn't kept.
        text = _BACKSLASH.sub(lambda found: _captured(match, found[1]), replacement)
    state.set(text)


_BACKSLASH = re.compile(r"\\([0-9]?)")


def _captured(match: re.Match[str], digit: str) -> str:
    """Return what stands for a backslash and a digit in the replacement: a group, the whole match with 0."""
    if not digit:
        raise FilterError("Dovecot crashes over a backslash without a digit behind it")
    if int(digit) > len(match.groups()) or match[int(digit)] is None:
        raise FilterError("Invalid capture group")
    return match[int(digit)]


_OPERATORS: dict[str, Callable[[int, int], int]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1),
    "%": lambda left, right: abs(left) % abs(right) * (-1 if left < 0 else 1),
}


def _operator(argument: Argument) -> str:
    """Return an operator that stands between its numbers; in a call it is written as its number."""
    if isinstance(argument.value, int):
        operators = list(_OPERATORS)
        if 0 <= argument.value < len(operators):
            return operators[argument.value]
    elif argument.value in _OPERATORS and not argument.quoted:
        return argument.value
    raise FilterError("Missing operator")


def _calculate(state: State, call: Call) -> None:
    arguments = call.unnamed(2, 1)
    operator = _operator(arguments[0])
    if len(arguments) < 2:
        raise FilterError("Missing parameters")
    right = state.number(arguments[1])
    data = state.need("calculate")
    if operator in "/%" and not right:
        raise FilterError("Division by zero" if operator == "/" else "Modulo by zero")
    if state.binary and operator == "%":
        if right < 0:
            raise FilterError("Binary modulo must be positive integer")
        state.set(str(int.from_bytes(data[-8:], "big") % right))
        return
    if re.fullmatch(b"-?[0-9]+", data) is None:
        raise FilterError("Input is not a number")
    state.set(str(_OPERATORS[operator](int(data), right)))


def _if(state: State, call: Call) -> None:
    # The comparisons are those of 2.3.
    from dovecot_conf.variables23 import FunctionError  # noqa: PLC0415 - rarely wanted
    from dovecot_conf.variables23_functions import compare  # noqa: PLC0415

    arguments = call.unnamed(5)
    if len(arguments) != (5 if state.value is None else 4):
        raise FilterError("Missing parameters")
    if state.value is not None:
        left = state.value.decode("utf-8", "surrogateescape")
    else:
        left = state.text(arguments.pop(0))
    operator, right = state.text(arguments[0]), state.text(arguments[1])
    try:
        verdict = compare(left, operator, right)
    except FunctionError as error:
        raise FilterError(str(error).removeprefix("if: ")) from None
    state.set(state.text(arguments[2 if verdict else 3]))


FILTERS: dict[str, Filter] = {
    "lookup": _lookup,
    "literal": _literal,
    "calculate": _calculate,
    "concat": _concat,
    "upper": _simple("upper", bytes.upper),
    "lower": _simple("lower", bytes.lower),
    "default": _default,
    "reverse": _simple("reverse", lambda data: data[::-1]),
    "truncate": _truncate,
    "substr": _substr,
    "ldap_dn": _simple("ldap_dn", lambda data: data.replace(b".", b",dc=")),
    "if": _if,
    "regexp": _regexp,
    "index": _index,
    "username": _simple("get username from", lambda data: data.partition(b"@")[0]),
    "domain": _simple("get domain from", lambda data: data.partition(b"@")[2]),
    "lfill": _fill,
    "rfill": _fill,
}
