"""Opening the dict behind METADATA that a configuration names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dovecot_conf.paths import is_folder_path
from dovecot_conf.versions import Version
from mailstore.dict_file import FileDict, RefusedDictError
from mailstore.dict_values import (
    DictSetting,
    FileSetting,
    FsSetting,
    OffSetting,
    ProxySetting,
    RedisSetting,
    WrongSetting,
)
from mailstore.dotlock import LockTimes
from mailstore.metadata import DictInitError, Metadata, NotEnabledError
from mailstore.user_paths import absolute_path
from mailstore.users import User

if TYPE_CHECKING:
    from mailstore.dict_interface import Dict

_NOT_ENABLED = "Mailbox attributes not enabled"


def dict_opener(
    setting: DictSetting,
    user: User,
    version: Version,
    below: Callable[[str], str],
    times: LockTimes,
    patience: float | None = None,
    storage: str = "",
) -> Callable[[], Dict]:
    """Return a function that opens the dict of one user; ``~/`` in a file's path is the home.

    ``patience`` is how many seconds a dict over the network may take to answer as a whole, where Dovecot
    would wait longer. ``storage`` is what Dovecot's log says in front of a wrong setting.

    It raises NotEnabledError when METADATA is switched off, DictInitError with Dovecot's text for
    a wrong setting, RefusedDictError for a driver that pushnotif doesn't have.
    """
    proxy = _proxy(setting, user, version, below, patience) if isinstance(setting, ProxySetting) else None

    def open_dict() -> Dict:
        if proxy is not None:
            return proxy
        match setting:
            case OffSetting():
                raise NotEnabledError(_NOT_ENABLED)
            case WrongSetting():
                raise DictInitError(setting.error, storage)
            case FileSetting():
                return FileDict(_file_path(setting.path, user.home, below), method=setting.lock, times=times)
            case FsSetting():
                from mailstore.dict_fs import FsDict  # noqa: PLC0415 - few configurations have it

                return FsDict(setting, user.name, below)
            case RedisSetting():
                from mailstore.dict_redis import RedisDict  # noqa: PLC0415 - few configurations have it

                return RedisDict(_hurried(setting, patience), user.name)
        raise RefusedDictError(
            f"dict driver {setting.driver} is not supported by this version of pushnotif: use doveadm"
        )

    return open_dict


def _hurried(setting: RedisSetting, patience: float | None) -> RedisSetting:
    if patience is None:
        return setting
    return setting.replace(timeout_msecs=min(setting.timeout_msecs, max(1, int(patience * 1000))))


def _proxy(
    setting: ProxySetting,
    user: User,
    version: Version,
    below: Callable[[str], str],
    patience: float | None,
) -> Dict:
    # Whoever has no dict server needs no sockets either.
    from mailstore.dict_protocol import dialects  # noqa: PLC0415
    from mailstore.dict_proxy import DOVECOT_TIMES, ProxyDict  # noqa: PLC0415
    from mailstore.proxy_address import dict_server  # noqa: PLC0415

    server = dict_server(setting.socket_path, setting.name, setting.base_dir, below)
    times = DOVECOT_TIMES
    if patience is not None:
        times = times._replace(connect=min(times.connect, patience), whole=patience)
    return ProxyDict(server.address, server.name, user.name, dialects(version), times)


def without_dict(metadata: Metadata) -> Metadata:
    """Return METADATA as it is for a server without a dict."""

    def open_dict() -> FileDict:
        raise NotEnabledError(_NOT_ENABLED)

    return metadata.replace(open_dict=open_dict, shared_dict=None)


def _file_path(path: str, home: str, below: Callable[[str], str]) -> str:
    found = absolute_path(path, home, below)
    if is_folder_path(found):
        raise RefusedDictError(f"{path or 'an empty path'} is a directory: a dict file is wanted here")
    return below(found)
