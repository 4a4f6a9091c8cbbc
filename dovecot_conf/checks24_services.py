"""The checks of 2.4 for services and their listeners, and for what all services share.

Follows ``master_settings_ext_check`` of 2.4.1. Services are looked up with what is set around them, in the
order of their names. A service whose values are only known later ends the check of ``doveconf -n`` without a
word.
"""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.captured_sections import captured_sections
from dovecot_conf.check_finding import Finding
from dovecot_conf.checks24_table import MASTER_SETTINGS
from dovecot_conf.lists24 import is_true
from dovecot_conf.lookup24 import wrong_text
from dovecot_conf.names import table
from dovecot_conf.scopes24 import Block
from dovecot_conf.services24 import SHARED, Part
from dovecot_conf.tree import Setting, Statement, ValueKind
from dovecot_conf.value_types import UINT_MAX
from dovecot_conf.versions import Version
from dovecot_conf.view24 import UNKNOWN, View24, line_of, unclear, written

SERVICE, LISTENER, RANGE = "service-value", "duplicate-listener", "value-range"
IN_FILTER, CRASH = "service-in-filter", "dovecot-crash"
UNREADABLE_SERVICE = "unreadable-service"
TYPES = ("log", "config", "anvil", "login", "startup", "worker")
SINGLE = frozenset(("anvil", "auth", "indexer", "log"))
"""The services that can have one process only."""

MINIMUM_VSZ = 1024**2
ANVIL_PIPES = 2
"""The clients that anvil has always."""

_COUNTED_FOR_AUTH = "Counted for protocol services with restart_request_count != 1"
_WARNINGS = ("client-limit", "base-dir-prefix")

_NOT_ZERO = {
    "client_limit": "",
    "restart_request_count": ' (did you mean "unlimited"?)',
    "idle_kill_interval": ' (did you mean "unlimited"?)',
}


def master(view: View24) -> Iterator[Finding]:
    """Users, services, protocols and listeners."""
    if view.is_root:
        yield from _defaults(view)
    yield from _users(view)
    built_in = captured_sections(Version.V24).sections["service"] if view.is_root else {}
    names = list(dict.fromkeys((*built_in, *view.place.names.get("service", ()))))
    if not names:
        return
    if not view.words("listen"):
        rule = RANGE if view.is_root else IN_FILTER
        where = line_of(view.place.lists.get("listen")) if view.is_root else view.opened("service", names[0])
        yield Finding(rule, "listen can't be set empty", where)
        return
    sections = captured_sections(Version.V24).sections["service"]
    services = [Part(view, sections.get(name), Block("service", name)) for name in names]
    unreadable = _unreadable(services)
    if unreadable is not None:
        yield from unreadable
        return
    findings = list(_checked(view, services))
    yield from findings
    known = {part.text("name") for part in services}
    missing = next((name for name in ("auth", "anvil") if name not in known), "")
    if missing and all(finding.rule in _WARNINGS for finding in findings):
        message = f"Dovecot crashes on services in a filter if {missing} is not one of them"
        yield Finding(CRASH, message, view.opened("service", names[0]), "move the services out of the filter")


def _checked(view: View24, services: list[Part]) -> Iterator[Finding]:
    yield from _names_and_types(services)
    yield from _protocols(view, services)
    enabled = [part for part in services if part.text("protocol") in ("", *view.words("protocols"))]
    wrong = [finding for part in enabled if part.is_changed for finding in _limits(part)]
    yield from wrong
    if not wrong:
        yield from _clients(services, enabled)
    yield from _listeners(view, enabled)


def _defaults(view: View24) -> Iterator[Finding]:
    """Values for all services that ``doveconf -n`` doesn't expand, and chokes on."""
    for name, common in SHARED.items():
        entry = view.place.values.get(common)
        text = written(entry) if entry is not None else ""
        if entry is None or "%{" in text or not unclear(text):
            continue
        if wrong_text(name, table(Version.V24).names[name], text):
            message = f"{common}: Dovecot crashes on $ words in it"
            yield Finding(CRASH, message, entry.node, "write the value itself")


def _users(view: View24) -> Iterator[Finding]:
    for kind in ("uid", "gid"):
        first, last = f"first_valid_{kind}", f"last_valid_{kind}"
        if 0 < view.amount(last) < view.amount(first):
            yield Finding(RANGE, f"{first} can't be larger than {last}", view.where(last, first))
    for name in ("default_login_user", "default_internal_user"):
        if (user := view.text(name)) in ("", UNKNOWN):
            yield Finding(
                RANGE, f"{name} doesn't exist: {user}", view.where(name), "write the name of a user"
            )


def _unreadable(services: list[Part]) -> list[Finding] | None:
    """Return the finding that ends the check, none for a silent end; None if all can be read."""
    for service in services:
        if refused_service := service.refused():
            return _for_daemons(refused_service)
        for word in ("unix_listener", "fifo_listener"):
            for listener in service.parts(word):
                if finding := listener.refused():
                    return [finding]
        for listener in service.parts("inet_listener"):
            if finding := listener.refused():
                return [finding]
            if refused := listener.found.refused_around("master settings", MASTER_SETTINGS.split()):
                message = f"Failed to get inet_listener {listener.name}: {refused.message}"
                return [Finding(refused.rule, message, refused.where)]
    return None


