"""2.3's ``mail_attribute_dict``: ``driver:arguments``. Error texts are those of 2.3.19.1."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from mailstore.dict_values import (
    DictSetting,
    FileSetting,
    FsSetting,
    OffSetting,
    OtherSetting,
    ProxySetting,
    RedisSetting,
    WrongSetting,
)
from mailstore.lock_methods import LockMethod

UINT_MAX = 2**32 - 1
# What Dovecot wraps around another fs, or keeps files in: pushnotif reads plain files only.
OTHER_FS = frozenset(
    ("dict", "randomfail", "metawrap", "sis", "sis-queue", "test", "compress", "crypt", "mail-crypt")
)
_LOCKS = {"lock=fcntl": LockMethod.FCNTL, "lock=flock": LockMethod.FLOCK}
_FS_FLAGS: Mapping[str, Mapping[str, bool]] = {
    "lock=flock": {},
    "lock=dotlock": {},
    "mode=auto": {},
    "accurate-mtime": {},
    "dirs": {"keeps_folders": True},
    "no-fsync": {"fsync": False},
}


class _WrongError(Exception):
    """The arguments of a driver are wrong; the text is Dovecot's."""


def parse_dict_uri(uri: str) -> DictSetting:
    """Read 2.3's ``driver:arguments``; a WrongSetting has Dovecot's words, without any password."""
    if not uri:
        return OffSetting()
    driver, colon, arguments = uri.partition(":")
    failed = f"mail_attribute_dict: dict_init({_without_password(uri)}) failed: "
    if not colon:
        return WrongSetting("", f"{failed}Dictionary URI is missing ':': {uri}", uri)
    if driver not in _PARSERS:
        return WrongSetting(driver, f"{failed}Unknown dict module: {driver}", f"{driver}:")
    try:
        return _PARSERS[driver](arguments)
    except _WrongError as error:
        return WrongSetting(driver, f"{failed}dict {driver}: {error}", f"{driver}:")


def _without_password(uri: str) -> str:
    """Return a URI to show. A password with a colon in it is cut there by Dovecot: the rest is hidden too."""
    return re.sub(_PASSWORD, "…", uri) if ":password=" in uri else uri


def _file(arguments: str) -> FileSetting:
    path, colon, parameter = arguments.partition(":")
    if colon and parameter not in _LOCKS:
        # Dovecot loses the first letter.
        raise _WrongError(f"Invalid parameter: {parameter[1:]}")
    return FileSetting(path, _LOCKS.get(parameter, LockMethod.DOTLOCK))


def _fs(arguments: str) -> DictSetting:
    driver, _, parameters = arguments.partition(":")
    if driver in OTHER_FS:
        return OtherSetting(f"fs:{driver}", f"fs:{driver}:")
    if driver != "posix":
        raise _WrongError(f"Unknown fs driver: {driver}")
    setting = FsSetting()
    for word in filter(None, parameters.split(":")):
        setting = setting.replace(**_fs_parameter(word))
    return setting


def _fs_parameter(word: str) -> Mapping[str, Any]:
    if word in _FS_FLAGS:
        return _FS_FLAGS[word]
    name, _, value = word.partition("=")
    if word.startswith("prefix="):
        return {"prefix": value}
    if not word.startswith("mode="):
        raise _WrongError(f"posix: Unknown arg '{word}'")
    if not re.fullmatch("[0-7]{1,20}", value) or int(value, 8) > UINT_MAX:
        raise _WrongError(f"posix: Invalid mode value: {value}")
    mode = int(value, 8) & 0o666
    if not mode:
        raise _WrongError(f"posix: Invalid mode: {value}")
    return {name: mode}


def _redis(arguments: str) -> RedisSetting:
    found: dict[str, str | int] = {}
    problem, name = "", ""
    for word in arguments.split(":") if arguments else ():
        before, name = name, word.partition("=")[0]
        try:
            found |= _redis_parameter(word)
        except _WrongError as error:
            is_rest = before == "password" and name not in _REDIS_NAMES
            name = before if is_rest else name
            # Dovecot reads on and says the last of all problems.
            problem = "Unknown parameter: …" if is_rest else str(error)
    if problem:
        raise _WrongError(problem)
    return RedisSetting().replace(**found)


def _redis_parameter(word: str) -> dict[str, str | int]:
    name, equals, value = word.partition("=")
    if equals and name in _REDIS_TEXTS:
        return {_REDIS_TEXTS[name]: value}
    if not equals or name not in _REDIS_NUMBERS:
        if equals and name == "host":
            from dovecot_conf.ip_address import is_ip_address  # noqa: PLC0415 - a file has no address

            if not is_ip_address(value):
                raise _WrongError(f"Invalid IP: {value}")
            return {"host": value}
        raise _WrongError(f"Unknown parameter: {word}")
    field, least, most, title = _REDIS_NUMBERS[name]
    number = _unsigned(value)
    if number is None or not least <= number <= most:
        raise _WrongError(f"Invalid {title}: {value}")
    return {field: number}


_REDIS_TEXTS = {"path": "socket_path", "prefix": "prefix", "password": "password"}
# The field, the least and the greatest value, and what Dovecot calls it.
_REDIS_NUMBERS = {
    "port": ("port", 1, 65535, "port"),
    "db": ("db", 0, UINT_MAX, "db number"),
    "expire_secs": ("expire_secs", 1, UINT_MAX, "expire_secs"),
    "timeout_msecs": ("timeout_msecs", 0, UINT_MAX, "timeout_msecs"),
}


_REDIS_NAMES = ("host", *_REDIS_TEXTS, *_REDIS_NUMBERS)
_PASSWORD = rf"(?s)(?<=:password=).*?(?=:(?:{'|'.join(_REDIS_NAMES)})=|\Z)"


def _proxy(arguments: str) -> ProxySetting:
    rest, times = arguments, dict[str, int]()
    while found := re.match(_PROXY_OPTION, rest):
        word, colon, after = rest.partition(":")
        if not colon:
            raise _WrongError(f"Invalid URI: {rest}")
        number = _unsigned(word.partition("=")[2])
        if number is None:
            raise _WrongError(f"Invalid {found[1]}")
        times[found[1]] = number
        rest = after
    path, colon, name = rest.partition(":")
    if not colon:
        raise _WrongError(f"Invalid URI: {rest}")
    usual = ProxySetting(name)
    return ProxySetting(
        name,
        path,
        times.get("idle_msecs", usual.idle_msecs),
        times.get("warn_slow_msecs", usual.warn_slow_msecs),
    )


_PROXY_OPTION = "(idle_msecs|warn_slow_msecs)="


def _unsigned(text: str) -> int | None:
    """Return a number of 32 bits, None for what is none."""
    from dovecot_conf.amounts import natural  # noqa: PLC0415 - a file needs no numbers

    try:
        number = natural(text)
    except ValueError:
        return None
    return number if number <= UINT_MAX else None


def _other(driver: str) -> Callable[[str], DictSetting]:
    return lambda _arguments: OtherSetting(driver, f"{driver}:")


_PARSERS: Mapping[str, Callable[[str], DictSetting]] = MappingProxyType(
    {
        "file": _file,
        "fs": _fs,
        "redis": _redis,
        "proxy": _proxy,
        "memcached": _other("memcached"),
        "memcached_ascii": _other("memcached_ascii"),
    }
)
