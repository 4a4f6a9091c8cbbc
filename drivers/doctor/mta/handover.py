"""Which ways Postfix has from its queue to a user's mailbox, for one user.

The order in which local(8) looks at its parameters, and what each class of addresses is delivered by, are
those of the ADDRESS_CLASS_README and of local(8), virtual(8), lmtp(8) and pipe(8) of Postfix 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from drivers.doctor.mta.postfix_files import Postfix, Service, items

_LDA = re.compile(r"(?:^|/)(?:dovecot-lda|deliver)$")
_LDA_IN_COMMAND = re.compile(r"(?:^|[\s/\"'|])(?:dovecot-lda|dovecot/deliver|lib/dovecot/deliver)\b")
_PROGRAMS_OF_OTHERS = ("procmail", "maildrop", "sieve")
_IS_TABLE = re.compile(r"^[A-Za-z]+:|^/|^\$")


class Way(StrEnum):
    """How a mail gets out of Postfix."""

    LMTP_SOCKET = "a UNIX socket"
    LMTP_PORT = "a TCP port"
    LDA = "a program of Dovecot"
    ITSELF = "Postfix itself"
    PROGRAM = "another program"
    ELSEWHERE = "another server"
    UNKNOWN = "unknown"


class Handover(NamedTuple):
    """One way: by which setting, with what value, written where; ``target`` is the socket, or host and port.

    ``is_virtual`` tells of which class of addresses it is, ``why`` says in words what can't be used about it.
    """

    way: Way
    setting: str
    value: str
    where: str
    is_virtual: bool
    target: str = ""
    port: str = ""
    why: str = ""

    @property
    def protocol(self) -> str:
        """By which protocol Dovecot gets the mail, '' where it doesn't."""
        protocols = {Way.LMTP_SOCKET: "lmtp", Way.LMTP_PORT: "lmtp", Way.LDA: "lda"}
        return protocols.get(self.way, "")

    @property
    def written(self) -> str:
        """The setting as it stands in the file."""
        return f"{self.setting} = {self.value}" if self.value else f"{self.setting} (default)"


def handovers(postfix: Postfix, user: str) -> tuple[Handover, ...]:
    """Return the ways that a mail for ``user`` may take, the likely one first.

    Where the classes are listed, the domain of the user decides; where they come from tables, what reaches
    Dovecot does.
    """
    domain = user.rpartition("@")[2].lower() if "@" in user else ""
    local, virtual = _local(postfix), _virtual(postfix)
    if virtual is None:
        return (local,)
    if domain and domain in _listed(postfix, "mydestination"):
        return (local,)
    if domain and domain in _listed(postfix, "virtual_mailbox_domains"):
        return (virtual,)
    reaching = tuple(one for one in (virtual, local) if one.protocol)
    if domain and virtual.protocol:
        return (virtual,)
    return reaching or (virtual,)


def tables(postfix: Postfix) -> tuple[str, ...]:
    """Return the parameters that send single addresses another way; what is in their tables isn't read."""
    names = ("transport_maps", "mailbox_transport_maps", "mailbox_command_maps")
    return tuple(name for name in names if postfix.value(name))


def _listed(postfix: Postfix, name: str) -> frozenset[str]:
    words = (word.lower() for word in items(postfix.value(name)))
    return frozenset(word for word in words if not _IS_TABLE.match(word))


def _virtual(postfix: Postfix) -> Handover | None:
    """Return the way of virtual mailboxes, None where Postfix has no domains of that class."""
    if not postfix.value("virtual_mailbox_domains").strip():
        return None
    return _by_transport(postfix, "virtual_transport", is_virtual=True)


