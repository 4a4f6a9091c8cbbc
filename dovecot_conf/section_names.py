"""Names of sections as parts of a path."""

from __future__ import annotations

_ESCAPES = str.maketrans({"\\": "\\\\", "=": "\\e", "/": "\\s", " ": "\\_", ",": "\\+"})


def escaped(name: str) -> str:
    """Return a name as ``settings_section_escape`` of 2.3.19.1 writes it."""
    return name.translate(_ESCAPES)
