"""The %variables of 2.3, as ``var_expand_with_funcs`` of 2.3.19.1 replaces them.

``%[-][0][OFFSET.][-][0][WIDTH][MODIFIERS]NAME``, where NAME is a letter or ``{long name}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from dovecot_conf.errors import VariableError

SHORT_NAMES = {
    "u": "user",
    "n": "username",
    "d": "domain",
    "s": "service",
    "h": "home",
    "l": "lip",
    "r": "rip",
    "p": "pid",
    "i": "uid",
}
HASHES = frozenset(("md5", "sha1", "sha256", "sha384", "sha512", "sha3-256", "sha3-512", "pkcs5"))
_MAX_MODIFIERS = 10
_MAX_DEPTH = 20

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LOWER = str.maketrans(_LETTERS.upper(), _LETTERS)
_UPPER = str.maketrans(_LETTERS, _LETTERS.upper())

_CUT = (
    r"(?P<sign>-?)(?P<zero>0?)(?P<width>[0-9]*)(?P<dot>\.)?"
    r"(?(dot)(?P<zero2>0?)(?P<sign2>-?)(?P<width2>[0-9]*))"
)
"""What part of the value is wanted, behind the percent sign."""

_BEGINS_CUT = tuple("-.0123456789")


class FunctionError(Exception):
    """A function can't be carried out; the text is Dovecot's."""


class _Cut:
    """What part of a value is wanted; the hash modifiers use the numbers for themselves."""

    def __init__(self, offset: int, width: int, *, zero: bool) -> None:
        self.offset = offset
        self.width = width
        self.zero = zero

    def apply(self, value: bytes) -> bytes:
        """Return the part of the value: some from the end for a negative offset, then a width."""
        start = max(0, len(value) + self.offset) if self.offset < 0 else self.offset
        value = value[start:]
        if not self.width:
            return value
        if self.zero:
            return value.rjust(self.width, b"0") if self.width > 0 else value
        if self.width < 0:
            return value if len(value) + self.width < 0 else value[: len(value) + self.width]
        return value[: self.width]


class Expansion:
    """Expands texts with one set of values.

    ``marks_unknown``: an unknown variable is no error; ``UNSUPPORTED_VARIABLE_`` and its name stand there.
    """

    def __init__(
        self, values: Mapping[str, str], environ: Mapping[str, str], *, marks_unknown: bool = False
    ) -> None:
        self._values = values
        self._marks_unknown = marks_unknown
        self._environ = environ
        self._error: str | None = None
        self._depth = 0

    def expand(self, text: str) -> str:
        """Return ``text`` with its variables replaced. Raises VariableError."""
        self._error = None
        expanded = self._expand(text)
        if self._error is not None and not self._marks_unknown:
            raise VariableError(self._error)
        return expanded

    def _expand(self, text: str) -> str:
        if self._depth >= _MAX_DEPTH:
            self._error = "variables are nested too deeply"
            return ""
        self._depth += 1
        out, position = [], 0
        while (percent := text.find("%", position)) >= 0:
            out.append(text[position:percent])
            value, position = self._variable(text, percent + 1)
            out.append(value)
        out.append(text[position:])
        self._depth -= 1
        return "".join(out)

    def _variable(self, text: str, position: int) -> tuple[str, int]:
        """Return the value of the variable whose percent sign is before ``position``, and its end."""
        cut = _Cut(0, 0, zero=False)
        if text.startswith(_BEGINS_CUT, position):
            head = re.compile(_CUT).match(text, position)
            assert head is not None
            cut, position = _cut(head), head.end()
        end = position
        while end < position + _MAX_MODIFIERS and text[end : end + 1] in MODIFIERS:
            end += 1
        modifiers, position = text[position:end], end
        if position >= len(text):
            return "", position
        if text[position] == "{" and "}" in text[position:]:
            end = _closing_brace(text, position)
            name = text[position + 1 : end]
            value = self._long(name)
            position = end + 1
        else:
            name = text[position]
            value = self._short(name)
            position += 1
        if value is None:
            return (f"UNSUPPORTED_VARIABLE_{name}" if self._marks_unknown else ""), position
        data = value.encode("utf-8", "surrogateescape")
        for modifier in modifiers:
            data = MODIFIERS[modifier](data, cut)
        return cut.apply(data).decode("utf-8", "surrogateescape"), position

    def _short(self, letter: str) -> str | None:
        name = SHORT_NAMES.get(letter, "")
        if letter in self._values:
            return self._values[letter]
        if name in self._values:
            return self._values[name]
        if letter == "%":
            return "%"
        if self._error is None:
            self._error = f"Unknown variable '%{letter}'"
        return None

    def _long(self, name: str) -> str | None:
        if name in self._values and len(name) > 1:
            return self._values[name]
        key, _, data = name.partition(":")
        try:
            return self._function(key, data)
        except FunctionError as error:
            self._error = str(error)
            return None

    def _function(self, key: str, data: str) -> str:
        # Hashes and comparisons are loaded where one is asked for.
        from dovecot_conf.variables23_functions import compare, digest, split_conditional  # noqa: PLC0415

        word = key.partition(";")[0].lower()
        if word == "if":
            parameters = [self._expand(part) for part in split_conditional(f"{key}:{data}")]
            left, operator, right, true, false = parameters
            return true if compare(left, operator, right) else false
        if word in HASHES:
            value = self._long(data)
            if value is None:
                raise FunctionError(self._error or "")
            return digest(key, data, value, self._expand)
        if key == "env":
            return self._environ.get(data, "")
        if key == "userdb":
            return self._values.get(f"userdb:{data}", "")
        raise FunctionError(f"Unknown variable '%{key}'")


def _cut(head: re.Match[str]) -> _Cut:
    width = int(head["width"] or 0)
    if not head["dot"]:
        return _Cut(0, width, zero=bool(head["zero"]))
    offset = -width if head["sign"] else width
    width = int(head["width2"] or 0)
    return _Cut(offset, -width if head["sign2"] else width, zero=bool(head["zero2"]))


def _closing_brace(text: str, start: int) -> int:
    """Return where the brace at ``start`` closes; the end of the text when it doesn't."""
    depth, escaped = 0, False
    for position in range(start, len(text)):
        if escaped:
            escaped = False
        elif text[position] == "\\" and position > start:
            escaped = True
        elif text[position] == "{":
            depth += 1
        elif text[position] == "}":
            depth -= 1
            if not depth:
                return position
    return len(text)


