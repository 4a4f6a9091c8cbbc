"""The link of the script: it is there, and the mail user may read it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

from dovecot_conf.files import Files
from dovecot_conf.limits import LimitError
from dovecot_conf.versions import Version
from drivers.doctor.rights import Rights
from drivers.doctor.script_place import ScriptPlace
from drivers.lua.versions import TEXTS
from mailstore.links import Link, LinkState
from mailstore.readable import Obstacle, ObstacleKind, readable_by

NAME = "script"
_NONE_NAMED = "no script is named"
_RULES_MISSING, _RULES_UNREADABLE = ("PN503",), ("PN504",)
_ERRORS = {
    ObstacleKind.MISSING: errno.ENOENT,
    ObstacleKind.FORBIDDEN: errno.EACCES,
    ObstacleKind.NOT_A_FOLDER: errno.ENOTDIR,
    ObstacleKind.TOO_MANY_LINKS: errno.ELOOP,
}
_REMEDIES = {
    ObstacleKind.MISSING: "put the script there, or correct {setting}",
    ObstacleKind.NOT_A_FOLDER: "correct {setting}",
    ObstacleKind.TOO_MANY_LINKS: "correct the symbolic links, or {setting}",
}


def check_file(place: ScriptPlace, rights: Rights) -> tuple[Link, bytes | None]:
    """Look for the script, with the eyes of the mail user; return its content if that can be read."""
    path = place.path
    if not path:
        remedy = (f"name the script: {place.setting}",)
        return Link(NAME, LinkState.BROKEN, _NONE_NAMED, remedy, (), rules=_RULES_MISSING), None
    found = readable_by(path, rights.uid or 0, rights.gids, place.root)
    if found is not None:
        return _stopped(place, path, found), None
    files = place.files
    real = files.locate(path, "/")
    if files.is_folder(real):
        error = f"cannot read {path}: Is a directory"
        notes = (
            *_logged(TEXTS[place.version].load_failed.format(file=path, error=error)),
            *_no_start(place, f"read({path}) failed: Is a directory"),
        )
        remedy = (f"name the file of the script: {place.setting}",)
        return Link(
            NAME, LinkState.BROKEN, f"{path} is a folder", remedy, notes, rules=_RULES_UNREADABLE
        ), None
    return _read(files, path, real, rights)


def _stopped(place: ScriptPlace, path: str, found: Obstacle) -> Link:
    if found.kind is ObstacleKind.UNKNOWN:
        return Link(NAME, LinkState.UNKNOWN, found.text, (found.remedy,))
    remedy = found.remedy or _REMEDIES[found.kind].format(setting=place.setting)
    notes = tuple(_said(place, path, found))
    return Link(NAME, LinkState.BROKEN, found.text, (remedy,), notes, rules=_RULES_UNREADABLE)


def _said(place: ScriptPlace, path: str, found: Obstacle) -> Iterator[str]:
    """Say what Dovecot does: it asks whether the script is there, and lets Lua open it."""
    texts, reason = TEXTS[place.version], os.strerror(_ERRORS[found.kind])
    gone = texts.gone.format(file=path, error=reason)
    if found.kind is not ObstacleKind.FORBIDDEN:
        yield from _logged(gone)
        yield from _no_start(place, f"open({path}) failed: {reason}")
        return
    yield from _logged(texts.load_failed.format(file=path, error=f"cannot open {path}: {reason}"))
    if found.path != path:
        # lmtp still is root where the kernel asks who a process really is.
        yield f"Dovecot logs outside of lmtp: lua: {gone}"


def _no_start(place: ScriptPlace, problem: str) -> Iterator[str]:
    if place.version is Version.V24:
        yield f"Dovecot doesn't start any more: lua_file: {problem}"


def _read(files: Files, path: str, real: str, rights: Rights) -> tuple[Link, bytes | None]:
    try:
        source = files.read(real)
    except LimitError as error:
        return Link(NAME, LinkState.UNKNOWN, str(error)), None
    except OSError as error:
        who = f"uid {os.geteuid()} can't read {path} itself: {error.strerror}"
        return Link(NAME, LinkState.UNKNOWN, who, ("run it as root",)), None
    who = f"uid {rights.uid} may read it" if rights.uid is not None else "it is there"
    return Link(NAME, LinkState.OK, f"{path}: {who}", (), tuple(_notes(rights))), source


def _notes(rights: Rights) -> Iterator[str]:
    if rights.uid is None:
        yield "who the mail user is isn't known, and so not whether it may be read"


def _logged(text: str) -> tuple[str, ...]:
    return (f"Dovecot logs: lua: {text}",)
