"""JSON texts, right and wrong ones, and Lua values, made from a random number generator."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

WORDS = (
    "true", "false", "null", "nul", "True", "NaN", "nan", "-nan", "inf", "Infinity", "-Infinity", "nan(1)",
    "undefined", "0x1F", "0x1p-2", "-0", "0", "007", "1.", ".5", "-.5", "1e5", "1E+2", "1e", "1e400",
    "-1e-400",
    "+1", "-", "1.5.2", "12345678901234567890", "9007199254740993", "2.5e-3", "1-", "--1", "'a'", "// x\n1",
    "/* x */ 2", "/* x", "\ufeff3", "\0", "a", "infin", "0x", "-0x10", "00.5",
)  # fmt: skip
STRINGS = (
    "", "a", "é", "😀", "\\n", "\\u0041", "\\ud83d\\ude00", "\\ud83d", "\\ude00", "\\u12", "\\u12G4", "\\x",
    "\\/", '\\"', "\\\\", "\t", "\x01", "\0", "\x7f", "a b", "\\u0000", "\\ud800\\u0041", "\\u 123",
    "\\u00e9",
    "\\b\\f\\r\\t", "\xff", "\u2028", "\u00ad",
)  # fmt: skip
SIGNS = ("{", "}", "[", "]", ",", ":", '"', " ", "\n", "\\", "\r\n", "\v", "x", "1", "null")
BYTES = (
    b"", b"a", b"plain text", b"a/b", b'"\\', b"\0\x01\x1f\x7f\x80\xff", "é€😀".encode(),
    "\u2028\u00ad\ufeff".encode(),
    "\u0085\u0600\u070f\u17b4\u200c\u2060\ufff0".encode(), b"\xc2", b"\xe2\x80", b"\n\r\t\b\f\v",
    b"</script>",
    b"10", b"\xd8\x80\xdc\x8f",
)  # fmt: skip
NUMBERS = (
    "0", "1", "-1", "1.5", "-0.0", "0.1", "1e15", "1e14", "1e100", "2^53", "2^63", "1/3", "math.pi", "1e-7",
    "123456789012", "math.maxinteger", "math.mininteger", "1/0", "-1/0", "0/0", "100000000000000", "1.0",
    "3.0e5",
)  # fmt: skip
KEYS = ("1", "2", "3", "5", "12", "25", "0", "-1", "1.5", "2^31", "true", "'m'", "'a'", "''", "'1'")


def literal(text: bytes) -> str:
    """Return a Lua literal of these bytes."""
    return '"' + "".join(f"\\{byte:03d}" for byte in text) + '"'


def _string(rnd: random.Random) -> str:
    return '"' + "".join(rnd.choice(STRINGS) for _ in range(rnd.randrange(4))) + '"'


def _blank(rnd: random.Random) -> str:
    return rnd.choice(("", "", "", " ", "\n", "\t ", "\r\n"))


def _value(rnd: random.Random, depth: int) -> str:
    kind = rnd.random()
    if kind < 0.25 or depth > 4:
        return rnd.choice(WORDS)
    if kind < 0.35:
        return repr(round(math.exp(rnd.uniform(-20, 20)), rnd.randrange(12)))
    if kind < 0.55:
        return _string(rnd)
    count = rnd.randrange(4)
    if kind < 0.78:
        inner = ",".join(_blank(rnd) + _value(rnd, depth + 1) + _blank(rnd) for _ in range(count))
        return f"[{inner}]"
    pairs = (f"{_blank(rnd)}{_string(rnd)}{_blank(rnd)}:{_value(rnd, depth + 1)}" for _ in range(count))
    return "{" + ",".join(pairs) + "}"


def json_text(rnd: random.Random) -> bytes:
    """Return a text that is often JSON."""
    text = _blank(rnd) + _value(rnd, rnd.randrange(4)) + _blank(rnd)
    for _ in range(rnd.choice((0, 0, 0, 1, 1, 3))):
        place = rnd.randrange(len(text) + 1)
        text = text[:place] + rnd.choice(SIGNS) + text[place + rnd.randrange(2) :]
    return text.encode("utf-8", "surrogatepass")


def lua_value(rnd: random.Random, depth: int = 0, text: Callable[[bytes], str] = literal) -> str:
    """Return a Lua expression; a table has one key, or is a list with holes."""
    kind = rnd.random()
    if kind < 0.2:
        return text(b"".join(rnd.choice(BYTES) for _ in range(rnd.randrange(3))))
    if kind < 0.4 or depth > 4:
        return rnd.choice(NUMBERS)
    if kind < 0.5:
        return rnd.choice(("true", "false", "nil", "print", "NULL", "coroutine.create(function() end)"))
    if kind < 0.75:
        return "{" + ", ".join(lua_value(rnd, depth + 1) for _ in range(rnd.randrange(4))) + "}"
    if kind < 0.85:
        holes = rnd.sample(("1", "2", "3", "5", "12", "25"), rnd.randrange(1, 4))
        return "{" + ", ".join(f"[{key}] = {lua_value(rnd, depth + 1)}" for key in holes) + "}"
    return f"{{[{rnd.choice(KEYS)}] = {lua_value(rnd, depth + 1)}}}"
