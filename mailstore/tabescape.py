"""Dovecot's tab escaping: the characters that separate fields and lines, made harmless by 0x01."""

from __future__ import annotations

import re

ESCAPES = {"\x00": "0", "\x01": "1", "\t": "t", "\r": "r", "\n": "n"}
_UNESCAPES = {code: character for character, code in ESCAPES.items()}
_ESCAPED = {ord(character): f"\x01{code}" for character, code in ESCAPES.items()}


def escape(text: str) -> str:
    r"""Return ``text`` with NUL, 0x01, tab, CR and LF written as 0x01 and a letter.

    A backslash stays as it is (Dovecot 2.3.19.1 and 2.4.1).
    """
    return text.translate(_ESCAPED)


def unescape(text: str) -> str:
    """Undo ``escape``.

    0x01 and an unknown character give that character; a single 0x01 at the end is dropped
    (Dovecot 2.3.19.1 and 2.4.1).
    """
    if "\x01" not in text:
        return text
    return re.sub("\x01(.?)", lambda match: _UNESCAPES.get(match[1], match[1]), text, flags=re.DOTALL)
