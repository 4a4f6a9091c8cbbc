"""Opening what ``!include`` names, with the refusals of Dovecot and limits of our own."""

from __future__ import annotations

import errno
import os
from collections.abc import Set as AbstractSet

from dovecot_conf.files import Files
from dovecot_conf.source import SourceFile
from dovecot_conf.tree import Document

MAX_FILES = 5000
"""Files that one configuration may include, repetitions counted."""

MAX_SIZE = 64 * 1024 * 1024
"""Characters that all included files together may have."""

Problem = tuple[str, str]
"""The readable name of a rule, and the message."""


class Includer:
    """Opens the files of includes for one configuration, and counts them."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._count = 0
        self._size = 0

    def open(
        self, pattern: str, base: str, open_paths: AbstractSet[str], optional: bool
    ) -> tuple[list[Document], Problem | None]:
        """Return the documents that ``pattern``, written in the file ``base``, names, in reading order.

        All files of a pattern are opened at once, the last one first, so a path that is among
        ``open_paths`` or twice in the pattern is refused. After a problem the files opened before it
        are returned with it.
        """
        paths = self._files.glob(self._files.locate(pattern, base))
        if not paths:
            return [], None if optional else ("include-no-match", "No matches")
        documents: list[Document] = []
        taken: set[str] = set()
        for path in reversed(paths):
            if path in open_paths or path in taken:
                return documents[::-1], ("include-loop", f"Recursive include file: {path}")
            taken.add(path)
            if self._count >= MAX_FILES:
                return [], ("include-limit", f"More than {MAX_FILES} files are included")
            try:
                source = SourceFile.decode(path, self._files.read(path))
            except OSError as error:
                if optional:
                    continue
                reason = os.strerror(error.errno or errno.EIO)
                return documents[::-1], ("include-unreadable", f"Couldn't open include file {path}: {reason}")
            self._count += 1
            self._size += len(source.text)
            if self._size > MAX_SIZE:
                return [], ("include-limit", f"More than {MAX_SIZE} characters are included")
            documents.append(Document(source))
        return documents[::-1], None
