"""Texts of Dovecot's framework that differ between versions, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dovecot_conf.versions import Version
from drivers.report import Level

UNKNOWN_DRIVER: Mapping[Version, str] = {
    Version.V23: "Unknown push notification driver: {name}",
    Version.V24: (
        "Unable to identify push notification driver '{block}': Name does not match any registered drivers"
    ),
}


@dataclass(frozen=True, slots=True)
class SessionFailure:
    """How a process words the error that ends a user session before it begins."""

    level: Level
    prefix: str = ""


SESSION_FAILURES: Mapping[tuple[str, bool], SessionFailure] = {
    ("lmtp", True): SessionFailure(Level.FATAL, "Raw user initialization failed: "),
    ("lmtp", False): SessionFailure(Level.ERROR, "Failed to initialize user: "),
    ("lda", True): SessionFailure(Level.FATAL, "Raw user initialization failed: "),
    ("lda", False): SessionFailure(Level.FATAL),
}
"""By protocol, and whether it is the internal user: a user can't be made."""

USUAL_SESSION_FAILURE = SessionFailure(Level.ERROR)

MEETS_INTERNAL_USER_FIRST: Mapping[str, bool] = {"lmtp": True, "lda": False}
"""By protocol that has an internal user: whether it is made before the real ones."""

INTERNAL_USERS: Mapping[Version, str] = {Version.V23: "raw mail user", Version.V24: "raw-mail-user"}

LOADS_DRIVERS_FOR_FAILED_USER = frozenset({Version.V23})
"""Versions that load the drivers of a user whom an earlier plugin has refused."""

_STILL_REFERENCED = (
    "file mail-user.c: line {line} (mail_user_deinit): assertion failed: ((*user)->refcount == 1)"
)
STILL_REFERENCED: Mapping[Version, str] = {
    Version.V23: _STILL_REFERENCED.format(line=258),
    Version.V24: _STILL_REFERENCED.format(line=185),
}
"""How a process ends when a session is over and something still refers to its user."""

SORTS_PLUGIN_SETTINGS = frozenset({"lda"})
"""Protocols that expand plugin settings in the order of their names, not of the file."""
