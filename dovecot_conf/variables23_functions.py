"""The functions in ``%{…}`` of 2.3: hashes and ``if``.

As ``var_expand_hash`` and ``var_expand_if`` of 2.3.19.1.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterator
from fnmatch import translate

from dovecot_conf.hashing import hashed, pbkdf2
from dovecot_conf.variables23 import FunctionError


def split_conditional(text: str) -> list[str]:
    """Return the five parameters of ``if;LEFT;OPERATOR;RIGHT;TRUE;FALSE:``, not yet expanded.

    A backslash hides the next character; a ``;`` inside of ``%{…}`` doesn't separate.
    """
    _, semicolon, rest = text.partition(";")
    if not semicolon:
        raise FunctionError("if: missing parameter(s)")
    parameters = list(_split(rest))
    if not parameters[-1]:
        parameters.pop()
    if len(parameters) == 4:
        parameters.append("")
    if len(parameters) != 5:
        raise FunctionError(f"if: requires four or five parameters, got {len(parameters)}")
    return parameters


_TOKEN = re.compile(r"\\+(?P<hidden>[^\\]?)|(?P<opening>%\{)|(?P<other>.)", re.DOTALL)


def _split(text: str) -> Iterator[str]:
    """Yield the parts of ``text`` between semicolons that are not in ``%{…}``, up to a colon."""
    current, depth = "", 0
    for token in _TOKEN.finditer(text):
        piece = token["hidden"] if token["hidden"] is not None else token[0]
        if token["opening"]:
            depth += 1
        elif token["other"] == "}" and depth:
            depth -= 1
        elif token["other"] == ";" and not depth:
            yield current
            current = ""
            continue
        elif token["other"] == ":" and not depth:
            break
        current += piece
    yield current


_NUMBER_TESTS: dict[str, Callable[[int, int], bool]] = {
    "==": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "!=": lambda left, right: left != right,
}


def _wildcard(text: str, mask: str) -> bool:
    return re.fullmatch(translate(mask.replace("[", "[[]")), text) is not None


def _regexp(text: str, pattern: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error as error:
        raise FunctionError(f"if: regex failed: {error}") from None


_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda left, right: left == right,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
    "ne": lambda left, right: left != right,
    "*": _wildcard,
    "!*": lambda left, right: not _wildcard(left, right),
    "~": _regexp,
    "!~": lambda left, right: not _regexp(left, right),
}


def compare(left: str, operator: str, right: str) -> bool:
    """Return the verdict of a comparison of ``if``; symbols compare numbers, words compare text."""
    if operator in _NUMBER_TESTS:
        return _NUMBER_TESTS[operator](_number(left, "lhs"), _number(right, "rhs"))
    if operator in _TEXT_TESTS:
        return _TEXT_TESTS[operator](left, right)
    raise FunctionError(f"if: Unsupported comparator '{operator}'")


def _number(text: str, side: str) -> int:
    if re.fullmatch("-?[0-9]+", text) is None:
        raise FunctionError(f"if: {text} ({side}) is not a number")
    return int(text)


_MAX_ROUNDS = 1_000_000


def digest(key: str, field: str, value: str, expand: Callable[[str], str]) -> str:
    """Return ``%{sha256;rounds=2,salt=x,truncate=16,format=base64:user}`` for the value of ``user``."""
    method, _, parameters = key.partition(";")
    method = method.lower()
    rounds, salt, bits, output = 1, "", 0, "hex"
    if method == "pkcs5":
        rounds, salt = 2048, field
    for parameter in parameters.split(",") if parameters else ():
        name, equals, text = parameter.partition("=")
        if name == "rounds" and equals:
            rounds = _argument(text, "rounds")
        elif name == "truncate" and equals:
            bits = _argument(text, "truncbits")
        elif name == "salt" and equals:
            salt = expand(text)
            break
        elif name == "format" and equals:
            output = text
    if not 1 <= rounds <= _MAX_ROUNDS:
        raise FunctionError("Cannot parse hash arguments:rounds must be at least 1")
    if output not in ("hex", "hexuc", "base64"):
        raise FunctionError(f"Cannot parse hash arguments:'{output}' is not supported format")
    data = _digest(method, value.encode("utf-8", "surrogateescape"), salt.encode(), rounds)
    if bits:
        data = _truncate(data, min(bits, len(data) * 8))
    return binascii.b2a_base64(data, newline=False).decode() if output == "base64" else data.hex()


def _argument(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise FunctionError(f"Cannot parse hash arguments:'{text}' is not number for {name}")
    return int(text)


def _digest(method: str, data: bytes, salt: bytes, rounds: int) -> bytes:
    if method == "pkcs5":
        return pbkdf2("sha256", data, salt, rounds, 64)
    return hashed(method.replace("sha3-", "sha3_"), data, salt, rounds)


def _truncate(data: bytes, bits: int) -> bytes:
    size = (bits + 7) // 8
    number = int.from_bytes(data[:size], "big") >> (size * 8 - bits)
    return number.to_bytes(size, "big")
