"""The link of the store: the dict that a process of one protocol keeps METADATA in."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from dovecot_conf import Configuration
from dovecot_conf.errors import DictError, MailboxError, MetadataError, VariableError
from dovecot_conf.versions import Version
from mailstore.dict_file import FileDict
from mailstore.dict_interface import SilentDictError
from mailstore.dict_setting import find_dict_setting
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
from mailstore.groups import groups_of
from mailstore.links import Link, LinkState
from mailstore.metadata import Metadata
from mailstore.opening import open_metadata
from mailstore.privileges import acting_as
from mailstore.proxy_address import TcpAddress, dict_server
from mailstore.readable import Obstacle, ObstacleKind, readable_by
from mailstore.settings import Block, PluginError, UserSettings, is_yes, read_blocks
from mailstore.user_paths import absolute_path, expand_home
from mailstore.users import User

NAME = "store"
SETTING = {Version.V23: "mail_attribute_dict", Version.V24: "mail_attribute"}
WAY_TO_SET: Mapping[Version, str] = {
    Version.V23: "mail_attribute_dict = file:%h/dovecot-attributes",
    Version.V24: "mail_attribute { dict file { path = %{home}/dovecot-attributes } }, one brace a line",
}
# Read only to see whether the store answers.
PROBE = "priv/00000000000000000000000000000000/vendor/pushnotif/none"
WRITERS: Mapping[str, str] = {"doveadm": "doveadm and pushnotif metadata", "imap": "IMAP clients"}
_OF_HOST = re.compile(r"%(?:\{(?:hostname|lip|rip|local_ip|remote_ip|pid|session)\b|[0-9.]*[A-Z]*[lrp])")
_NOT_READ: Mapping[str, str] = {
    "file": "let the mail user read it: chown and chmod of the file and its folders",
    "fs": "let the mail user read it: chown and chmod of the files and their folders",
    "redis": "start Redis there, or correct the setting",
    "proxy": "start the dict service there, let the mail user connect, and look at the name of the dict",
}


def setting_of(configuration: Configuration, user: User, protocol: str) -> DictSetting | None:
    """Return the dict as ``user`` has it in a process of ``protocol``. Raises VariableError."""
    return find_dict_setting(
        UserSettings(configuration, protocol, user), read_blocks(configuration, protocol)
    )


def asks_the_network(configuration: Configuration, user: User, protocol: str) -> bool:
    """Tell whether reading the dict of a user needs more than this machine's files and UNIX sockets."""
    try:
        setting = setting_of(configuration, user, protocol)
    except VariableError:
        return False
    return isinstance(setting, RedisSetting | ProxySetting) and socket_of(setting) is None


def socket_of(setting: DictSetting) -> str | None:
    """Return the path of the UNIX socket that a dict is asked over, None where there is none."""
    if isinstance(setting, RedisSetting):
        return setting.socket_path or None
    if isinstance(setting, ProxySetting):
        address = dict_server(setting.socket_path, setting.name, setting.base_dir, str).address
        return None if isinstance(address, TcpAddress) else address
    return None


def check_store(
    configuration: Configuration,
    user: User,
    protocol: str,
    *,
    root: Path | None = None,
    patience: float | None = None,
) -> tuple[Link, Metadata | None]:
    """Look at the dict of a user, and read in it; return the METADATA behind it if it can be read.

    ``root`` is where absolute paths of the configuration are looked up. ``patience`` is how many seconds a
    dict over the network may take to answer.
    """
    version = configuration.version
    try:
        setting = setting_of(configuration, user, protocol)
        metadata = open_metadata(configuration, user, protocol=protocol, root=root, patience=patience)
        metadata = metadata.with_groups(groups_of(user, configuration, protocol))
    except (VariableError, MailboxError) as error:
        wrong = "settings of the plugin" if isinstance(error, PluginError) else f"setting {SETTING[version]}"
        return Link(NAME, LinkState.BROKEN, str(error), (f"correct the {wrong}",)), None
    if setting is None:
        notes = tuple(_in_own_store(metadata)) if metadata.own else ()
        return not_set(version)._replace(notes=notes), None
    if (left := left_out(configuration, user, protocol, root)) is not None:
        seen = f"{setting.location}: {left.text}, so what is in the store isn't known"
        return Link(NAME, LinkState.UNKNOWN, seen, (left.remedy,)), None
    if (unusable := _unusable(setting, version)) is not None:
        return unusable, None
    link, is_readable = _read(metadata, setting, user, root)
    notes = (
        *_elsewhere(configuration, user, protocol, setting),
        *_of_host(configuration, protocol),
        *_from_imap(configuration),
        *_with_whose_rights(user),
    )
    return link._replace(notes=notes), metadata if is_readable else None


