"""The dict of METADATA that each protocol has, as far as the configuration alone tells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dovecot_conf.lint import Context
from dovecot_conf.positions import Span
from dovecot_conf.versions import Version
from drivers.rules.metadata.dicts import SETTING

_PATHS = ("path", "file_path", "dict_file_path")
_NAMES = ("name", "proxy_name", "dict_proxy_name")
_SOCKETS = ("socket_path", "proxy_socket_path", "dict_proxy_socket_path")


class Store(NamedTuple):
    """A dict: ``path`` is that of its file, ``name`` the one that the dict server knows, '' without.

    ``socket`` is where another dict server listens, '' for the usual one. Nothing is expanded.
    """

    driver: str
    path: str
    name: str
    socket: str
    text: str
    span: Span


def stores(context: Context) -> dict[str, Store]:
    """Return the dicts by protocol; one that depends on a file, the environment or a template is missing."""
    return context.once(_stores)


def by_place(found: dict[str, Store]) -> Iterable[Store]:
    """Return each dict once for each place where one is written."""
    return {store.span: store for store in found.values()}.values()


def _stores(context: Context) -> dict[str, Store]:
    read = _store_23 if context.version is Version.V23 else _store_24
    found = ((protocol, read(context, protocol)) for protocol in context.protocols)
    return {protocol: store for protocol, store in found if store is not None}


def _store_23(context: Context, protocol: str) -> Store | None:
    from mailstore.dict_uri import parse_dict_uri  # noqa: PLC0415 - only where there is one
    from mailstore.dict_values import FileSetting, ProxySetting  # noqa: PLC0415

    value = context.settings[protocol].get(SETTING[Version.V23])
    if value is None or not value.text or context.unclear(value.raw):
        return None
    setting = parse_dict_uri(value.text)
    path = setting.path if isinstance(setting, FileSetting) else ""
    name, socket = (setting.name, setting.socket_path) if isinstance(setting, ProxySetting) else ("", "")
    return Store(setting.driver, path, name, socket, value.text, value.span)


def _store_24(context: Context, protocol: str) -> Store | None:
    from mailstore.settings import read_blocks  # noqa: PLC0415 - only where there is one

    for outer in read_blocks(context.configuration, protocol).of_kind(SETTING[Version.V24]):
        for block in outer.of_kind("dict"):
            driver = block.value("driver", "dict_driver", default=block.name)
            path, name, socket = (block.value(*names) for names in (_PATHS, _NAMES, _SOCKETS))
            text = "\n".join((driver, path, name, socket, *map(str, sorted(block.values.items()))))
            if any(context.unclear(part) for part in (driver, path, name)):
                return None
            settings = context.settings[protocol]
            written = (settings.get(f"{block.path}{key}") for key in (*_PATHS, *_NAMES, "driver"))
            span = next((value.span for value in written if value is not None), context.main_span)
            return Store(driver, path, name, socket, text, span)
    return None
