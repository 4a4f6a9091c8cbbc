"""Whether some user may read a file: every folder on the way to it counts, not the file's mode alone.

What is known are modes, owners and POSIX lists of rights. Other guards (AppArmor, SELinux, a mount
of the process's own) are not seen.
"""

from __future__ import annotations

import errno
import grp
import os
import shlex
import stat
from collections.abc import Collection, Iterator
from enum import Enum, StrEnum
from pathlib import Path
from typing import NamedTuple

from mailstore.posix_acl import read_acl, rights_in

_MAX_LINKS = 40


class Right(Enum):
    """What is to be done with a path: the bit of a mode, and its letter in ``chmod``."""

    READ = (4, "r", "read")
    WRITE = (2, "w", "write to")
    SEARCH = (1, "x", "pass")

    @property
    def bit(self) -> int:
        """The bit in a mode's last digit."""
        return self.value[0]

    @property
    def letter(self) -> str:
        """The letter of ``chmod``."""
        return self.value[1]

    @property
    def verb(self) -> str:
        """The word for a sentence."""
        return self.value[2]


class ObstacleKind(StrEnum):
    """Why a path can't be used. ``unknown``: who looks may not look so far, or the path is not absolute."""

    MISSING = "missing"
    FORBIDDEN = "forbidden"
    NOT_A_FOLDER = "not a folder"
    TOO_MANY_LINKS = "too many links"
    UNKNOWN = "unknown"


class Obstacle(NamedTuple):
    """What stands in the way: the folder or file that does, in words, and what to do about it.

    ``path`` is written as seen from the root. ``remedy`` is '' where nothing can be said.
    """

    kind: ObstacleKind
    path: str
    text: str
    remedy: str = ""


class _Step(NamedTuple):
    """One folder or file on the way: as written, as to open, what it is, and whether the way ends here."""

    written: str
    real: str
    status: os.stat_result
    is_last: bool


class _StoppedError(Exception):
    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.text)
        self.obstacle = obstacle


def readable_by(
    path: str | Path,
    uid: int,
    gids: Collection[int],
    root: Path | None = None,
    *,
    right: Right = Right.READ,
) -> Obstacle | None:
    """Return what keeps a user with a ``uid`` and ``gids`` from reading ``path``, None if nothing does.

    ``path`` is absolute and looked up below ``root``, where links lead as after a chroot. ``right`` is
    for those who want something else at its end: to write, or to search a folder. uid 0 may do everything.
    """
    if not str(path).startswith("/"):
        text = f"{path} is not absolute: where it is depends on the folder that a process is in"
        return Obstacle(ObstacleKind.UNKNOWN, str(path), text, "write the whole path")
    try:
        for step in _steps(str(path), str(root).rstrip("/") if root is not None else ""):
            needed = right if step.is_last else Right.SEARCH
            if uid != 0 and (found := _forbidden(step, uid, gids, needed)) is not None:
                return found
    except _StoppedError as stopped:
        return stopped.obstacle
    return None


def in_words(uid: int, gids: Collection[int]) -> str:
    """Return who somebody is, each group with its name where this machine knows one."""
    shown = ", ".join(map(_group, gids)) or "(none)"
    return f"uid {uid} {'gids' if len(gids) > 1 else 'gid'} {shown}"


def _group(gid: int) -> str:
    try:
        return f"{gid} ({grp.getgrgid(gid).gr_name})"
    except (KeyError, OverflowError):
        return str(gid)


def _steps(path: str, root: str) -> Iterator[_Step]:
    """Yield each folder from the root, and what ``path`` names in the end. Raises _StoppedError."""
    pending = [name for name in path.split("/") if name not in ("", ".")][::-1]
    here: list[str] = []
    links = 0
    yield _Step("/", root or "/", _status(root or "/", "/"), not pending)
    while pending:
        name = pending.pop()
        if name == "..":
            del here[-1:]
            name = here.pop() if here else ""
        written = "/" + "/".join((*here, name))
        if root and pending and not here and not os.path.lexists(root + written):
            # Of a machine that is not this one, perhaps only a part is there.
            text = f"there is no {written} below {root}"
            raise _StoppedError(Obstacle(ObstacleKind.UNKNOWN, written, text, "run it on the machine itself"))
        status = _status(root + written, written)
        if stat.S_ISLNK(status.st_mode):
            links += 1
            if links > _MAX_LINKS:
                text = f"{path}: {os.strerror(errno.ELOOP)}"
                raise _StoppedError(Obstacle(ObstacleKind.TOO_MANY_LINKS, written, text))
            target = os.readlink(root + written)
            if target.startswith("/"):
                here = []
            pending += [part for part in target.split("/") if part not in ("", ".")][::-1]
            continue
        if pending and not stat.S_ISDIR(status.st_mode):
            text = f"{written} is no folder"
            raise _StoppedError(Obstacle(ObstacleKind.NOT_A_FOLDER, written, text))
        here += [name] if name else []
        yield _Step(written, root + written, status, not pending)


def _status(real: str, written: str) -> os.stat_result:
    try:
        return os.lstat(real)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM):
            text = f"{written} can't be looked at as uid {os.geteuid()}"
            raise _StoppedError(Obstacle(ObstacleKind.UNKNOWN, written, text, "run it as root")) from None
        text = f"there is no {written}"
        if error.errno != errno.ENOENT:
            text = f"{written}: {os.strerror(error.errno or 0)}"
        raise _StoppedError(Obstacle(ObstacleKind.MISSING, written, text)) from None
    except ValueError:
        raise _StoppedError(Obstacle(ObstacleKind.MISSING, written, f"there is no {written!r}")) from None


def _forbidden(step: _Step, uid: int, gids: Collection[int], right: Right) -> Obstacle | None:
    status = step.status
    mode = stat.S_IMODE(status.st_mode)
    # Linux doesn't look at a list whose mask, the mode's bits of the group, allows nothing.
    entries = read_acl(step.real) if mode & stat.S_IRWXG else ()
    if entries:
        rights = rights_in(entries, status, uid, gids, right.bit)
        remedy = f"setfacl -m u:{uid}:{right.letter} {shlex.quote(step.written)}"
    else:
        letter, shift = ("u", 6) if status.st_uid == uid else ("g", 3) if status.st_gid in gids else ("o", 0)
        rights = mode >> shift & 7
        remedy = f"chmod {letter}+{right.letter} {shlex.quote(step.written)}"
    if rights & right.bit:
        return None
    owner = f"mode 0{mode:o}{' and an ACL' if entries else ''}, owned by {status.st_uid}:{status.st_gid}"
    kind = "the folder " if stat.S_ISDIR(status.st_mode) else ""
    text = f"{in_words(uid, gids)} may not {right.verb} {kind}{step.written} ({owner})"
    return Obstacle(ObstacleKind.FORBIDDEN, step.written, text, remedy)