def _for_daemons(refused: Finding) -> list[Finding]:
    """Return what ends the check silently, and stops the processes unless ``$`` words make it right."""
    where = refused.where
    if isinstance(where, Setting) and where.kind in (ValueKind.VARIABLE, ValueKind.FILE):
        return []
    return [refused._replace(rule=UNREADABLE_SERVICE)]


def _names_and_types(services: list[Part]) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, part in enumerate(services):
        name, kind = part.text("name"), part.text("type")
        if not name:
            yield Finding(
                SERVICE, f"Service #{number} is missing name", part.where("name"), "name the service"
            )
        if kind not in ("", *TYPES):
            hint = f"it takes: {', '.join(TYPES)}"
            yield Finding(SERVICE, f"Unknown service type: {kind}", part.where("type"), hint)
        if name in seen:
            yield Finding(SERVICE, f"Duplicate service name: {name}", part.where("name"))
        seen.add(name)


def _protocols(view: View24, services: list[Part]) -> Iterator[Finding]:
    known = {part.text("protocol") for part in services}
    for word in view.words("protocols"):
        if word not in known:
            hint = f"known: {', '.join(sorted(known - {''}))}; put spaces between"
            message = f"protocols: Unknown protocol: {word}"
            yield Finding("unknown-protocol", message, view.item("protocols", word), hint)


def _limits(part: Part) -> Iterator[Finding]:
    """Yield what is wrong with the limits of a service, what Dovecot says of it first."""
    title = f"service({part.text('name')})"

    def finding(text: str, *keys: str) -> Finding:
        return Finding(SERVICE, f"{title}: {text}", part.where(*keys))

    if is_true(part.text("drop_priv_before_exec")) and part.text("chroot"):
        text = "drop_priv_before_exec=yes can't be used with chroot"
        yield finding(text, "drop_priv_before_exec", "chroot")
    limit, spare = part.amount("process_limit"), part.amount("process_min_avail")
    if limit == 0:
        yield finding("process_limit must be higher than 0", "process_limit")
    elif limit is not None and spare is not None and spare > limit:
        text = "process_min_avail is higher than process_limit"
        yield finding(text, "process_min_avail", "process_limit")
    for key, advice in _NOT_ZERO.items():
        if part.amount(key) == 0:
            yield finding(f"{key} must be higher than 0{advice}", key)
    size = part.amount("vsz_limit")
    if size is not None and size < MINIMUM_VSZ:
        yield finding('vsz_limit is too low (did you mean "unlimited"?)', "vsz_limit")
    if part.text("name") in SINGLE and limit is not None and limit > 1:
        yield finding("process_limit must be 1", "process_limit")


def _clients(services: list[Part], enabled: list[Part]) -> Iterator[Finding]:
    """Yield auth and anvil when fewer processes can connect to them than there may be."""
    auth = [
        part
        for part in enabled
        if part.text("protocol")
        and (part.text("restart_request_count") != "1" or part.text("type") == "login")
        and part.text("name") != "imap-hibernate"
    ]
    anvil = [part for part in enabled if part.text("type") == "login" or part.text("name") == "auth"]
    yield from _clients_of("auth", auth, 0, services, _COUNTED_FOR_AUTH)
    yield from _clients_of("anvil", anvil, ANVIL_PIPES, services, "Counted with")


def _clients_of(
    name: str, parts: list[Part], needed: int, services: list[Part], reason: str
) -> Iterator[Finding]:
    limits = [part.amount("process_limit") or 0 for part in parts]
    needed = (needed + sum(limits)) & UINT_MAX
    part = next((part for part in services if part.text("name") == name), None)
    limit = part.amount("client_limit") if part is not None else None
    if part is None or limit is None or limit >= needed:
        return
    counted = " + ".join(
        f"service {other.text('name')} {{ process_limit={count} }}"
        for other, count in zip(parts, limits, strict=True)
    )
    message = f"service {name} {{ client_limit={limit} }} is lower than required under max. load"
    where = part.where("client_limit") or next(
        (line for other in parts if (line := other.where("process_limit")) is not None), None
    )
    yield Finding("client-limit", f"{message} ({needed}). {reason}: {counted}", where)


def _listeners(view: View24, services: list[Part]) -> Iterator[Finding]:
    """Yield listeners without a path, and those that two services, or one of them twice, want to open."""
    base = view.text("base_dir").removesuffix("/")
    places: dict[str, list[Statement | None]] = {}
    for service in services:
        for listener in (*service.parts("unix_listener"), *service.parts("fifo_listener")):
            path = listener.text("path")
            if not path:
                message = f"service({service.text('name')}): {listener.word}: path must not be empty"
                yield Finding(SERVICE, message, listener.where("path"))
                continue
            if base and path.startswith(f"{base}/"):
                message = f"You should remove base_dir prefix from unix_listener: {path}"
                yield Finding("base-dir-prefix", message, listener.where("path"))
            if listener.amount("mode"):
                place = path if path.startswith("/") else f"{base}/{path}"
                places.setdefault(place, []).append(listener.where("path"))
        for listener in service.parts("inet_listener"):
            if port := listener.amount("port"):
                for address in listener.found.words("listen"):
                    places.setdefault(f"{port}:{address}", []).append(listener.where("port"))
    yield from _duplicates(places, view)


def _duplicates(places: dict[str, list[Statement | None]], view: View24) -> Iterator[Finding]:
    for place, lines in sorted(places.items()):
        if len(lines) > 1:
            written_lines = [line for line in lines if line is not None]
            where = written_lines[-1] if written_lines else view.where("base_dir")
            yield Finding(LISTENER, f"duplicate listener: {place}", where)
