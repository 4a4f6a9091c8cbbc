"""The files of Postfix: main.cf with its parameters, master.cf with its services.

Source: postconf(5) and master(5) of Postfix 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

MAX_SIZE = 2**22
_MAX_DEPTH = 20
_MAX_LENGTH = 100_000
_REFERENCE = re.compile(r"\$(?:(?P<plain>\w+)|\{(?P<braced>[^{}]*)\}|\((?P<round>[^()]*)\))", re.ASCII)
_CONDITION = re.compile(r"(?P<name>\w+)\s*(?P<operator>[?:])\s*(?P<text>.*)", re.ASCII | re.DOTALL)
_TRANSPORT_FIELDS = 7
_CHROOT = 4

DEFAULTS: Mapping[str, str] = {
    "mydestination": "$myhostname, localhost.$mydomain, localhost",
    "local_transport": "local:$myhostname",
    "virtual_transport": "virtual",
    "virtual_mailbox_domains": "$virtual_mailbox_maps",
    "queue_directory": "/var/spool/postfix",
    "lmtp_tcp_port": "24",
    "mail_owner": "postfix",
}
"""The parameters that decide how mail is handed over, as Postfix has them without a main.cf."""


class Line(NamedTuple):
    """A logical line, and the number of its first physical one."""

    number: int
    text: str


class Parameter(NamedTuple):
    """A parameter of main.cf as written; ``where`` is ``file:line``, '' for a default."""

    name: str
    text: str
    where: str = ""


class Service(NamedTuple):
    """A service of master.cf: ``command`` is the program with its arguments.

    ``is_chrooted``: it sees the queue directory as the root. Without a word about it Postfix 3 doesn't.
    """

    name: str
    kind: str
    command: tuple[str, ...]
    overrides: Mapping[str, str]
    where: str
    is_chrooted: bool = False

    @property
    def program(self) -> str:
        """The name of the program, without its folder."""
        return self.command[0].rpartition("/")[2] if self.command else ""


class PostfixError(Exception):
    """A file can't be read; the text is one line."""


class Postfix(NamedTuple):
    """The configuration of one Postfix; ``services`` are None without a master.cf that can be read."""

    folder: Path
    parameters: Mapping[str, Parameter]
    services: tuple[Service, ...] | None

    def parameter(self, name: str) -> Parameter:
        """Return a parameter as written, or its default."""
        return self.parameters.get(name) or Parameter(name, DEFAULTS.get(name, ""))

    def value(self, name: str, overrides: Mapping[str, str] | None = None) -> str:
        """Return the value of a parameter with those that it refers to; ``overrides`` are a service's."""
        if overrides and name in overrides:
            return self.expand(overrides[name])
        return self.expand(self.parameter(name).text)

    def expand(self, text: str, depth: int = 0) -> str:
        """Return a text with the values of the parameters that it refers to, the innermost first."""

        def replace(match: re.Match[str]) -> str:
            inner = match["plain"] or match["braced"] or match["round"] or ""
            condition = _CONDITION.fullmatch(inner)
            if condition is None:
                return self.expand(self.parameter(inner).text, depth + 1)
            is_set = self.expand(self.parameter(condition["name"]).text, depth + 1) != ""
            return condition["text"] if is_set is (condition["operator"] == "?") else ""

        for _ in range(_MAX_DEPTH - depth):
            expanded = _REFERENCE.sub(replace, text)[:_MAX_LENGTH]
            if expanded == text:
                break
            text = expanded
        return text

    def service(self, name: str) -> Service | None:
        """Return the service that a transport of this name is, None if there is none."""
        found = (one for one in self.services or () if one.name == name and one.kind == "unix")
        return next(found, None)


def read_postfix(folder: Path) -> Postfix | None:
    """Read the files in a folder; None without a main.cf. Raises PostfixError for one that can't be read."""
    main = _read(folder / "main.cf")
    if main is None:
        return None
    try:
        master = _read(folder / "master.cf")
    except PostfixError:
        master = None
    path = str(folder / "main.cf")
    parameters = {one.name: one for one in _parameters(main, path)}
    services = None if master is None else tuple(_services(master, str(folder / "master.cf")))
    return Postfix(folder, parameters, services)


def items(text: str) -> tuple[str, ...]:
    """Split a list: white space and commas separate."""
    return tuple(text.replace(",", " ").split())


def _read(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return file.read(MAX_SIZE).decode("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise PostfixError(f"{path}: {error.strerror}") from None


def logical_lines(text: str) -> Iterator[Line]:
    """Yield the lines; one that begins with white space goes on with the one before."""
    number, parts = 0, list[str]()
    for count, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0].isspace() and parts:
            parts.append(line.strip())
            continue
        if parts:
            yield Line(number, " ".join(parts))
        number, parts = count, [line.strip()]
    if parts:
        yield Line(number, " ".join(parts))


def _parameters(text: str, path: str) -> Iterator[Parameter]:
    for line in logical_lines(text):
        name, equals, value = line.text.partition("=")
        if equals:
            yield Parameter(name.strip(), value.strip(), f"{path}:{line.number}")


def _services(text: str, path: str) -> Iterator[Service]:
    for line in logical_lines(text):
        fields = line.text.split()
        if len(fields) <= _TRANSPORT_FIELDS:
            continue
        command = fields[_TRANSPORT_FIELDS:]
        where = f"{path}:{line.number}"
        is_chrooted = fields[_CHROOT] == "y"
        yield Service(fields[0], fields[1], tuple(command), _overrides(command), where, is_chrooted)


def _overrides(command: list[str]) -> dict[str, str]:
    """Return what ``-o name=value`` among the arguments of a program sets."""
    found = {}
    for flag, argument in pairwise(command[1:]):
        name, equals, value = argument.partition("=")
        if flag == "-o" and equals:
            found[name] = value
    return found
