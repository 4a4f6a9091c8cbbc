"""What is asked about the path that the OX middleware keeps for Dovecot."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

from dovecot_conf.positions import Span
from drivers.rules.ox.endpoints import USUAL_PATH
from drivers.rules.ox.hosts import Reach, reach

KEPT = "/preliminary"
PROBES = (USUAL_PATH, f"{KEPT}/", KEPT)
"""Paths that nobody but Dovecot may ask for."""

USUAL_PORT = 8009
_NESTED = re.compile(r"[+*}]\)*\)[+*{]")
_LONGEST = 500
_URL = re.compile(r"(?P<scheme>[a-z+]+)://(?P<host>[^/?#\s]*)(?P<path>/[^?#\s]*)?", re.IGNORECASE)


class Opening(NamedTuple):
    """A place that lets everybody through; ``sure``: to the middleware, and nothing else may forbid it."""

    span: Span
    path: str
    sure: bool


class Target(NamedTuple):
    """Where requests are passed on: the host with its port, and the path there, None without one."""

    host: str
    path: str | None

    def path_for(self, uri: str, matched: str) -> str:
        """Return the path that is asked for there; ``matched`` is what the path replaces."""
        return uri if self.path is None else self.path + uri[len(matched) :]


def target(url: str) -> Target | None:
    """Read the URL of a proxied server, None for one that has variables in it or is none."""
    match = _URL.match(url)
    if match is None or "$" in match["host"]:
        return None
    return Target(match["host"], match["path"])


def is_usual_port(host: str) -> bool:
    """Tell whether the middleware is known to listen there."""
    return host.rpartition(":")[2] == str(USUAL_PORT)


def is_kept(path: str) -> bool:
    """Tell whether a path of the middleware is for Dovecot alone."""
    return path == KEPT or path.startswith(f"{KEPT}/")


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool | None:
    """Search a regular expression; None when that can't be done (safely) here."""
    if len(pattern) > _LONGEST or _NESTED.search(pattern):
        return None
    try:
        return re.search(pattern, text, re.IGNORECASE if ignore_case else 0) is not None
    except (re.error, RecursionError, OverflowError):
        return None


def is_everybody(address: str) -> bool:
    """Tell whether a word of an access rule means every client."""
    if address.lower() == "all":
        return True
    try:
        return ipaddress.ip_network(address, strict=False).prefixlen == 0
    except ValueError:
        return False


def is_local(address: str) -> bool:
    """Tell whether a listener is for this machine only."""
    host = address.removeprefix("unix:")
    if host != address or address.startswith("/"):
        return True
    name = address[1:].partition("]")[0] if address.startswith("[") else address.partition(":")[0]
    return not name.isdigit() and name not in ("", "*") and reach(name) is Reach.LOCAL
