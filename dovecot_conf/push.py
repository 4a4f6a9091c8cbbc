"""The chain of push notification drivers, the same shape for 2.3 and 2.4."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from dovecot_conf.files import Files
from dovecot_conf.positions import Span
from dovecot_conf.versions import Version


class DriverOption(NamedTuple):
    """One option of a driver: ``url`` = … in 2.3, ``push_notification_ox_url`` = … in 2.4.

    A bare word of 2.3 (``user_from_metadata``) has an empty value.
    """

    name: str
    value: str
    span: Span


class ClientSettings(NamedTuple):
    """What is set for HTTP and TLS clients where a driver is defined, in its block or around it.

    ``pairs`` are full names, such as ``http_client_request_timeout`` or ``ssl_client_ca_file``, and
    values. ``files`` reads the files that they name.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    files: Files = Files()

    @property
    def values(self) -> dict[str, str]:
        """The settings by name."""
        return dict(self.pairs)


class LuaSettings(NamedTuple):
    """What 2.4 gives a script at one place: ``lua_file``, '' for none, and ``lua_settings``; unexpanded."""

    file: str = ""
    settings: tuple[tuple[str, str], ...] = ()


class DriverDefinition(NamedTuple):
    """One driver as written: a ``push_notification_driverN`` key (2.3) or a block (2.4).

    ``setting`` is what an administrator searches for: ``push_notification_driver2``, or
    ``push_notification/NAME``. ``text`` is the setting's whole value in 2.3 (before %-expansion),
    None in 2.4. ``driver`` is the driver's name as written. ``option_text`` is what follows the
    first colon in 2.3, None without a colon. Options stand in file order. ``client`` are settings of
    clients that hold for it, ``lua`` what 2.4 gives a script there.
    """

    setting: str
    driver: str
    options: tuple[DriverOption, ...]
    span: Span
    text: str | None = None
    option_text: str | None = None
    client: ClientSettings = ClientSettings()
    lua: LuaSettings = LuaSettings()


class UnreadDefinition(NamedTuple):
    """A definition that Dovecot never looks at, and why."""

    definition: DriverDefinition
    reason: str


class PushConfig(NamedTuple):
    """What push notifications see of a configuration for one protocol.

    ``plugins`` is the effective ``mail_plugins`` list. ``definitions`` are tried in this order
    until one fails; ``fallback`` (2.3's ``push_notification_backend`` names) is tried when none of
    ``definitions`` could be loaded. ``unread`` are definitions behind the point where reading stops.
    ``plugin`` are all settings of 2.3's ``plugin {}``, before %-expansion. ``mail_lua`` is what 2.4's
    mail_lua plugin runs. ``process`` is what holds in the process for everybody, where the userdb
    changes it for the user whom the rest is about; None where it doesn't.
    """

    version: Version
    protocol: str
    plugins: tuple[str, ...]
    definitions: tuple[DriverDefinition, ...]
    fallback: tuple[DriverDefinition, ...] = ()
    unread: tuple[UnreadDefinition, ...] = ()
    plugin: Mapping[str, str] = MappingProxyType({})
    mail_lua: LuaSettings = LuaSettings()
    process: PushConfig | None = None
