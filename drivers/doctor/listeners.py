"""Where the LMTP service of a configuration listens, and who may connect."""

from __future__ import annotations

import grp
import os
import pwd
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from dovecot_conf import Configuration, Version
from dovecot_conf.base_dir import base_dir
from dovecot_conf.default_sections import default_configuration
from mailstore.settings import Block, read_blocks

SERVICE = "lmtp"
_OCTAL = re.compile("[0-7]+")
_ANYWHERE = ("", "*", "::")


class UnixListener(NamedTuple):
    """A UNIX socket: its absolute ``path``, and its mode, user and group as the configuration has them."""

    path: str
    mode: str
    user: str
    group: str

    def admits(self, user: str) -> bool:
        """Tell whether a program that runs as ``user`` may connect; False too for a user unknown here."""
        bits = int(self.mode, 8) if _OCTAL.fullmatch(self.mode) else 0o666
        if bits & 0o002:
            return True
        if self.user == user and bits & 0o200:
            return True
        return bool(self.group and bits & 0o020 and self.group in _groups(user))

    def __str__(self) -> str:
        """Return it in words."""
        owner = f", user {self.user or 'root'}" + (f", group {self.group}" if self.group else "")
        return f"{self.path} (mode {self.mode}{owner})"


class InetListener(NamedTuple):
    """A TCP port; no ``addresses`` are all of the machine."""

    port: str
    addresses: tuple[str, ...]

    def __str__(self) -> str:
        """Return it in words."""
        return f"port {self.port} of {', '.join(self.addresses) or 'all addresses'}"


class Listeners(NamedTuple):
    """All places where a service listens."""

    unix: tuple[UnixListener, ...]
    inet: tuple[InetListener, ...]

    def __str__(self) -> str:
        """Return them in words."""
        return "; ".join(map(str, (*self.unix, *self.inet)))


def is_served(configuration: Configuration) -> bool:
    """Tell whether ``protocols`` has lmtp: without it the service isn't started."""
    return SERVICE in configuration.settings().words("protocols")


def lmtp_listeners(configuration: Configuration) -> Listeners:
    """Return where the service listens: the built-in socket, and those of the configuration."""
    own = _service(read_blocks(configuration, SERVICE))
    base = base_dir(configuration)
    listen = configuration.settings().value("listen", "*, ::")
    built_in = {block.name: block for block in _built_in(configuration.version)}
    blocks = {**built_in, **{block.name: block for block in _of_kind(own, "unix_listener")}}
    unix = (_unix(block, built_in.get(name), base) for name, block in blocks.items())
    inet = (_inet(block, listen) for block in _of_kind(own, "inet_listener"))
    return Listeners(
        tuple(one for one in unix if one.mode.strip("0")),
        tuple(one for one in inet if one.port.strip("0")),
    )


def _of_kind(service: Block | None, kind: str) -> list[Block]:
    return service.of_kind(kind) if service is not None else []


def _service(blocks: Block) -> Block | None:
    return next((block for block in blocks.of_kind("service") if block.name == SERVICE), None)


@cache
def _built_in(version: Version) -> tuple[Block, ...]:
    """Return the sockets that the service has without any configuration."""
    blocks = read_blocks(default_configuration(version), SERVICE)
    return tuple(_of_kind(_service(blocks), "unix_listener"))


def _unix(block: Block, built_in: Block | None, base: str) -> UnixListener:
    def value(name: str, default: str) -> str:
        default = built_in.value(name, default=default) if built_in is not None else default
        return block.value(name, f"unix_listener_{name}", default=default)

    path = value("path", block.name)
    if not path.startswith("/"):
        path = f"{base.rstrip('/')}/{path}"
    return UnixListener(path, value("mode", "0600"), value("user", ""), value("group", ""))


def _inet(block: Block, everywhere: str) -> InetListener:
    text = block.value("address", "listen", "inet_listener_listen", default="") or everywhere
    addresses = tuple(word for word in text.replace(",", " ").split())
    named = () if any(word in _ANYWHERE for word in addresses) else addresses
    return InetListener(block.value("port", "inet_listener_port"), named)


def same_socket(one: str, other: str) -> bool:
    """Tell whether two paths are one socket; /var/run is /run on every system that has both."""
    return _canonical(one) == _canonical(other)


def _canonical(path: str) -> str:
    normal = os.path.normpath(path)
    return normal.removeprefix("/var") if normal.startswith("/var/run/") else normal


def _groups(user: str) -> Iterator[str]:
    try:
        account = pwd.getpwnam(user)
        ids = os.getgrouplist(user, account.pw_gid)
    except (KeyError, OSError):
        # A group of its own is what every system makes for it.
        yield user
        return
    for number in ids:
        try:
            yield grp.getgrgid(number).gr_name
        except KeyError:
            continue
