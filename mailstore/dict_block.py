"""2.4's ``mail_attribute { dict NAME { … } }``. Error texts are those of 2.4.1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from dovecot_conf import amounts
from dovecot_conf.errors import VariableError
from dovecot_conf.ip_address import is_ip_address
from dovecot_conf.value import Value
from mailstore.dict_uri import OTHER_FS
from mailstore.dict_values import (
    DictSetting,
    FileSetting,
    FsSetting,
    OtherSetting,
    ProxySetting,
    RedisSetting,
    WrongSetting,
)
from mailstore.lock_methods import LockMethod
from mailstore.settings import Block, UserSettings, is_yes

_FAILED = "mail_attribute: dict_init_auto() failed: "
_SPARE = (
    "Extra {kind} {extra} {{ .. }} named list filter - "
    "the parent {kind} {name} {{ .. }} doesn't support a child {kind}"
)
_NO_PATH = (
    "dict file: dict_file settings: Failed to parse configuration: "
    "Failed to expand dict_file_path setting variables: "
)


class _WrongError(Exception):
    """The settings of a driver are wrong; the text is Dovecot's."""


class _Reader(Value):
    """Reads the settings of one block.

    ``prefixes`` are the beginnings of names that may be left out in it, longest last. What the
    block doesn't say is taken from the blocks around it and from the top of the file.
    """

    settings: UserSettings
    blocks: tuple[Block, ...]
    prefixes: tuple[str, ...]

    def text(self, name: str, default: str = "") -> str:
        """Return a setting, %variables expanded."""
        names = [name, *(name.removeprefix(prefix) for prefix in self.prefixes if name.startswith(prefix))]
        for block in self.blocks:
            for spelling in names:
                # A block inside knows the short names, those around it the full one.
                if spelling == name or block is self.blocks[0]:
                    found = block.value(spelling, default=_MISSING)
                    if found is not _MISSING:
                        return self.settings.expand(found)
        found_outside = self.settings.find(name)
        return default if found_outside is None else found_outside

    def number(self, name: str, parse: Callable[[str], int], default: int) -> int:
        """Return a number or a time; ``default`` also for text that the configuration check refuses."""
        try:
            return parse(self.text(name, ""))
        except ValueError:
            return default


_MISSING = "\0"


def read_dict_blocks(settings: UserSettings, outer: Block, blocks: list[Block]) -> DictSetting:
    """Read the ``dict`` blocks inside ``mail_attribute``; there is at least one. Raises VariableError."""
    block = blocks[0]
    driver = block.value("driver", "dict_driver", default=block.name)
    if len(blocks) > 1:
        extra = _SPARE.format(kind="dict", extra=blocks[1].name, name=block.name)
        return WrongSetting(driver, f"{_FAILED}{extra}", driver)
    if driver not in _READERS:
        return WrongSetting(driver, f"{_FAILED}Unknown dict module: {driver}", driver)
    reader = _Reader(settings, (block, outer), ("dict_", f"dict_{block.name}_"))
    try:
        return _READERS[driver](reader)
    except _WrongError as error:
        return WrongSetting(driver, f"{_FAILED}{error}", driver)


def _file(reader: _Reader) -> FileSetting:
    block = reader.blocks[0]
    try:
        path = reader.settings.expand(block.value("path", "file_path", "dict_file_path"))
    except VariableError as error:
        raise _WrongError(f"{_NO_PATH}{error}") from None
    method = block.value(
        "lock_method", "file_lock_method", "dict_file_lock_method", default=LockMethod.DOTLOCK
    )
    if method not in list(LockMethod):
        raise _WrongError(f"Invalid dict_file_lock_method={method}")
    return FileSetting(path, LockMethod(method))


def _fs(reader: _Reader) -> DictSetting:
    inner = reader.blocks[0].of_kind("fs")
    if not inner:
        raise _WrongError("dict fs: fs { .. } named list filter is missing")
    block = inner[0]
    driver = block.value("driver", "fs_driver", default=block.name)
    if driver in OTHER_FS:
        return OtherSetting(f"fs {driver}", f"fs {driver}")
    if driver != "posix":
        raise _WrongError(f"dict fs: Unknown fs driver: {driver}")
    if len(inner) > 1:
        extra = _SPARE.format(kind="fs", extra=inner[1].name, name=block.name)
        raise _WrongError(f"dict fs: {extra}")
    files = _Reader(reader.settings, (block, *reader.blocks), ("fs_", f"fs_{block.name}_"))
    return FsSetting(
        files.text("fs_posix_prefix"),
        files.number("fs_posix_mode", amounts.octal, FsSetting().mode),
        not is_yes(files.text("fs_posix_autodelete_empty_directories")),
        is_yes(files.text("fs_posix_fsync", "yes")),
    )


def _redis(reader: _Reader) -> RedisSetting:
    usual = RedisSetting()
    host = reader.text("redis_host", usual.host)
    if not is_ip_address(host):
        reason = "redis_host is not a valid IP"
        raise _WrongError(f"dict redis: dict_redis settings: Failed to parse configuration: {reason}")
    return RedisSetting(
        host.removeprefix("[").removesuffix("]"),
        reader.number("redis_port", amounts.natural, usual.port),
        reader.text("redis_socket_path"),
        reader.text("redis_key_prefix"),
        reader.number("redis_db_id", amounts.natural, usual.db),
        reader.text("redis_password"),
        reader.number("redis_request_timeout", _given_milliseconds, usual.timeout_msecs),
        reader.number("redis_expire", amounts.milliseconds, usual.expire_secs) // 1000,
    )


def _given_milliseconds(text: str) -> int:
    if not text:
        raise ValueError(text)
    return amounts.milliseconds(text)


def _proxy(reader: _Reader) -> ProxySetting:
    name = reader.text("dict_proxy_name")
    if not name:
        raise _WrongError("dict proxy: dict_proxy_name setting is empty")
    usual = ProxySetting(name)
    return ProxySetting(
        name,
        reader.text("dict_proxy_socket_path"),
        reader.number("dict_proxy_idle_timeout", _given_milliseconds, usual.idle_msecs),
        reader.number("dict_proxy_slow_warn", _given_milliseconds, usual.warn_slow_msecs),
    )


_READERS: Mapping[str, Callable[[_Reader], DictSetting]] = MappingProxyType(
    {"file": _file, "fs": _fs, "redis": _redis, "proxy": _proxy}
)