def _read(metadata: Metadata, setting: DictSetting, user: User, root: Path | None) -> tuple[Link, bool]:
    """Read in the dict with the rights of the user; return the link, and whether that can be done."""
    shown = f"{setting.driver} {setting.location}" if setting.driver in ("file", "fs") else setting.location
    try:
        with acting_as(*metadata.owner):
            store = metadata.open_dict()
            store.lookup(PROBE)
            problem, state = _file_state(store) if isinstance(store, FileDict) else ("", "")
    except SilentDictError as error:
        seen = f"{shown} did not answer within {error.seconds:g} s"
        return Link(NAME, LinkState.BROKEN, seen, (_NOT_READ.get(setting.driver, ""),)), False
    except (DictError, MetadataError) as error:
        ways = tuple(_ways_to_read(setting, user, root))
        return Link(NAME, LinkState.BROKEN, f"{shown}: {error}", ways), False
    if problem:
        return Link(NAME, LinkState.BROKEN, f"{shown}: {problem}", (_NOT_READ["file"],)), True
    return Link(NAME, LinkState.OK, f"{shown}{state}"), True


def _ways_to_read(setting: DictSetting, user: User, root: Path | None) -> Iterator[str]:
    """Yield the command that lets the mail user have the store, where that is known, and a sentence."""
    if isinstance(setting, FileSetting) and user.uid is not None:
        path = os.path.normpath(absolute_path(setting.path, user.home))
        gids = () if user.gid is None else (user.gid,)
        found = readable_by(path, user.uid, gids, root)
        if found is not None and found.kind is ObstacleKind.FORBIDDEN:
            yield give_to(user, path) if found.path == path else found.remedy
    yield _NOT_READ.get(setting.driver, "")


def give_to(user: User, path: str) -> str:
    """Return the command that makes a store the mail user's: its values are no business of others."""
    owner = ":".join(str(number) for number in (user.uid, user.gid) if number is not None)
    return f"chown {owner} {shlex.quote(path)}"


def left_out(configuration: Configuration, user: User, protocol: str, root: Path | None) -> Obstacle | None:
    """Return why nothing can be said of the store: what is below ``root`` is a part of a machine only."""
    try:
        setting = setting_of(configuration, user, protocol)
    except VariableError:
        return None
    match setting:
        case FileSetting():
            path = absolute_path(setting.path, user.home)
        case FsSetting():
            path = expand_home(setting.prefix, user.home)
        case None:
            path = ""
        case _:
            path = socket_of(setting) or ""
    if root is None or not path.startswith("/"):
        return None
    found = readable_by(path, 0, (), root)
    return found if found is not None and found.kind is ObstacleKind.UNKNOWN else None


def not_set(version: Version) -> Link:
    """Return the link where the configuration says nothing about a dict."""
    seen = f"{SETTING[version]} is not set: Dovecot has no METADATA, so nobody can be switched on"
    return Link(NAME, LinkState.BROKEN, seen, (f"set {WAY_TO_SET[version]}",))