def _text(change: Callable[[str], str]) -> Callable[[bytes, _Cut], bytes]:
    """Make a modifier of a function on the bytes as Latin-1 text."""
    return lambda data, _: change(data.decode("latin-1")).encode("latin-1")


def _number_to_hex(text: str) -> str:
    return f"{int(text):x}" if text.isascii() and text.isdigit() and int(text) < 2**64 else "0"


def _hash(data: bytes, cut: _Cut) -> bytes:
    value = 0
    for byte in data:
        value = ((value << 4) + byte) & 0xFFFFFFFF
        high = value & 0xF0000000
        if high:
            value ^= (high >> 24) ^ high
    return _hash_text(value, cut)


def _new_hash(data: bytes, cut: _Cut) -> bytes:
    return _hash_text(int.from_bytes(_md5(data)[:8], "big"), cut)


def _md5(data: bytes) -> bytes:
    from dovecot_conf.hashing import hashed  # noqa: PLC0415 - few variables are hashed

    return hashed("md5", data)


def _hash_text(value: int, cut: _Cut) -> bytes:
    if cut.width:
        value %= abs(cut.width)
        cut.width = 0
    text = f"{value & 0xFFFFFFFF:x}".rjust(max(cut.offset, 0), "0")
    cut.offset = 0
    return text.encode()


MODIFIERS: dict[str, Callable[[bytes, _Cut], bytes]] = {
    "L": _text(lambda text: text.translate(_LOWER)),
    "U": _text(lambda text: text.translate(_UPPER)),
    "E": _text(lambda text: re.sub(r"([\"'\\])", r"\\\1", text)),
    "X": _text(_number_to_hex),
    "R": _text(lambda text: text[::-1]),
    "H": _hash,
    "N": _new_hash,
    "M": lambda data, _: _md5(data).hex().encode(),
    "D": _text(lambda text: text.replace(".", ",dc=")),
    "T": _text(lambda text: text.rstrip(" \t\n\r\v\f")),
}