def _local(postfix: Postfix) -> Handover:
    found = _by_transport(postfix, "local_transport", is_virtual=False)
    if found.way is not Way.ITSELF:
        return found
    if postfix.value("mailbox_transport"):
        return _by_transport(postfix, "mailbox_transport", is_virtual=False)
    command = postfix.parameter("mailbox_command")
    if postfix.value("mailbox_command"):
        text = postfix.value("mailbox_command")
        way, why = _of_command(text)
        return Handover(
            way, command.name, command.text, command.where, is_virtual=False, target=text, why=why
        )
    for name in ("home_mailbox", "mail_spool_directory"):
        parameter = postfix.parameter(name)
        if postfix.value(name):
            return found._replace(setting=name, value=parameter.text, where=parameter.where)
    return found


def _of_command(text: str) -> tuple[Way, str]:
    if _LDA_IN_COMMAND.search(text):
        return Way.LDA, ""
    names = [name for name in _PROGRAMS_OF_OTHERS if name in text]
    return Way.PROGRAM, f"it runs {names[0] if names else text.split(maxsplit=1)[0]}, which decides by itself"


def _by_transport(postfix: Postfix, setting: str, *, is_virtual: bool) -> Handover:
    parameter = postfix.parameter(setting)
    name, _, nexthop = postfix.value(setting).partition(":")
    value = parameter.text if parameter.where else ""
    plain = Handover(Way.UNKNOWN, setting, value, parameter.where, is_virtual)
    if postfix.services is None:
        return _of_program(postfix, plain, Service(name, "unix", (name,), {}, ""), nexthop)
    service = postfix.service(name)
    if service is None:
        return plain._replace(why=f"{postfix.folder / 'master.cf'} has no service {name} of type unix")
    return _of_program(postfix, plain, service, nexthop)


def _of_program(postfix: Postfix, plain: Handover, service: Service, nexthop: str) -> Handover:
    match service.program:
        case "lmtp":
            return _of_lmtp(postfix, plain, service, nexthop)
        case "pipe":
            return _of_pipe(plain, service)
        case "local" | "virtual":
            return plain._replace(way=Way.ITSELF)
        case "smtp" | "relay":
            return plain._replace(way=Way.ELSEWHERE, target=nexthop)
        case "error" | "discard" | "retry":
            return plain._replace(way=Way.ITSELF, why=f"the transport {service.name} takes no mail")
    return plain._replace(why=f"what the transport {service.name} does isn't known from here")


def _of_lmtp(postfix: Postfix, plain: Handover, service: Service, nexthop: str) -> Handover:
    first = (items(nexthop) or ("",))[0]
    if first.startswith("unix:"):
        path = first.removeprefix("unix:")
        if service.is_chrooted or not path.startswith("/"):
            path = f"{postfix.value('queue_directory').rstrip('/')}/{path.lstrip('/')}"
        return plain._replace(way=Way.LMTP_SOCKET, target=path)
    host, port = _host_and_port(first.removeprefix("inet:"))
    port = port or postfix.value("lmtp_tcp_port", service.overrides)
    return plain._replace(way=Way.LMTP_PORT, target=host, port=port)


def _host_and_port(text: str) -> tuple[str, str]:
    """Split ``host``, ``host:port``, ``[host]`` and ``[host]:port``."""
    match = re.fullmatch(r"\[(?P<inner>[^]]*)\](?::(?P<port>\w+))?", text)
    if match:
        return match["inner"].removeprefix("ipv6:"), match["port"] or ""
    host, _, port = text.partition(":")
    return host, port


def _of_pipe(plain: Handover, service: Service) -> Handover:
    """Look at what pipe(8) runs: its ``argv=``, which goes up to the end."""
    command = tuple(_arguments(service))
    plain = plain._replace(target=" ".join(command), where=service.where or plain.where)
    if command and _LDA.search(command[0]):
        return plain._replace(way=Way.LDA)
    if any(_LDA.search(word) for word in command):
        return plain._replace(way=Way.LDA)
    shown = command[0] if command else "nothing"
    return plain._replace(way=Way.PROGRAM, why=f"it runs {shown}, which decides by itself")


def _arguments(service: Service) -> Iterator[str]:
    for number, word in enumerate(service.command):
        if word.startswith("argv="):
            yield word.removeprefix("argv=")
            yield from service.command[number + 1 :]
            return
