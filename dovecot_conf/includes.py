"""Opening what ``!include`` names, with the refusals of Dovecot and limits of our own."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from dovecot_conf import limits
from dovecot_conf.files import Files
from dovecot_conf.limits import LimitError
from dovecot_conf.source import SourceFile
from dovecot_conf.tree import Document
from dovecot_conf.versions import Version
from dovecot_conf.view import PLAIN, View

SIZE_HINT = (
    "look for files that are no configuration, and for files that include each other by different paths"
)
PACKAGE_FOLDER = "/usr/share/dovecot/"
"""Where Dovecot's packages have files to be included, in the language of the version that is installed."""

_OF_VERSION = {
    Version.V23: re.compile(rb"=.*\$(?!SET:)"),
    Version.V24: re.compile(rb"=.*\$SET:|^protocols \{", re.M),
}

ABSOLUTE_HINT = (
    "correct the path; of a checkout, give with --root the folder that / stands for, or use !include_try"
    " for files that may be missing"
)
DEPTH_HINT = "look for files that include each other by different paths"


class Problem(NamedTuple):
    """Why an include is refused: the readable name of a rule, the message, and what to do if it's special."""

    rule: str
    message: str
    hint: str = ""


class Includer:
    """Opens the files of includes for one configuration, and counts what they hold.

    ``main`` is the main file, which counts too. Files of an installed Dovecot that is another one than
    ``version`` are as good as missing: the configuration is not for this machine. ``view`` says what may
    stand behind a name.
    """

    def __init__(self, files: Files, main: SourceFile, version: Version, view: View = PLAIN) -> None:
        self._files = files
        self._version = version
        self._view = view
        self._count = 0
        self._size = len(main.text)
        self._lines = main.line_count
        self._gave_up = False

    def open(
        self, pattern: str, base: str, open_paths: AbstractSet[str], *, depth: int, optional: bool
    ) -> tuple[list[Document], Problem | None]:
        """Return the documents that ``pattern``, written in the file ``base``, names, in reading order.

        All files of a pattern are opened at once, the last one first, so a path that is among
        ``open_paths`` or twice in the pattern is refused. After a problem the files opened before it
        are returned with it; none after a limit, and none at all when there were too many before.
        ``depth`` is how many files include one another up to ``base``.
        """
        if self._gave_up:
            return [], None
        if depth >= limits.MAX_DEPTH:
            text = f"More than {limits.MAX_DEPTH} files include one another"
            return [], Problem("reading-limit", text, DEPTH_HINT)
        try:
            paths = self._paths(self._files.locate(pattern, base))
            if not paths:
                hint = ABSOLUTE_HINT if pattern.startswith("/") and self._files.root is None else ""
                forgiven = optional or self._view.tolerant
                return [], None if forgiven else Problem("include-no-match", "No matches", hint)
            return self._open_all(paths, open_paths, optional=optional)
        except LimitError as error:
            return [], Problem("reading-limit", str(error), error.hint)

    def _paths(self, pattern: str) -> list[str]:
        """Return what matches, with one of the suffixes of the view if nothing does without."""
        for suffix in ("", *self._view.suffixes):
            if paths := self._files.glob(pattern + suffix):
                return paths
        return []

    def _open_all(
        self, paths: list[str], open_paths: AbstractSet[str], *, optional: bool
    ) -> tuple[list[Document], Problem | None]:
        documents: list[Document] = []
        taken: set[str] = set()
        for path in reversed(paths):
            if path in open_paths or path in taken:
                return documents[::-1], Problem("include-loop", f"Recursive include file: {path}")
            taken.add(path)
            self._count += 1
            if self._count > limits.MAX_FILES:
                self._gave_up = True
                raise LimitError(f"More than {limits.MAX_FILES} files are included", DEPTH_HINT)
            try:
                content = self._files.read(path)
            except OSError as error:
                self._count -= 1
                if optional:
                    continue
                reason = os.strerror(error.errno or errno.EIO)
                text = f"Couldn't open include file {path}: {reason}"
                return documents[::-1], Problem("include-unreadable", text)
            if self._of_another_version(path, content):
                continue
            documents.append(Document(self._decode(path, content)))
        return documents[::-1], None

    def _of_another_version(self, path: str, content: bytes) -> bool:
        if self._files.root is not None or not path.startswith(PACKAGE_FOLDER):
            return False
        other = Version.V23 if self._version is Version.V24 else Version.V24
        return _OF_VERSION[other].search(content) is not None

    def _decode(self, path: str, content: bytes) -> SourceFile:
        self._lines += content.count(b"\n")
        if self._lines > limits.MAX_LINES:
            raise LimitError(f"All files together have more than {limits.MAX_LINES} lines", SIZE_HINT)
        self._size += len(content)
        if self._size > limits.MAX_SIZE:
            raise LimitError(f"All files together have more than {limits.MAX_SIZE} characters", SIZE_HINT)
        return SourceFile.decode(path, content)
