"""How much is read before reading is given up, so that no input takes for ever or fills the memory.

Dovecot has no such limits but the memory and the open files of its process. These are far beyond what
people and their tools write.
"""

from __future__ import annotations

MAX_FILE_SIZE = 64 * 1024 * 1024
"""Bytes of one file."""

MAX_SIZE = 64 * 1024 * 1024
"""Characters of all files together."""

MAX_LINES = 1_000_000
"""Lines of all files together."""

MAX_FILES = 5000
"""Included files, repetitions counted."""

MAX_DEPTH = 3000
"""Files of which each is included by the one before. An include of itself by ever longer paths (``./a``,
``././a``) ends before, at the system's limit of a path, as it does for Dovecot."""

MAX_PATTERN = 8192
"""Characters of the pattern of an include."""

MAX_NAMES = 100_000
"""Names in directories, and alternatives in braces, that one pattern is compared with."""

MAX_ALIKE = 1000
"""Problems of one kind that are shown."""

MAX_NESTING = 200
"""Sections, each inside of the one before."""

MAX_LINE = 1024 * 1024
"""Characters of a line, continued lines joined, and of a value with its ``$`` words replaced."""


class LimitError(Exception):
    """A limit is passed: the text says which one, ``hint`` what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
