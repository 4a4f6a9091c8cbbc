"""How doveconf hides secrets and quotes values, checked with 2.3.19.1 and 2.4.1.

Its rules are kept with their gaps: ``imap://u:password@host`` and the word behind ``passwd = `` are shown.
"""

from __future__ import annotations

import re

from dovecot_conf.versions import Version

HIDDEN_VALUE = "# hidden, use -P to show it"
HIDDEN_PART = "#hidden_use-P_to_show#"

_SUFFIXES = {
    Version.V23: ("_password", "_key", "_nonce"),
    Version.V24: ("_password", "_key", "_nonce", "_secret"),
}
_WHITE = {Version.V23: " \t", Version.V24: " \t\n\r\x0b\x0c"}
_SECRET = re.compile("key|secret|pass|https?://|ftp://")
_USER = re.compile(r"([^@/ \t\n\r\x0b\x0c\0]*)@")
_WORD = re.compile(r"[^= \t\n\r\x0b\x0c]*[ \t\n\r\x0b\x0c]*")
_SECRET_TEXT = re.compile(r"=[^ \t\n\r\x0b\x0c;:]*")


def escape(text: str) -> str:
    """Put a backslash before quotes and backslashes."""
    return re.sub(r"([\"'\\])", r"\\\1", text)


def quoted(text: str, version: Version) -> str:
    """Return a value as doveconf prints it: in quotes only if reading it back needs them."""
    return f'"{escape(text)}"' if needs_quotes(text, version) else text


def needs_quotes(text: str, version: Version) -> bool:
    """Return whether a value has a ``#`` in it, or white space around it."""
    return "#" in text or text.strip(_WHITE[version]) != text


def concealed(key: str, text: str, version: Version) -> str:
    """Return a value as doveconf prints it without ``-P``; ``key`` is the key as printed in its block."""
    if text and (key.startswith("ssl_dh") or _is_secret(key, version)):
        return HIDDEN_VALUE
    if _SECRET.search(text) is None:
        return quoted(text, version)
    # Where a part may be hidden, doveconf escapes what needs quotes and leaves the quotes out.
    shown = escape if needs_quotes(text, version) else str
    return "".join(part if part == HIDDEN_PART else shown(part) for part in _parts(text))


def _is_secret(key: str, version: Version) -> bool:
    return any(key.endswith(suffix) and key != suffix for suffix in _SUFFIXES[version])


def _parts(text: str) -> list[str]:
    """Cut a value into what is shown and the marks for what isn't."""
    parts: list[str] = []
    shown = position = 0
    while (found := _SECRET.search(text, position)) is not None:
        if found[0].endswith("://"):
            position = found.end()
            user = _USER.match(text, position)
            if user is not None:
                parts.append(text[shown:position])
                if user[1]:
                    parts.append(HIDDEN_PART)
                shown = position = user.end(1)
            continue
        position = found.start()
        if position > 0 and text[position - 1].isascii() and text[position - 1].isalnum():
            position += 1
            continue
        position = _WORD.match(text, position).end()  # type: ignore[union-attr]  # it can be empty
        if text.startswith("=", position):
            parts += [text[shown : position + 1], HIDDEN_PART]
            shown = position = _SECRET_TEXT.match(text, position).end()  # type: ignore[union-attr]
    return [*parts, text[shown:]]
