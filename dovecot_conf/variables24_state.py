"""What the filters of 2.4's %variables work on: calls, arguments, and the value on its way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from dovecot_conf.value import Value

TOO_MANY = "Too many positional parameters"


class FilterError(Exception):
    """A filter or variable has no result; the text is Dovecot's."""


class Argument(Value):
    """An argument of a filter: a number, a quoted text, or the name of a variable; with a ``key``
    when it is written ``key=value``.
    """

    value: str | int
    quoted: bool = False
    key: str = ""


class Call(Value):
    """One filter with its arguments; the first of a program may be the name of a variable."""

    name: str
    arguments: tuple[Argument, ...] = ()

    def unnamed(self, most: int, least: int = 0) -> list[Argument]:
        """Return the arguments. Raises FilterError when one has a key, or for a wrong number of them."""
        for number, argument in enumerate(self.arguments):
            if argument.key:
                raise FilterError(f"Unsupported key '{argument.key}'")
            if number == most:
                raise FilterError(TOO_MANY)
        if len(self.arguments) < least:
            raise FilterError("Missing parameters")
        return list(self.arguments)


class State:
    """The value on its way through the filters, and where variables come from.

    ``value`` is None while there is none; ``binary`` says that it is to be shown in hexadecimal.
    ``pending`` is the error to report when no later filter supplies a value.
    """

    def __init__(self, values: Mapping[str, str], environ: Mapping[str, str]) -> None:
        self._values = values
        self._environ = environ
        self.value: bytes | None = None
        self.binary = False
        self.pending = ""

    def look_up(self, name: str) -> str:
        """Return a variable. Raises FilterError for one that doesn't exist."""
        prefix, colon, rest = name.partition(":")
        if not colon:
            if name not in self._values:
                raise FilterError(f"Unknown variable '{name}'")
            return self._values[name]
        if prefix == "env":
            return self._environ.get(rest, "")
        if name in self._values:
            return self._values[name]
        if prefix == "userdb":
            return ""
        raise FilterError(f"Unsupported prefix '{prefix}'")

    def set(self, text: str | bytes, *, binary: bool = False) -> None:
        """Set the value."""
        self.value = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        self.binary = binary

    def need(self, action: str) -> bytes:
        """Return the value. Raises FilterError when there is none."""
        if self.value is None:
            raise FilterError(f"No value to {action}")
        return self.value

    def text(self, argument: Argument) -> str:
        """Return an argument as text."""
        if isinstance(argument.value, int) or argument.quoted:
            return str(argument.value)
        return self.look_up(argument.value)

    def number(self, argument: Argument) -> int:
        """Return an argument as a number. Raises FilterError for text."""
        if isinstance(argument.value, int):
            return argument.value
        text = self.text(argument)
        if argument.quoted or re.fullmatch("-?[0-9]+", text) is None:
            where = "" if argument.quoted else f" (in {argument.value})"
            raise FilterError(f"'{text}'{where} is not a number")
        return int(text)


Filter = Callable[[State, Call], None]
"""Carries out a call on the value. Raises FilterError."""
