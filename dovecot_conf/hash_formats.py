"""The format of hashes, as in ``mail_attachment_hash = %{sha1}``: ``hash-format.c`` of 2.3.19.1 and 2.4.1."""

from __future__ import annotations

import re

DIGEST_SIZES = {
    "md4": 16,
    "md5": 16,
    "sha1": 20,
    "sha256": 32,
    "sha384": 48,
    "sha512": 64,
    "sha3-256": 32,
    "sha3-512": 64,
    "size": 8,
}
"""The hashes that Dovecot knows, and the bytes of each."""

_SETTING = "mail_attachment_hash setting"
_HASH = re.compile(r"%[BX]?(?P<open>\{(?P<inside>[^}]*)(?P<close>\})?)?")


def wrong_hash_format(text: str) -> str:
    """Return what is wrong with ``mail_attachment_hash`` in Dovecot's words, '' for a right one."""
    if "/" in text:
        return f"{_SETTING} must not contain '/' characters"
    for match in _HASH.finditer(text):
        if not match["open"]:
            return f"Invalid {_SETTING}: No '{{' after '%'"
        if not match["close"]:
            return f"Invalid {_SETTING}: Missing '}}'"
        if wrong := _wrong_hash(match["inside"]):
            return f"Invalid {_SETTING}: {wrong}"
    if "-" in text:
        return f"{_SETTING} must not contain '-' characters"
    return ""


def _wrong_hash(inside: str) -> str:
    name, colon, bits = inside.partition(":")
    size = DIGEST_SIZES.get(name)
    if size is None:
        return f"Unknown hash method: {name}"
    if not colon:
        return ""
    if not re.fullmatch("[0-9]{1,10}", bits) or not 0 < int(bits) <= size * 8:
        return f"Invalid :bits number: {bits}"
    return f"Currently :bits must be divisible by 8: {bits}" if int(bits) % 8 else ""
