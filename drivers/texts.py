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


VARIABLE_FAILURES: Mapping[str, SessionFailure] = {
    "lmtp": SessionFailure(Level.FATAL, "Raw user initialization failed: "),
    "lda": SessionFailure(Level.FATAL),
}
"""By protocol: a %variable of a 2.3 plugin setting can't be expanded."""

USUAL_VARIABLE_FAILURE = SessionFailure(Level.ERROR)

SORTS_PLUGIN_SETTINGS = frozenset({"lda"})
"""Protocols that expand plugin settings in the order of their names, not of the file."""
