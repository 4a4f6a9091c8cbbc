"""The dict behind METADATA, as a configuration names it.

2.3.19.1: ``mail_attribute_dict = file:PATH[:lock=fcntl|flock]``. 2.4.1: ``mail_attribute { dict
file { path = … } }``. Error texts are those of the two versions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dovecot_conf import Configuration
from dovecot_conf.versions import Version
from mailstore.lock_methods import LockMethod
from mailstore.proxy_setting import ProxySetting, parse_proxy_arguments, proxy_of_block
from mailstore.settings import Block, UserSettings, read_blocks

# What doveadm can open by itself, and pushnotif can't.
OTHER_DRIVERS = {
    Version.V23: frozenset({"fs", "redis", "memcached", "memcached_ascii"}),
    Version.V24: frozenset({"fs", "redis"}),
}
LOCK_SETTINGS = ("lock_method", "file_lock_method", "dict_file_lock_method")
LOCK_PARAMETERS = {"lock=fcntl": LockMethod.FCNTL, "lock=flock": LockMethod.FLOCK}


class DictSetting(NamedTuple):
    """A dict as configured: its driver and what that needs, %variables expanded.

    ``error`` says what Dovecot says when it can't open such a dict; ``location`` is for people.
    """

    driver: str
    path: str
    lock: LockMethod = LockMethod.DOTLOCK
    error: str = ""
    location: str = ""
    proxy: ProxySetting | None = None


def find_dict_setting(settings: UserSettings, blocks: Block) -> DictSetting | None:
    """Return the dict of METADATA, None when the configuration says nothing about it.

    An empty ``mail_attribute_dict`` gives an empty driver: METADATA is switched off. Raises
    VariableError.
    """
    if settings.version is Version.V23:
        uri = settings.find("mail_attribute_dict")
        return None if uri is None else parse_dict_uri(uri, settings.text("base_dir"))
    block = _dict_block(blocks)
    return None if block is None else _dict_of_block(block, settings.expand, settings.text("base_dir"))


def has_dict(configuration: Configuration, protocol: str = "doveadm") -> bool:
    """Tell whether a configuration says anything about the dict of METADATA, be it that it is off."""
    if configuration.version is Version.V23:
        return configuration.settings(protocol).get("mail_attribute_dict") is not None
    return _dict_block(read_blocks(configuration, protocol)) is not None


def _dict_block(blocks: Block) -> Block | None:
    found = [block for outer in blocks.of_kind("mail_attribute") for block in outer.of_kind("dict")]
    return found[0] if found else None


def parse_dict_uri(uri: str, base_dir: str = "") -> DictSetting:
    """Read 2.3's ``driver:arguments``; what is wrong with it is in ``error``.

    ``base_dir`` is where sockets are.
    """
    if not uri:
        return DictSetting("", "")
    failed = f"mail_attribute_dict: dict_init({uri}) failed: "
    driver, colon, arguments = uri.partition(":")
    if not colon:
        return DictSetting("", "", error=f"{failed}Dictionary URI is missing ':': {uri}", location=uri)
    if driver == "proxy":
        return _proxy(lambda: parse_proxy_arguments(arguments, base_dir), f"{failed}dict proxy: ")
    if driver != "file":
        unknown = "" if driver in OTHER_DRIVERS[Version.V23] else f"{failed}Unknown dict module: {driver}"
        return DictSetting(driver, "", error=unknown, location=f"{driver}:")
    path, colon, parameter = arguments.partition(":")
    if colon and parameter not in LOCK_PARAMETERS:
        error = f"{failed}dict file: Invalid parameter: {parameter[1:]}"
        return DictSetting(driver, path, error=error, location=path)
    return DictSetting(driver, path, LOCK_PARAMETERS.get(parameter, LockMethod.DOTLOCK), location=path)


def _proxy(read: Callable[[], ProxySetting], failed: str) -> DictSetting:
    try:
        proxy = read()
    except ValueError as error:
        return DictSetting("proxy", "", error=f"{failed}{error}", location="proxy:")
    return DictSetting("proxy", "", location=proxy.location, proxy=proxy)


def _dict_of_block(block: Block, expand: Callable[[str], str], base_dir: str) -> DictSetting:
    """Read 2.4's ``dict NAME { driver = file … }``; the name is the driver when none is set."""
    driver = block.value("driver", "dict_driver", default=block.name)
    if driver == "proxy":
        failed = "mail_attribute: dict_init_auto() failed: dict proxy: "
        return _proxy(lambda: proxy_of_block(block, expand, base_dir), failed)
    if driver != "file" and driver not in OTHER_DRIVERS[Version.V24]:
        error = f"mail_attribute: dict_init_auto() failed: Unknown dict module: {driver}"
        return DictSetting(driver, "", error=error, location=driver)
    path = expand(block.value("path", "file_path", "dict_file_path"))
    method = block.value(*LOCK_SETTINGS, default=LockMethod.DOTLOCK)
    if method not in list(LockMethod):
        error = f"mail_attribute: dict_init_auto() failed: Invalid dict_file_lock_method={method}"
        return DictSetting(driver, path, error=error, location=path)
    lock = LockMethod(method)
    return DictSetting(driver, path, lock, location=path or driver)
