"""The Dovecot versions whose behaviour is known."""

from __future__ import annotations

from enum import StrEnum

from dovecot_conf.value import Value


class Version(StrEnum):
    """A dialect of the configuration language: 2.3 (as 2.3.19.1) or 2.4 (as 2.4.1)."""

    V23 = "2.3"
    V24 = "2.4"


class Release(Value):
    """A release of Dovecot whose files are read: its number, its dialect, whether tests run beside it."""

    number: str
    dialect: Version
    tested: bool = False


RELEASES = (
    Release("2.3.19.1", Version.V23, tested=True),
    Release("2.4.0", Version.V24),
    Release("2.4.1", Version.V24, tested=True),
    Release("2.4.2", Version.V24),
    Release("2.4.3", Version.V24),
    Release("2.4.4", Version.V24),
)
FULL_VERSIONS = {release.dialect: release.number for release in RELEASES if release.tested}
"""The release that each dialect is read as."""

UNDECIDED = "nothing in it belongs to one version only"
"""Why a configuration is read as 2.3 when nothing shows its version."""

ASKED_FOR = "as asked for"
"""Why it is read as a version that somebody named."""

CONFIG_VERSION = "dovecot_config_version"
"""The setting with which a configuration of 2.4 begins."""
