"""The METADATA entry that switches a user on for ``ox``, and how its value is read (2.3.19.1, 2.4.1)."""

from __future__ import annotations

from mailstore.tabescape import unescape

METADATA_ENTRY = "/private/vendor/vendor.dovecot/http-notify"


def user_in(value: str) -> str | None:
    """Return the last ``user=`` of a METADATA value, whose words are separated by tabs and end at a NUL."""
    user = None
    for word in value.split("\t"):
        name, equals, text = unescape(word).partition("\0")[0].partition("=")
        if equals and name == "user":
            user = text
    return user
