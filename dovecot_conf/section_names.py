"""Names of sections: as parts of a path, and, in 2.3, as settings."""

from __future__ import annotations

FLAT_SECTIONS = frozenset(("plugin", "dict"))
"""Sections of 2.3 that are one flat list of keys, whatever their name."""

UNIQUE_SECTIONS = frozenset(("passdb", "userdb"))
"""Sections of 2.3 of which a name may be used once in a scope."""

_ESCAPES = str.maketrans({"\\": "\\\\", "=": "\\e", "/": "\\s", " ": "\\_", ",": "\\+"})


def escaped(name: str) -> str:
    """Return a name as ``settings_section_escape`` of 2.3.19.1 and 2.4.1 writes it."""
    return name.translate(_ESCAPES)


_NAME_KEYS = {"unix_listener": "path", "fifo_listener": "path", "metric": "metric_name"}


def name_key(word: str) -> str:
    """Return the setting of a section that is its name."""
    return _NAME_KEYS.get(word, "name")
