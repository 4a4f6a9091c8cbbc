"""The filters of 2.4's %variables that write bytes in another form: hashes, base64 and hexadecimal.

As ``expansion-filter.c`` of 2.4.1 has them.
"""

from __future__ import annotations

import base64
import re

from dovecot_conf.hashing import hashed
from dovecot_conf.variables24_state import TOO_MANY, Argument, Call, Filter, FilterError, State

_MAX_ROUNDS = 1_000_000
_MAX_WIDTH = 10_000


def _digest(state: State, call: Call, method: str, options: tuple[Argument, ...]) -> None:
    rounds, salt = 1, b""
    for option in options:
        if option.key == "rounds":
            rounds = state.number(option)
        elif option.key == "salt":
            salt = state.text(option).encode("utf-8", "surrogateescape")
        elif option.key:
            raise FilterError(f"Unsupported key '{option.key}'")
        else:
            raise FilterError(TOO_MANY)
    if method not in ("md5", "sha1", "sha256", "sha384", "sha512"):
        raise FilterError(f"Unsupported algorithm '{method}'")
    data = state.need(call.name)
    state.set(hashed(method, data, salt, min(rounds, _MAX_ROUNDS)), binary=True)


def _hash(state: State, call: Call) -> None:
    if not call.arguments:
        raise FilterError("Missing parameters")
    if call.arguments[0].key:
        raise FilterError("No algorithm as first parameter")
    _digest(state, call, state.text(call.arguments[0]), call.arguments[1:])


def _named_hash(state: State, call: Call) -> None:
    _digest(state, call, call.name, call.arguments)


def _base64(state: State, call: Call) -> None:
    options = _base64_options(state, call)
    data = state.need("base64")
    encoded = base64.urlsafe_b64encode(data) if options.get("url") else base64.b64encode(data)
    state.set(encoded if options.get("pad", 1) else encoded.rstrip(b"="))


def _base64_options(state: State, call: Call) -> dict[str, int]:
    options: dict[str, int] = {}
    for argument in call.arguments:
        if not argument.key:
            raise FilterError(TOO_MANY)
        if argument.key not in ("pad", "url"):
            raise FilterError(f"Unsupported key '{argument.key}'")
        value = options[argument.key] = state.number(argument)
        if value not in (0, 1):
            raise FilterError(f"Supported values for {argument.key} are 0 or 1")
    return options


def _unbase64(state: State, call: Call) -> None:
    _base64_options(state, call)
    data = state.need("unbase64").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        state.set(base64.b64decode(data + b"=" * (-len(data) % 4), validate=True), binary=True)
    except ValueError:
        raise FilterError("Invalid base64 data") from None


def _width(state: State, call: Call) -> int:
    arguments = call.unnamed(1)
    return max(-_MAX_WIDTH, min(_MAX_WIDTH, state.number(arguments[0]))) if arguments else 0


def _hex(state: State, call: Call) -> None:
    width, data = _width(state, call), state.need("hex")
    if re.fullmatch(b"[0-9]+", data) is None:
        raise FilterError("Input is not a number")
    text = f"{int(data):x}"
    if width < 0:
        text = text.ljust(-width, "0")[:-width]
    elif width:
        text = text.rjust(width, "0")[-width:]
    state.set(text)


def _unhex(state: State, call: Call) -> None:
    call.unnamed(0)
    data = state.need("unhex")
    if re.fullmatch(b"[0-9a-fA-F]+", data) is None:
        raise FilterError("Input is not a hex number")
    state.set(str(int(data, 16)))


def _hexlify(state: State, call: Call) -> None:
    width = _width(state, call)
    if width < 0:
        raise FilterError("Width must be positive")
    text = state.need("hexlify").hex()
    state.set(text.rjust(width, "0")[-width:] if width else text)


def _unhexlify(state: State, call: Call) -> None:
    call.unnamed(0)
    try:
        state.set(bytes.fromhex(state.need("unhexlify").decode("ascii")), binary=True)
    except ValueError:
        raise FilterError("Not a hex value") from None


FILTERS: dict[str, Filter] = {
    "hash": _hash,
    "md5": _named_hash,
    "sha1": _named_hash,
    "sha256": _named_hash,
    "sha384": _named_hash,
    "sha512": _named_hash,
    "base64": _base64,
    "unbase64": _unbase64,
    "hex": _hex,
    "unhex": _unhex,
    "hexlify": _hexlify,
    "unhexlify": _unhexlify,
}
