"""Dovecot's ``fs:posix`` dict: a file for each key, with the value as it is.

Layout, names, modes and error texts are those of 2.3.19.1 and 2.4.1. A value is written to a
temporary file that is renamed, so a reader sees the old or the new one.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import stat
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from dovecot_conf.errors import DictError
from dovecot_conf.paths import missing_folders
from mailstore.dict_file import MAX_FILE_SIZE, RefusedDictError, give
from mailstore.dict_keys import is_private
from mailstore.dict_values import FsSetting
from mailstore.undisturbed import undisturbed

NO_LIST = "dict-fs doesn't currently support DICT_ITERATE_FLAG_RECURSE"
TEMPORARY_PREFIX = "temp.dovecot."
_DOTS = re.compile(r"(?<=/)\.(\.*)(?=/|\Z)")
_ATTEMPTS = 50
# A folder that isn't empty, in use, or gone already stays as it is.
_KEPT = (errno.ENOTEMPTY, errno.EEXIST, errno.EBUSY, errno.ENOENT)


def file_name(user: str, key: str) -> str:
    """Return the name of a key's file, to be put behind the prefix.

    A part of the key that has nothing but dots gets two more, so that it can't lead out of the
    folder; one slash at the end is dropped.
    """
    kind, _, rest = _DOTS.sub(r"...\1", key).partition("/")
    name = f"{user}/{rest}" if is_private(kind) else rest
    return name.removesuffix("/")


class FsDict:
    """The dict of ``user`` in files; ``below`` tells where a path of the configuration is.

    All methods raise DictError with Dovecot's words, and RefusedDictError for a place that pushnotif
    doesn't touch. Many changes at once are prepared first; each then happens by itself.
    """

    def __init__(self, setting: FsSetting, user: str, below: Callable[[str], str] = str) -> None:
        self.setting = setting
        self.user = user
        self.below = below
        if not setting.prefix.startswith("/"):
            place = setting.prefix or "empty"
            raise RefusedDictError(
                f"the fs prefix is {place}, not absolute: Dovecot's current folder decides"
            )
        if ".." in user.split("/"):
            raise RefusedDictError(f"the user name {user} leads out of the folder {setting.prefix}")

    def lookup(self, key: str) -> str | None:
        """Return the value of a key, None when it has none."""
        name = file_name(self.user, key)
        path = self._path(name)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DictError(f"read({name}) failed: {_failed('open', path, error)}") from None
        try:
            data = _read(descriptor, name, path)
        finally:
            os.close(descriptor)
        # Dovecot's values end at a NUL byte.
        return data.partition(b"\0")[0].decode("utf-8", "surrogateescape")

    def keys_below(self, path: str) -> Iterable[str]:  # noqa: ARG002 - the same for every path
        """Raise DictError: Dovecot can't list such a dict (2.4 says so, 2.3 aborts)."""
        raise DictError(NO_LIST)

    def update(self, changes: Mapping[str, str | None]) -> None:
        """Set the keys of ``changes`` to their values, remove those whose value is None.

        Removing a key that isn't there is an error.
        """
        with undisturbed():
            self._update(changes)

    def _update(self, changes: Mapping[str, str | None]) -> None:
        staged: dict[str, Path] = {}
        try:
            for key, value in changes.items():
                if value is not None:
                    staged[key] = self._stage(file_name(self.user, key), value)
            for key, value in changes.items():
                name = file_name(self.user, key)
                if value is None:
                    self._delete(name)
                else:
                    self._put(name, staged[key])
                    del staged[key]
        finally:
            for temporary in staged.values():
                temporary.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return Path(self.below(self.setting.prefix + name))

    def _stage(self, name: str, value: str) -> Path:
        """Write a value to a temporary file beside its place; return that file."""
        folder = self._path(name).parent
        unique = f"{socket.gethostname()}.{os.getpid()}.{os.urandom(8).hex()}"
        temporary = folder / f"{TEMPORARY_PREFIX}{unique}"
        try:
            mode = self._mode_below(folder)
            descriptor = self._create(temporary, mode)
        except OSError as error:
            raise DictError(f"fs_write({name}) failed: {_what_failed(error, folder)}") from None
        try:
            with os.fdopen(descriptor, "wb") as file:
                give(descriptor, folder.stat())
                os.fchmod(descriptor, mode & 0o666)
                file.write(value.encode("utf-8", "surrogateescape"))
                file.flush()
                if self.setting.fsync:
                    os.fsync(descriptor)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise DictError(f"fs_write({name}) failed: {_failed('write', temporary, error)}") from None
        return temporary

    def _mode_below(self, folder: Path) -> int:
        """Return the mode for what is made in a folder: the setting's, or that of a setgid folder."""
        for parent in (folder, *folder.parents):
            try:
                status = parent.stat()
            except FileNotFoundError:
                continue
            except OSError as error:
                error.add_note("stat")
                raise
            return status.st_mode & 0o666 if status.st_mode & stat.S_ISGID else self.setting.mode
        return self.setting.mode

    def _create(self, temporary: Path, mode: int) -> int:
        """Make the temporary file and what is missing above it, as often as somebody removes that again."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        for _ in range(_ATTEMPTS):
            try:
                return os.open(temporary, flags, 0o600)
            except FileNotFoundError:
                with suppress(FileNotFoundError):
                    _make_folders(temporary.parent, mode)
        return os.open(temporary, flags, 0o600)

    def _put(self, name: str, temporary: Path) -> None:
        path = self._path(name)
        try:
            temporary.rename(path)
        except OSError as error:
            why = f"rename({temporary}, {path}) failed: {os.strerror(error.errno or 0)}"
            raise DictError(f"fs_write({name}) failed: {why}") from None

    def _delete(self, name: str) -> None:
        path = self._path(name)
        call = "unlink"
        try:
            try:
                path.unlink()
            except IsADirectoryError:
                call = "rmdir"
                path.rmdir()
        except OSError as error:
            raise DictError(f"fs_delete({name}) failed: {_failed(call, path, error)}") from None
        if not self.setting.keeps_folders:
            self._remove_empty_folders(self.setting.prefix + name)

    def _remove_empty_folders(self, path: str) -> None:
        while folder := path.rpartition("/")[0]:
            if self.setting.prefix.startswith(folder):
                return
            try:
                Path(self.below(folder)).rmdir()
            except OSError as error:
                if error.errno in _KEPT:
                    return
                raise DictError(_failed("rmdir", Path(self.below(folder)), error)) from None
            path = folder


def _read(descriptor: int, name: str, path: Path) -> bytes:
    status = os.fstat(descriptor)
    if stat.S_ISDIR(status.st_mode):
        raise DictError(f"read({name}) failed: {path} is a directory, can't read it as file")
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE_SIZE:
        raise RefusedDictError(f"{path} is no regular file of a size that a value has")
    with open(descriptor, "rb", closefd=False) as file:
        return file.read(MAX_FILE_SIZE)


def _make_folders(folder: Path, mode: int) -> None:
    """Make the missing folders, with the right to enter for everybody who may do anything there."""
    for letter in (0o700, 0o070, 0o007):
        if mode & letter & 0o666:
            mode |= letter & 0o111
    try:
        for parent in map(Path, missing_folders(str(folder))):
            above = parent.parent.stat()
            with suppress(FileExistsError):
                parent.mkdir(mode=0o700)
                give(parent, above)
                parent.chmod(mode | (above.st_mode & stat.S_ISGID))
    except OSError as error:
        error.add_note("mkdir_parents")
        raise


def _what_failed(error: OSError, folder: Path) -> str:
    call = getattr(error, "__notes__", ["safe_mkstemp"])[0]
    return _failed(call, folder / TEMPORARY_PREFIX if call == "safe_mkstemp" else folder, error)


def _failed(call: str, path: Path, error: OSError) -> str:
    return f"{call}({path}) failed: {os.strerror(error.errno or 0)}"
