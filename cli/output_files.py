"""Results into files: whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from cli.output import OutputError


def write_files(results: Mapping[Path, str]) -> None:
    """Write each text into its file: all are complete before the first takes its name. Raises OutputError.

    What exists and is no regular file (a device, a pipe) is written into as it is.
    """
    staged: dict[Path, Path] = {}
    try:
        for path, text in results.items():
            with _clear_error(path):
                if path.is_dir():
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
                if not _is_special(path):
                    staged[path] = _stage(path, _encoded(text))
        for path, text in results.items():
            with _clear_error(path):
                if path in staged:
                    staged[path].replace(os.path.realpath(path))
                    del staged[path]
                else:
                    path.write_bytes(_encoded(text))
    finally:
        for made in staged.values():
            with contextlib.suppress(OSError):
                made.unlink()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


@contextlib.contextmanager
def _clear_error(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise OutputError(f"can't write {path}: {reason}") from None


def _stage(path: Path, content: bytes) -> Path:
    """Write content into a new file beside ``path``, ready to be renamed to it; return its path."""
    target = Path(os.path.realpath(path))
    mode = _existing_mode(target)
    with file_beside(target, content) as made:
        made.chmod(stat.S_IMODE(mode) if mode is not None else 0o666 & ~_umask())
    return made


@contextlib.contextmanager
def file_beside(target: Path, content: bytes) -> Iterator[Path]:
    """Give a new file with some content in the folder of ``target``; what fails in the block removes it.

    Raises OSError.
    """
    import tempfile  # noqa: PLC0415 - slow to import

    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        yield Path(name)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _is_special(path: Path) -> bool:
    mode = _existing_mode(path)
    return mode is not None and not stat.S_ISREG(mode)


def _existing_mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
