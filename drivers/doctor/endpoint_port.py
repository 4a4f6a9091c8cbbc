"""The link of the port: somebody listens there."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from drivers.doctor.endpoint_connection import Attempts, Try
from drivers.doctor.endpoint_target import Destination, Target
from mailstore.links import Link, LinkState

NAME = "port"


class _Refusal(NamedTuple):
    """What an error of the operating system means, behind the name of the peer, and what to do."""

    meaning: str
    remedy: tuple[str, ...]


_NO_WAY = (
    "look at the routes of the machine that Dovecot runs on, and at its firewall",
    "or let the name have an address that can be reached from there",
)
_NO_PROXY = ("start the proxy, or correct http_client_proxy_url", "see where it listens: ss -ltn")
_REFUSALS: Mapping[int, _Refusal] = {
    errno.ECONNREFUSED: _Refusal(
        "refuses connections: nobody listens there",
        (
            "start the endpoint, or correct the port of the URL",
            "see that it listens on this address, not on another one only: ss -ltn",
        ),
    ),
    errno.ETIMEDOUT: _Refusal(
        "doesn't answer to a connection",
        (
            "open the port in the firewalls on the way: they drop what is sent there",
            "see that the host is up, and that its address is right",
        ),
    ),
    errno.EHOSTUNREACH: _Refusal("can't be reached: there is no way to the host", _NO_WAY),
    errno.ENETUNREACH: _Refusal("can't be reached: there is no way to its network", _NO_WAY),
    errno.EADDRNOTAVAIL: _Refusal("can't be reached from any address of this machine", _NO_WAY),
    errno.EACCES: _Refusal(
        "may not be connected to from this machine",
        ("look at the firewall of this machine, and at the rights on the socket",),
    ),
    errno.EPERM: _Refusal(
        "may not be connected to from this machine", ("look at the firewall of this machine",)
    ),
    errno.ENOENT: _Refusal("is not there", ("start the proxy, or correct http_client_proxy_socket_path",)),
}


def check_port(target: Target, destination: Destination, attempts: Attempts) -> Link:
    """Judge what came of connecting to the addresses of the destination."""
    failed = attempts.unconnected
    first = next((one for one in attempts.tries if one.connected is not None), None)
    proxy = " (the proxy)" if destination.is_proxy else ""
    if first is not None:
        seen = f"{first.peer.name}{proxy} accepts connections"
        return Link(NAME, LinkState.OK, seen, (), tuple(_before(failed)))
    seen = "; ".join(f"{one.peer.name}{proxy} {_meaning(one, attempts.wait)}" for one in failed)
    remedies = dict.fromkeys(line for one in failed for line in _remedy(one, destination))
    return Link(NAME, LinkState.BROKEN, seen, tuple(remedies), target.logged(attempts.message))


def _before(failed: Sequence[Try]) -> Iterator[str]:
    for one in failed:
        yield f"tried before it: {one.peer.name} {_refusal(one).meaning}"


def _meaning(one: Try, wait: float) -> str:
    within = f" within {wait:g} s" if _number(one) == errno.ETIMEDOUT else ""
    return f"{_refusal(one).meaning}{within}"


def _refusal(one: Try) -> _Refusal:
    number = _number(one)
    return _REFUSALS.get(number) or _Refusal(f"can't be connected to: {os.strerror(number)}", _NO_WAY)


def _remedy(one: Try, destination: Destination) -> tuple[str, ...]:
    if destination.is_proxy and _number(one) == errno.ECONNREFUSED:
        return _NO_PROXY
    return _refusal(one).remedy


def _number(one: Try) -> int:
    return one.failure.number if one.failure is not None else 0
