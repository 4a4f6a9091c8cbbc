"""The folder of the sockets of a running Dovecot."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dovecot_conf.configuration import Configuration

BASE_DIR = "/run/dovecot"
"""The ``base_dir`` that Debian's Dovecot has by default."""


def base_dir(configuration: Configuration) -> str:
    """Return the ``base_dir`` of a configuration, as it is written there."""
    return configuration.settings().value("base_dir") or BASE_DIR
