"""The settings of HTTP and TLS clients that hold where a driver is defined."""

from __future__ import annotations

from collections.abc import Mapping

from dovecot_conf.files import Files
from dovecot_conf.names import table
from dovecot_conf.push import ClientSettings
from dovecot_conf.settings import Settings
from dovecot_conf.versions import Version

_PREFIXES: Mapping[Version, tuple[str, ...]] = {
    Version.V23: ("ssl_client_", "ssl_min_protocol"),
    Version.V24: ("http_client_", "ssl_client_", "ssl_min_protocol"),
}
"""Of the settings that a client reads."""


def client_settings(settings: Settings, version: Version, files: Files, place: str = "") -> ClientSettings:
    """Return what is set at a place: ``push_notification/ox/``, or nothing for outside of all blocks."""
    names = (name for name in table(version).names if name.startswith(_PREFIXES[version]))
    found = ((name, settings.get(place + name)) for name in names)
    return ClientSettings(tuple((name, value.text) for name, value in found if value is not None), files)
