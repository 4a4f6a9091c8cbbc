"""How Dovecot explains a permission that is missing (``eacces_error_get`` of 2.3.19.1 and 2.4.1)."""

from __future__ import annotations

import errno
import grp
import os
import pwd
import stat
from collections.abc import Callable
from pathlib import Path

from dovecot_conf.paths import StrPath

_READ, _WRITE, _SEARCH = 4, 2, 1
_LETTERS = {_READ: "r", _WRITE: "w", _SEARCH: "x"}


def failure_text(function: str, path: StrPath, error: OSError) -> str:
    """Say which call failed on an absolute path and why; without permission also as whom, and what lacks."""
    text = f"{function}({path}) failed: {os.strerror(error.errno or 0)}"
    if error.errno != errno.EACCES:
        return text
    uid, gid = os.geteuid(), os.getegid()
    return f"{text} (euid={uid}({_user(uid)}) egid={gid}({_group(gid)}){_missing(Path(path))})"


def _missing(path: Path) -> str:
    """Return what the first folder above that can be looked at, or the path, lacks."""
    above, below = path.parent, path
    while True:
        try:
            status = above.stat()
        except OSError as error:
            if error.errno == errno.EACCES and above != above.parent:
                above, below = above.parent, above
                continue
            return f" stat({_shown(above)}) failed: {os.strerror(error.errno or 0)}"
        break
    if above == above.parent and below == path and not path.exists():
        # Dovecot looks at the text in front of the last slash, which is empty here.
        return f" stat() failed: {os.strerror(errno.ENOENT)}"
    found, missing = _first_lack(above, path if below == path else None)
    return found + _owner(status, missing)


def _first_lack(folder: Path, path: Path | None) -> tuple[str, int]:
    """Return the text about what is missing, and the missing right if it is one of the owner's."""
    lack = _lack(folder, _SEARCH)
    if lack:
        return lack, _SEARCH
    if path is not None:
        lack = _lack(path, _READ)
        if lack:
            return lack, 0
        lack = _lack(path, _WRITE)
        if lack:
            return lack, _READ
    return " UNIX perms appear ok (ACL/MAC wrong?)", 0


def _lack(path: Path, right: int) -> str:
    try:
        status = path.stat()
    except OSError as error:
        return f" stat({path}) failed: {os.strerror(error.errno or 0)}"
    mode = status.st_mode
    if status.st_uid == os.geteuid():
        own = mode >> 6 & 7
    elif status.st_gid == os.getegid() or status.st_gid in os.getgroups():
        own = mode >> 3 & 7
    else:
        own = mode & 7
    if own & right:
        return ""
    text = f" missing +{_LETTERS[right]} perm: {path}"
    if status.st_uid != os.geteuid() and own == mode & 7 and mode >> 3 & right:
        text += f", we're not in group {status.st_gid}({_group(status.st_gid)})"
    return text


def _owner(folder: os.stat_result, missing: int) -> str:
    if folder.st_uid != os.geteuid():
        mode = stat.S_IMODE(folder.st_mode) & 0o777
        return f", dir owned by {folder.st_uid}:{folder.st_gid} mode=0{mode:o}"
    return ", dir owner missing perms" if missing and not folder.st_mode >> 6 & missing else ""


def _shown(folder: Path) -> str:
    return "" if folder == folder.parent else str(folder)


def _user(uid: int) -> str:
    return _name(lambda: pwd.getpwuid(uid).pw_name)


def _group(gid: int) -> str:
    return _name(lambda: grp.getgrgid(gid).gr_name)


def _name(look_up: Callable[[], str]) -> str:
    try:
        return look_up()
    except KeyError:
        return "<unknown>"
