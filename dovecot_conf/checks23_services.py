"""The checks of services and their listeners at the end of the file.

Follows ``master_settings_verify`` of 2.3.19.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf import amounts
from dovecot_conf.check_finding import Finding
from dovecot_conf.tree import Statement
from dovecot_conf.view23 import Part23, View23

SERVICE, LISTENER, RANGE = "service-value", "duplicate-listener", "value-range"
TYPES = ("log", "config", "anvil", "login", "startup", "worker")
SINGLE = frozenset(("anvil", "auth", "director", "indexer", "ipc", "log", "old-stats", "replicator"))
"""The services that can have one process only."""

MINIMUM_VSZ = 1024**2
ANVIL_PIPES = 2
"""Clients that anvil always has."""


def master(view: View23) -> Iterator[Finding]:
    """What all services share."""
    if not view.text("listen"):
        yield Finding(RANGE, "listen can't be set empty", view.where("listen"))
    for kind in ("uid", "gid"):
        first, last = f"first_valid_{kind}", f"last_valid_{kind}"
        highest = amounts.natural(view.text(last))
        if highest and amounts.natural(view.text(first)) > highest:
            yield Finding(RANGE, f"{first} can't be larger than {last}", view.where(first, last))


def services(view: View23) -> Iterator[Finding]:
    """Services: names, types, protocols, limits, listeners."""
    parts = list(view.parts("service"))
    titles = set()
    for number, part in enumerate(parts):
        if not part.title:
            message = f"Service #{number} is missing name"
            yield Finding("service-name-missing", message, part.where("name"))
        if part.text("type") not in ("", *TYPES):
            message = f"Unknown service type: {part.text('type')}"
            yield Finding(SERVICE, message, part.where("type"), f"it takes: {', '.join(TYPES)}")
        if part.title and part.title in titles:
            yield Finding(SERVICE, f"Duplicate service name: {part.title}", part.where("name"))
        titles.add(part.title)
    protocols = _protocols(view)
    known = {part.text("protocol") for part in parts}
    for word in protocols:
        if word not in known:
            hint = f"known: {', '.join(sorted(known - {''}))}; put spaces between"
            yield Finding(
                "unknown-protocol", f"protocols: Unknown protocol: {word}", view.where("protocols"), hint
            )
    enabled = [part for part in parts if part.text("protocol") in ("", *protocols)]
    for part in enabled:
        yield from _limits(view, part)
    yield from _listeners(view, enabled)
    yield from _clients(view, parts, enabled)


def _protocols(view: View23) -> list[str]:
    words = [word for word in view.text("protocols").split(" ") if word]
    return [] if words == ["none"] else words


def _limits(view: View23, part: Part23) -> Iterator[Finding]:
    title = f"service({part.title})"
    if part.text("drop_priv_before_exec").lower() in ("yes", "y", "1") and part.text("chroot"):
        message = f"{title}: drop_priv_before_exec=yes can't be used with chroot"
        yield Finding(SERVICE, message, part.where("drop_priv_before_exec"))
    limit = amounts.natural(part.text("process_limit")) or amounts.natural(view.text("default_process_limit"))
    if amounts.natural(part.text("process_min_avail")) > limit:
        message = f"{title}: process_min_avail is higher than process_limit"
        yield Finding(SERVICE, message, part.where("process_min_avail", "process_limit"))
    if 0 < amounts.size(part.text("vsz_limit")) < MINIMUM_VSZ:
        yield Finding(SERVICE, f"{title}: vsz_limit is too low", part.where("vsz_limit"))
    if part.title in SINGLE and limit > 1:
        yield Finding(SERVICE, f"{title}: process_limit must be 1", part.where("process_limit"))


def _listeners(view: View23, parts: list[Part23]) -> Iterator[Finding]:
    """Yield what is wrong with listeners, and those of which the place is taken."""
    base = view.text("base_dir").removesuffix("/")
    places: dict[str, list[Statement | None]] = {}
    for part in parts:
        for word in ("unix_listener", "fifo_listener"):
            for listener in part.parts(word):
                path = listener.text("path")
                if not path:
                    message = f"service({part.title}): {word}: path must not be empty"
                    yield Finding(SERVICE, message, listener.where("path"))
                    continue
                if path.startswith(f"{base}/"):
                    message = f"You should remove base_dir prefix from unix_listener: {path}"
                    yield Finding("base-dir-prefix", message, listener.where("path"))
                if amounts.octal(listener.text("mode")):
                    full = path if path.startswith("/") else f"{base}/{path}"
                    places.setdefault(full, []).append(listener.where("path"))
        _add_ports(part, places)
    for place, lines in sorted(places.items()):
        if len(lines) > 1:
            written = [line for line in lines if line is not None]
            yield Finding(LISTENER, f"duplicate listener: {place}", written[-1] if written else None)


def _add_ports(part: Part23, places: dict[str, list[Statement | None]]) -> None:
    for listener in part.parts("inet_listener"):
        if port := amounts.natural(listener.text("port")):
            place = f"{port}:{listener.text('address')}"
            places.setdefault(place, []).append(listener.where("port", "address"))


def _clients(view: View23, parts: list[Part23], enabled: list[Part23]) -> Iterator[Finding]:
    """Yield auth and anvil when fewer processes can connect to them than there may be."""
    default = amounts.natural(view.text("default_process_limit"))
    default_clients = amounts.natural(view.text("default_client_limit"))
    limits = {part.title: amounts.natural(part.text("process_limit")) or default for part in enabled}
    auth = [
        part.title
        for part in enabled
        if part.text("protocol")
        and (amounts.natural(part.text("service_count")) != 1 or part.text("type") == "login")
        and part.title != "imap-hibernate"
    ]
    anvil = [part.title for part in enabled if part.text("type") == "login" or part.title == "auth"]
    for name, counted, others, reason in (
        ("auth", auth, 0, "Counted for protocol services with service_count != 1"),
        ("anvil", anvil, ANVIL_PIPES, "Counted with"),
    ):
        part = next((part for part in parts if part.title == name), None)
        if part is None:
            continue
        limit = amounts.natural(part.text("client_limit")) or default_clients
        needed = sum(limits[title] for title in counted) + others
        if limit < needed:
            sum_of = " + ".join(f"service {title} {{ process_limit={limits[title]} }}" for title in counted)
            message = (
                f"service {name} {{ client_limit={limit} }} is lower than required under max. load"
                f" ({needed}). {reason}: {sum_of}"
            )
            where = part.where("client_limit") or view.where("default_client_limit", "protocols")
            yield Finding("client-limit", message, where)
