"""Dovecot's ``file`` dict: pairs of lines, key and value, in one file that is always replaced whole.

Format and writing are the same in 2.3.19.1 and 2.4.1. Reads take no lock. A write reads the file
again under the lock, applies the changes, writes everything to a new file and renames it.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress

from dovecot_conf.errors import DictError
from dovecot_conf.paths import StrPath, missing_folders
from mailstore.dotlock import LockTimes, dotlock
from mailstore.lock_methods import LockMethod
from mailstore.tabescape import ESCAPES, escape, unescape
from mailstore.undisturbed import undisturbed

DOVECOT_TIMES = LockTimes()
LOCK_CALLS = {
    LockMethod.FCNTL: "fcntl({path}, write-lock, F_SETLKW) locking",
    LockMethod.FLOCK: "flock({path}, write-lock)",
}
MAX_FILE_SIZE = 256 * 1024 * 1024


def parse(data: bytes) -> dict[str, str]:
    """Return the pairs of a dict file; later pairs override earlier ones with the same key.

    A CR before the LF is dropped; a last line without LF, and a key without a value line, are
    ignored. Bytes that aren't UTF-8 are kept as surrogate escapes.
    """
    text = data.decode("utf-8", "surrogateescape")
    lines = [unescape(line.removesuffix("\r")) for line in text.split("\n")[:-1]]
    return dict(zip(lines[0::2], lines[1::2], strict=False))


def serialize(pairs: Mapping[str, str]) -> bytes:
    """Return the content of a dict file with ``pairs``."""
    plain = "".join([f"{key}\n{value}\n" for key, value in pairs.items()])
    if plain.count("\n") == 2 * len(pairs) and not any(
        special in plain for special in ESCAPES.keys() - {"\n"}
    ):
        # Nothing to escape, and no call for each line.
        return plain.encode("utf-8", "surrogateescape")
    lines = (f"{escape(key)}\n{escape(value)}\n" for key, value in pairs.items())
    return "".join(lines).encode("utf-8", "surrogateescape")


class RefusedDictError(DictError):
    """pushnotif doesn't touch a dict that Dovecot might have used, or damaged."""