def _unusable(setting: DictSetting, version: Version) -> Link | None:
    """Return the link for a dict that nothing can be read from, None for any other."""
    name, way = SETTING[version], (f"set {WAY_TO_SET[version]}",)
    match setting:
        case OffSetting():
            return Link(NAME, LinkState.BROKEN, f"{name} is empty: METADATA is switched off", way)
        case WrongSetting():
            return Link(
                NAME, LinkState.BROKEN, setting.error, (f"correct {name}, as in {WAY_TO_SET[version]}",)
            )
        case OtherSetting():
            seen = f"a dict of driver {setting.driver} can't be read by pushnotif"
            return Link(
                NAME,
                LinkState.UNKNOWN,
                seen,
                ("ask the server: pushnotif metadata doctor --via URL, or -S SOCKET",),
            )
    return None


def _in_own_store(metadata: Metadata) -> Iterator[str]:
    try:
        count = len(list(metadata.open_dict().keys_below("")))
    except DictError:
        return
    if count:
        yield f"pushnotif's own store {metadata.location} has values of this user: Dovecot doesn't read them"


def _file_state(store: FileDict) -> tuple[str, str]:
    """Return what is wrong with a file that may not be there yet, and what is worth knowing of it."""
    path = Path(store.path)
    if path.exists():
        return "", ""
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        who = f"uid {os.geteuid()} gid {os.getegid()}"
        return f"there is no such file, and {who} may not make it in {folder}", ""
    return "", ", not there yet: the first value makes it"


def _elsewhere(configuration: Configuration, user: User, protocol: str, own: DictSetting) -> Iterator[str]:
    """Say that those who store values have another dict than those who read them."""
    for other, who in WRITERS.items():
        if other == "imap" and not _has_imap_metadata(configuration):
            continue
        try:
            setting = setting_of(configuration, user, other)
        except VariableError:
            continue
        if setting != own:
            place = "no dict" if setting is None or not setting.location else setting.location
            yield f"{who} have another store ({place}): what they set isn't seen by {protocol}"


def _of_host(configuration: Configuration, protocol: str) -> Iterator[str]:
    found = sorted(
        {match[0] for text in _texts(configuration, protocol) for match in _OF_HOST.finditer(text)}
    )
    if found:
        shown = ", ".join(f"{one}}}" if one.startswith("%{") else one for one in found)
        yield (
            f"the place of the store depends on {shown}: a value that is set on one host or connection "
            "is not seen on others"
        )


def _texts(configuration: Configuration, protocol: str) -> Iterator[str]:
    if configuration.version is Version.V23:
        yield configuration.settings(protocol).value("mail_attribute_dict")
        return
    for outer in read_blocks(configuration, protocol).of_kind("mail_attribute"):
        yield from _values(outer)


def _values(block: Block) -> Iterator[str]:
    yield from block.values.values()
    for inner in block.blocks.values():
        yield from _values(inner)


def _has_imap_metadata(configuration: Configuration) -> bool:
    return is_yes(configuration.settings("imap").value("imap_metadata"))


def _from_imap(configuration: Configuration) -> Iterator[str]:
    if not _has_imap_metadata(configuration):
        yield "IMAP clients can't set it themselves: imap_metadata is off for protocol imap"


def _with_whose_rights(user: User) -> Iterator[str]:
    if user.uid in (None, os.geteuid()) or os.geteuid() == 0:
        return
    yield f"read as uid {os.geteuid()}: whether uid {user.uid} may read it, only root can see"


def is_shared(configuration: Configuration, user: User, protocol: str) -> bool:
    """Tell whether another user would have the same store."""
    name = f"x{user.name}"
    other = user.replace(name=name, home=str(Path(user.home or "/").with_name("x")), fields={})
    own = user.replace(fields={})
    find: Callable[[User], DictSetting | None] = lambda who: setting_of(configuration, who, protocol)  # noqa: E731
    try:
        return find(other) == find(own)
    except VariableError:
        return True
