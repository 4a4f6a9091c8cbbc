"""The only door to the file system: read a file, expand a pattern of ``!include``.

Absolute paths inside a configuration are looked up below ``root`` when there is one (a checkout of
``/etc``), and so are the targets of symbolic links there. Paths in errors and spans are those that were
really opened.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from dovecot_conf import limits
from dovecot_conf.limits import LimitError
from dovecot_conf.value import Value

if TYPE_CHECKING:
    from pathlib import Path

_MAX_LINKS = 40
_CHUNK = 1 << 20

TOO_LARGE_HINT = "no configuration is that large: correct the path"


class Changed:
    """Files with another content than that on disk, by their places (see :meth:`Files.place`)."""

    def __init__(self, contents: Mapping[str, bytes] = MappingProxyType({})) -> None:
        self.contents = contents

    def content(self, path: str) -> bytes | None:
        """Return the content of a file that is changed, None for another one."""
        return self.contents.get(os.path.realpath(path)) if self.contents else None


UNCHANGED = Changed()


class Files(Value):
    """Reads files for one configuration; ``changed`` are those that are to be seen with another content."""

    root: Path | None = None
    changed: Changed = UNCHANGED

    def locate(self, path: str, base: str) -> str:
        """Return the path to open for ``path`` as written in the file ``base``.

        A relative path is joined to the directory of ``base`` as text, as Dovecot does.
        """
        if path.startswith("/"):
            return str(self.root / path.lstrip("/")) if self.root is not None else path
        return base[: base.rfind("/") + 1] + path

    def read(self, path: str) -> bytes:
        """Return the content of a file. A directory is empty, as for Dovecot.

        Raises OSError as ``open`` does, LimitError for a file (or device) that is too large.
        """
        opened = self._followed(path)
        content = self.changed.content(opened)
        if content is not None:
            return content
        descriptor = os.open(opened, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                return b""
            chunks: list[bytes] = []
            size = 0
            while chunk := os.read(descriptor, _CHUNK):
                chunks.append(chunk)
                size += len(chunk)
                if size > limits.MAX_FILE_SIZE:
                    raise LimitError(f"{path} has more than {limits.MAX_FILE_SIZE} bytes", TOO_LARGE_HINT)
            return b"".join(chunks)
        finally:
            os.close(descriptor)

    def place(self, path: str) -> str:
        """Return the one name of the file that opening ``path`` gives, whatever links lead to it."""
        try:
            return os.path.realpath(self._followed(path))
        except OSError:
            return path

    def readable(self, path: str) -> None:
        """Raise the OSError that opening ``path`` gives, if any, and one for a file that is too large."""
        descriptor = os.open(self._followed(path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        status = os.fstat(descriptor)
        os.close(descriptor)
        too_large = status.st_size > limits.MAX_FILE_SIZE
        if stat.S_ISCHR(status.st_mode):  # a device has no size: /dev/null ends, /dev/zero doesn't
            try:
                self.read(path)
            except LimitError:
                too_large = True
        if too_large:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))

    def is_folder(self, path: str) -> bool:
        """Return whether ``path`` is a directory."""
        try:
            return stat.S_ISDIR(os.stat(self._followed(path)).st_mode)
        except (OSError, ValueError):
            return False

    def inside(self, path: str) -> str:
        """Return a path to open as it is written in a configuration."""
        root = str(self.root) if self.root is not None else ""
        return path.removeprefix(root) if path.startswith(f"{root}/") else path

    def glob(self, pattern: str) -> list[str]:
        """Return the paths that match, as C's ``glob`` with braces: byte order within each brace.

        Raises LimitError for a pattern that is too long, or asks for too much.
        """
        from dovecot_conf.patterns import expand  # noqa: PLC0415 - many regular expressions, for includes only

        return expand(pattern, self._listing, self._exists)

    def _listing(self, folder: str) -> list[str]:
        try:
            return [".", "..", *os.listdir(self._followed(folder) or ".")]
        except OSError:
            return []

    def _exists(self, path: str) -> bool:
        folder, slash, name = path.rpartition("/")
        try:
            return os.path.lexists(f"{self._followed(folder)}{slash}{name}")
        except OSError:
            return False

    def _followed(self, path: str) -> str:
        """Return what to open for a path. Links below the root lead below the root, as after a chroot.

        Raises OSError when there are too many.
        """
        root = str(self.root).rstrip("/") if self.root is not None else ""
        if not root or not path.startswith(f"{root}/"):
            return path
        found, pending, links = root, path.removeprefix(root).split("/")[::-1], 0
        while pending:
            name = pending.pop()
            if name == "..":
                found = found[: found.rfind("/")] if found != root else root
            elif name not in ("", "."):
                target = _link(f"{found}/{name}")
                if target is None:
                    found = f"{found}/{name}"
                    continue
                links += 1
                if links > _MAX_LINKS:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
                found = root if target.startswith("/") else found
                pending += target.split("/")[::-1]
        return found


def _link(path: str) -> str | None:
    try:
        return os.readlink(path)
    except OSError:
        return None
