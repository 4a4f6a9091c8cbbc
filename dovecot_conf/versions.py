"""The Dovecot versions whose behaviour is known."""

from __future__ import annotations

from enum import StrEnum


class Version(StrEnum):
    """A dialect of the configuration language: 2.3 (as 2.3.19.1) or 2.4 (as 2.4.1)."""

    V23 = "2.3"
    V24 = "2.4"


UNDECIDED = "nothing in it belongs to one version only"
"""Why a configuration is read as 2.3 when nothing shows its version."""

CONFIG_VERSION = "dovecot_config_version"
"""The setting with which a configuration of 2.4 begins."""