class FileDict:
    """A dict in the file ``path``; ``method`` is how the server locks it.

    ``times`` says how long to wait for the lock. All methods raise DictError with one line that
    names the path when the file can't be read or written.
    """

    def __init__(
        self, path: StrPath, *, method: LockMethod = LockMethod.DOTLOCK, times: LockTimes = DOVECOT_TIMES
    ) -> None:
        self.path = os.fspath(path)
        self.method = method
        self.times = times

    def read(self) -> dict[str, str]:
        """Return all pairs; none when there is no file."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _failed("open", self.path, error) from None
        try:
            return self._read(descriptor)
        finally:
            os.close(descriptor)

    def lookup(self, key: str) -> str | None:
        """Return the value of a key, None when it has none."""
        return self.read().get(key)

    def keys_below(self, path: str) -> Iterable[str]:
        """Return what stands behind ``path`` in each key that begins with it, a plain string prefix."""
        return [key.removeprefix(path) for key in self.read() if key.startswith(path)]

    def update(self, changes: Mapping[str, str | None]) -> None:
        """Set the keys of ``changes`` to their values, remove those whose value is None.

        The file is rewritten also when nothing changes, as Dovecot does.
        """
        try:
            self._make_folder()
            if self.method is LockMethod.DOTLOCK:
                self._update_with_dotlock(changes)
            else:
                self._update_with_file_lock(changes)
        except OSError as error:
            raise DictError(
                f"{error.filename or self.path}: {error.strerror}; the dict is unchanged"
            ) from None

    def _read(self, descriptor: int) -> dict[str, str]:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            what = "a directory" if stat.S_ISDIR(status.st_mode) else "no regular file"
            raise RefusedDictError(f"{self.path} is {what}: a dict file is wanted here")
        if status.st_size > MAX_FILE_SIZE:
            raise RefusedDictError(
                f"{self.path} has more than {MAX_FILE_SIZE} bytes: too many for a dict file"
            )
        # The descriptor stays open: closing any descriptor of the file would drop an fcntl lock.
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_FILE_SIZE)
        if b"\0" in data:
            raise RefusedDictError(f"{self.path} holds NUL bytes: this is no dict file of Dovecot's")
        return parse(data)

    def _make_folder(self) -> None:
        folder = os.path.dirname(self.path)
        try:
            missing = missing_folders(folder)
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            # The file can't be opened either, which says it.
            return
        try:
            for parent in missing:
                # A new folder is private, or like its parent when that has setgid.
                above = os.stat(os.path.dirname(parent) or ".")
                mode = stat.S_IMODE(above.st_mode) if above.st_mode & stat.S_ISGID else 0o700
                with suppress(FileExistsError):
                    # A chmod by who isn't in the group would take the setgid away that the kernel hands on.
                    before = os.umask(0)
                    try:
                        os.mkdir(parent, mode & 0o777)
                    finally:
                        os.umask(before)
                    give(parent, above)
        except OSError as error:
            raise _failed("mkdir_parents", folder, error) from None

    def _update_with_dotlock(self, changes: Mapping[str, str | None]) -> None:
        with dotlock(self.path, self.times) as (descriptor, lock_path):
            old = self._open_data(os.O_RDONLY)
            try:
                self._write(descriptor, old, changes)
            finally:
                if old is not None:
                    os.close(old)
            os.rename(lock_path, self.path)

    def _update_with_file_lock(self, changes: Mapping[str, str | None]) -> None:
        temporary = f"{self.path}.tmp"
        with self._locked_data() as old, undisturbed():
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
            try:
                descriptor = os.open(temporary, flags, 0o600)
            except OSError as error:
                raise DictError(f"dict-file: creat({temporary}) failed: {error.strerror}") from None
            try:
                self._write(descriptor, old, changes)
                os.rename(temporary, self.path)
            except BaseException:
                with suppress(FileNotFoundError):
                    os.unlink(temporary)
                raise
            finally:
                os.close(descriptor)

    def _open_data(self, flags: int) -> int | None:
        try:
            return os.open(self.path, flags | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _failed("open", self.path, error) from None

    def _create_data(self) -> int | None:
        """Make an empty data file; return None when somebody else just did."""
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            return None
        self._take_folder_mode(descriptor)
        return descriptor

    @contextmanager
    def _locked_data(self) -> Iterator[int]:
        """Hold the file lock on the data file, made when it is missing; yield its only descriptor."""
        deadline = self.times.clock() + self.times.timeout
        while True:
            descriptor = self._open_data(os.O_RDWR) or self._create_data()
            if descriptor is None:
                continue
            try:
                self._lock(descriptor, deadline)
                if self._is_current(descriptor):
                    yield descriptor
                    return
            finally:
                os.close(descriptor)

    def _lock(self, descriptor: int, deadline: float) -> None:
        import fcntl  # noqa: PLC0415 - a dotlock needs none of it

        lock = fcntl.lockf if self.method is LockMethod.FCNTL else fcntl.flock
        while True:
            try:
                lock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except (BlockingIOError, PermissionError):
                if self.times.clock() >= deadline:
                    raise self._locked_too_long(descriptor) from None
                self.times.sleep(self.times.pause / 10)
            else:
                return

    def _locked_too_long(self, descriptor: int) -> DictError:
        from mailstore.lock_holder import lock_holder  # noqa: PLC0415 - hardly ever needed

        call = LOCK_CALLS[self.method].format(path=self.path)
        why = f"Timed out after {self.times.timeout:g} seconds{lock_holder(descriptor, self.method)}"
        return DictError(f"file_wait_lock({self.path}) failed: {call} failed: {why}")

    def _is_current(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), os.stat(self.path))
        except FileNotFoundError:
            return False

    def _write(self, descriptor: int, old: int | None, changes: Mapping[str, str | None]) -> None:
        pairs = self._read(old) if old is not None else {}
        if old is None:
            self._take_folder_mode(descriptor)
        else:
            _copy_owner_and_mode(os.fstat(old), descriptor, self.path)
        for key, value in changes.items():
            if value is None:
                pairs.pop(key, None)
            else:
                pairs[key] = value
        with open(descriptor, "wb", closefd=False) as file:
            file.write(serialize(pairs))
        os.fsync(descriptor)

    def _take_folder_mode(self, descriptor: int) -> None:
        folder = os.stat(os.path.dirname(self.path) or ".")
        give(descriptor, folder)
        _copy_group_and_mode(folder, stat.S_IMODE(folder.st_mode) & 0o666, descriptor)


def _failed(function: str, path: str, error: OSError) -> DictError:
    from mailstore.permission_texts import failure_text  # noqa: PLC0415 - only where something is wrong

    return DictError(failure_text(function, path, error))


def _copy_owner_and_mode(old: os.stat_result, descriptor: int, path: str) -> None:
    """Keep the owner: a file that changes hands may no longer be readable for the server."""
    if os.fstat(descriptor).st_uid != old.st_uid:
        if os.geteuid() != 0:
            raise RefusedDictError(f"{path} belongs to uid {old.st_uid}: run this as that user or as root")
        os.fchown(descriptor, old.st_uid, old.st_gid)
    _copy_group_and_mode(old, stat.S_IMODE(old.st_mode), descriptor)


def _copy_group_and_mode(source: os.stat_result, mode: int, descriptor: int) -> None:
    # The group matters only when it has other rights than the world.
    if source.st_gid != os.fstat(descriptor).st_gid and (mode >> 3) & 7 != mode & 7:
        with suppress(PermissionError):
            os.fchown(descriptor, -1, source.st_gid)
    os.fchmod(descriptor, mode)


def give(target: int | StrPath, folder: os.stat_result) -> None:
    """Hand what root has made to the owner of the folder it is in."""
    if os.geteuid() == 0 and folder.st_uid != 0:
        os.chown(target, folder.st_uid, folder.st_gid)
