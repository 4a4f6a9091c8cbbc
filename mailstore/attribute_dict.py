"""Opening the dict behind METADATA that a configuration names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dovecot_conf.versions import Version
from mailstore.dict_file import FileDict, RefusedDictError
from mailstore.dict_interface import Dict
from mailstore.dict_setting import DictSetting
from mailstore.dotlock import LockTimes
from mailstore.metadata import DictInitError, Metadata, NotEnabledError
from mailstore.proxy_setting import ProxySetting
from mailstore.users import User

_NOT_ENABLED = "Mailbox attributes not enabled"


def dict_opener(
    setting: DictSetting, user: User, version: Version, below: Callable[[str], Path], times: LockTimes
) -> Callable[[], Dict]:
    """Return a function that opens the dict for one user; ``~/`` in its path is the user's home.

    It raises NotEnabledError when METADATA is switched off, DictInitError with Dovecot's text for
    a wrong setting, RefusedDictError for a driver that pushnotif doesn't have.
    """
    server = _proxy(setting.proxy, user, version, below) if setting.proxy else None

    def open_dict() -> Dict:
        if setting.error:
            raise DictInitError(setting.error)
        if not setting.driver:
            raise NotEnabledError(_NOT_ENABLED)
        if server is not None:
            return server
        if setting.driver != "file":
            raise RefusedDictError(
                f"dict driver {setting.driver} is not supported by this version of pushnotif: use doveadm"
            )
        return FileDict(below(expand_home(setting.path, user.home)), method=setting.lock, times=times)

    return open_dict


def _proxy(setting: ProxySetting, user: User, version: Version, below: Callable[[str], Path]) -> Dict:
    # Whoever has no dict server needs no sockets either.
    from mailstore.dict_protocol import dialects  # noqa: PLC0415
    from mailstore.dict_proxy import ProxyDict  # noqa: PLC0415
    from mailstore.proxy_address import dict_server  # noqa: PLC0415

    server = dict_server(setting.socket_path, setting.name, setting.base_dir, below)
    return ProxyDict(server.address, server.name, user.name, dialects(version))


def without_dict(metadata: Metadata) -> Metadata:
    """Return METADATA as it is for a server without a dict."""

    def open_dict() -> FileDict:
        raise NotEnabledError(_NOT_ENABLED)

    return replace(metadata, open_dict=open_dict)


def expand_home(path: str, home: str) -> str:
    """Replace ``~`` at the start of a path by the user's home."""
    return home + path[1:] if home and (path == "~" or path.startswith("~/")) else path
