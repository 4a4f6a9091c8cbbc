"""The usual %variables of 2.4: a name and filters without arguments, as ``%{user | domain}``.

Most configurations have no others, and these need no grammar.
"""

from __future__ import annotations

import re

# A letter or any character beyond ASCII, then digits and _/;:.- as well; its complement compiles far faster.
NAME = r"[^\x00-@\[-`{-\x7f][^\x00-,<-@\[-^`{-\x7f]*"
CALLS = rf"[ \t]*{NAME}[ \t]*(?:\|[ \t]*{NAME}[ \t]*)*"
_PROGRAM = re.compile(rf"%\{{({CALLS})\}}")


def plain_parts(text: str) -> list[str] | None:
    """Return literal texts and the insides of ``%{…}`` in turns, a literal first and last.

    None for a text with anything else, which may be wrong; a ``%`` without a brace is a literal.
    """
    parts = _PROGRAM.split(text)
    is_plain = not any("%{" in literal or literal.endswith("%") for literal in parts[::2])
    return parts if is_plain and text.isascii() else None


def plain_names(inside: str) -> list[str]:
    """Return the names in the inside of a plain ``%{…}``."""
    return [name.strip(" \t") for name in inside.split("|")]
