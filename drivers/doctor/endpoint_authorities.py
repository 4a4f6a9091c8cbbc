"""Whether the mail user may read the certificates of the authorities: Dovecot opens them as that user."""

from __future__ import annotations

import errno
from typing import NamedTuple

from dovecot_conf.versions import Version
from drivers.doctor.endpoint_target import Target
from drivers.tls_settings import Authorities
from mailstore.readable import Obstacle, ObstacleKind, Right, readable_by


class Closed(NamedTuple):
    """Authorities that can't be read: what was seen, what to do, and Dovecot's words about it."""

    seen: str
    remedy: tuple[str, ...]
    message: str = ""


def closed_authorities(target: Target) -> Closed | None:
    """Return what keeps the mail user from the authorities, None if nothing does, or nobody knows the user.

    The file that 2.4 names is read by the server, and handed on.
    """
    tls, uid, gids = target.settings.tls, target.rights.uid, target.rights.gids
    if uid is None:
        return None
    if tls.authorities is not None and target.version is Version.V23:
        path = tls.authorities.setting
        found = readable_by(path, uid, gids, tls.authorities.files.root)
        if found is not None and found.kind is ObstacleKind.FORBIDDEN:
            return _closed("ssl_client_ca_file", found, _message(tls.authorities))
    if tls.folder and tls.require_valid:
        found = readable_by(tls.folder, uid, gids, right=Right.SEARCH)
        if found is not None and found.kind is ObstacleKind.FORBIDDEN:
            return _closed("ssl_client_ca_dir", found)
    return None


def _closed(setting: str, found: Obstacle, message: str = "") -> Closed:
    seen = f"Dovecot opens {setting} with the rights of the mail user, and {found.text}"
    return Closed(seen, (found.remedy,), message)


def _message(authorities: Authorities) -> str:
    return str(authorities.unreadable(PermissionError(errno.EACCES, "Permission denied")))
