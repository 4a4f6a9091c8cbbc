"""The JSON body of an ``ox`` notification, byte for byte as Dovecot writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dovecot_conf.versions import Version
from drivers.events import printable

_SHORT: Mapping[str, str] = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}
_HEX_FORMAT: Mapping[Version, str] = {Version.V23: "\\u{:04x}", Version.V24: "\\u{:04X}"}
_ESCAPED = re.compile('["\\\\\x00-\x1f\u2028\u2029]')


def json_string(value: bytes, version: Version) -> str:
    """Return raw bytes as a JSON string with its quotes; a byte that is not UTF-8 becomes U+FFFD.

    Only quotes, backslashes, control characters below U+0020, U+2028 and U+2029 are escaped.
    """
    hex_format = _HEX_FORMAT[version]
    escaped = _ESCAPED.sub(
        lambda match: _SHORT.get(match[0]) or hex_format.format(ord(match[0])), printable(value)
    )
    return f'"{escaped}"'


def json_object(members: Mapping[str, bytes | int | None], version: Version) -> str:
    """Return members as a JSON object without white space; those that are None are left out."""
    parts = (
        f'"{name}":{value if isinstance(value, int) else json_string(value, version)}'
        for name, value in members.items()
        if value is not None
    )
    return "{" + ",".join(parts) + "}"
