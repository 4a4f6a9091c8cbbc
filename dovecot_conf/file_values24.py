"""Values of 2.4 that are names of files, which Dovecot reads with the configuration.

Follows ``config_apply_file`` of 2.4.1: ``inline:`` stands before a content in place of a name, and a name
with %variables in it is left to the processes.
"""

from __future__ import annotations

import errno
import os

from dovecot_conf.evaluate import Surroundings
from dovecot_conf.files import Files

TYPE = "file"
INLINE = "inline:"


def names_file(text: str) -> bool:
    """Return whether a value is the name of a file that is known from the start."""
    return bool(text) and not text.startswith(INLINE) and "%{" not in text


def completed(text: str, base: str, files: Files) -> str:
    """Return the name of a file as ``doveconf -x`` shows it; ``base`` is the file that has the value."""
    if not names_file(text) or text.startswith("/"):
        return text
    return files.inside(files.locate(text, base))


def why_unreadable(text: str, base: str, surroundings: Surroundings) -> str:
    """Return what Dovecot says about a file that it can't read, '' for another value or a good file."""
    if not names_file(text):
        return ""
    path = surroundings.files.locate(text, base)
    reason = surroundings.why_unreadable(path)
    if reason:
        return f"open({path}) failed: {reason}"
    return f"read({path}) failed: {os.strerror(errno.EISDIR)}" if surroundings.files.is_folder(path) else ""
