"""The checks of 2.4 for services and their listeners, and for what all services share.

Follows ``master_settings_ext_check`` of 2.4.1. Services are looked up with what is set around them, in the
order of their names. A service whose values are only known later ends the check of ``doveconf -n`` without a
word.
"""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.captured_sections import CapturedSection, captured_sections
from dovecot_conf.check_finding import Finding
from dovecot_conf.checks24_table import MASTER_SETTINGS, SERVICE_SETTINGS
from dovecot_conf.errors import VariableError
from dovecot_conf.lists24 import is_true
from dovecot_conf.lookup24 import Lookup24, Refused, expanded, wrong_text
from dovecot_conf.names import table
from dovecot_conf.scopes24 import Block
from dovecot_conf.section_names import escaped
from dovecot_conf.tree import Setting, Statement, ValueKind
from dovecot_conf.value_types import UINT_MAX
from dovecot_conf.versions import Version
from dovecot_conf.view24 import UNKNOWN, View24, amount, line_of, name_setting, unclear, written

SERVICE, LISTENER, RANGE = "service-value", "duplicate-listener", "value-range"
IN_FILTER, UNREADABLE, CRASH = "service-in-filter", "unreadable-value", "dovecot-crash"
UNREADABLE_SERVICE = "unreadable-service"
TYPES = ("log", "config", "anvil", "login", "startup", "worker")
SINGLE = frozenset(("anvil", "auth", "indexer", "log"))
"""The services that can have one process only."""

MINIMUM_VSZ = 1024**2
_DEFAULTS = {
    f"service_{name}": f"default_{name}"
    for name in ("process_limit", "client_limit", "idle_kill_interval", "vsz_limit")
}
"""What a service without a value of its own takes from the settings of all."""

_NAMES = {
    word: tuple(name for name in SERVICE_SETTINGS.split() if name.startswith(f"{word}_"))
    for word in ("service", "unix_listener", "fifo_listener", "inet_listener")
}
ANVIL_PIPES = 2
"""The clients that anvil has always."""

_COUNTED_FOR_AUTH = "Counted for protocol services with restart_request_count != 1"
_WARNINGS = ("client-limit", "base-dir-prefix")

_INHERITED = frozenset((*_NAMES["service"], *_DEFAULTS.values()))

_NOT_ZERO = {
    "client_limit": "",
    "restart_request_count": ' (did you mean "unlimited"?)',
    "idle_kill_interval": ' (did you mean "unlimited"?)',
}


class _Part:
    """A service or a listener, with its settings by the end of their names."""

    def __init__(self, view: View24, default: CapturedSection | None, *blocks: Block) -> None:
        self._view = view
        self._built_in = default is not None
        self._default = default or CapturedSection({}, {})
        self.blocks = blocks
        self.word, self.name = blocks[-1].word, blocks[-1].name or ""
        self.found = Lookup24(view.tree.root, view.place.scope.condition, *blocks)
        self._parts: dict[str, list[_Part]] = {}

    @property
    def is_changed(self) -> bool:
        """Whether the configuration sets anything of it, or of what it takes from the settings of all."""
        root = self._view.tree.root
        return not self._built_in or len(self.found.scopes) > 1 or not _INHERITED.isdisjoint(root.values)

    def text(self, key: str) -> str:
        """Return a setting as text."""
        name = f"{self.word}_{key}"
        if name == name_setting(self.blocks[-1]):
            given = self.found.given_name()
            return self.name if given is None else given
        if (entry := self.found.entry(name)) is not None:
            return written(entry)
        if (captured := self._default.values.get(key)) is not None:
            return captured
        if name in _DEFAULTS:
            return _global(self._view, _DEFAULTS[name])
        return table(Version.V24).names[name].default

    def amount(self, key: str) -> int | None:
        """Return a number, size or time; None where it is only known later."""
        return _amount(f"{self.word}_{key}", self.text(key))

    def where(self, *keys: str) -> Statement | None:
        """Return the line to blame: that of the first of these that is set, or of the block."""
        for key in keys:
            for name in (f"{self.word}_{key}", _DEFAULTS.get(f"{self.word}_{key}", "")):
                if (entry := self.found.entry(name)) is not None:
                    return entry.node
        return self.found.opened

    def parts(self, word: str) -> list[_Part]:
        """Return the listeners of a word, those built in first."""
        if word not in self._parts:
            self._parts[word] = self._listeners(word)
        return self._parts[word]

    def _listeners(self, word: str) -> list[_Part]:
        built_in = {name.strip('"'): part for name, part in self._default.sections.get(word, {}).items()}
        names = dict.fromkeys((*built_in, *self.found.names(word)))
        return [_Part(self._view, built_in.get(name), *self.blocks, Block(word, name)) for name in names]

    def refused(self) -> Finding | None:
        """Return what makes its settings unreadable."""
        refused = self.found.refused(self.word, _NAMES[self.word], built_in=self._built_in)
        if refused is None and self.word == "service":
            refused = self._refused_default()
        if refused is None:
            return None
        message = f"Failed to get {self.word} {self.name}: {refused.message}"
        return Finding(refused.rule, message, refused.where)

    def _refused_default(self) -> Refused | None:
        for name, common in _DEFAULTS.items():
            entry = self._view.tree.root.values.get(common)
            inherits = self.found.entry(name) is None and name[8:] not in self._default.values
            if entry is not None and inherits:
                known = table(Version.V24).names[name]
                if wrong := wrong_text(name, known, written(entry)):
                    title = f"service settings (filter=service/{escaped(self.name)})"
                    message = f"{title}: Failed to parse configuration: {wrong}"
                    return Refused(UNREADABLE, message, entry.node)
        return None


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
    services = [_Part(view, sections.get(name), Block("service", name)) for name in names]
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


def _checked(view: View24, services: list[_Part]) -> Iterator[Finding]:
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
    for name, common in _DEFAULTS.items():
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


def _unreadable(services: list[_Part]) -> list[Finding] | None:
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


def _names_and_types(services: list[_Part]) -> Iterator[Finding]:
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


def _protocols(view: View24, services: list[_Part]) -> Iterator[Finding]:
    known = {part.text("protocol") for part in services}
    for word in view.words("protocols"):
        if word not in known:
            hint = f"known: {', '.join(sorted(known - {''}))}; put spaces between"
            message = f"protocols: Unknown protocol: {word}"
            yield Finding("unknown-protocol", message, view.item("protocols", word), hint)


def _limits(part: _Part) -> Iterator[Finding]:
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


def _clients(services: list[_Part], enabled: list[_Part]) -> Iterator[Finding]:
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
    name: str, parts: list[_Part], needed: int, services: list[_Part], reason: str
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


def _listeners(view: View24, services: list[_Part]) -> Iterator[Finding]:
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


def _global(view: View24, name: str) -> str:
    entry = view.tree.root.values.get(name)
    return written(entry) if entry is not None else table(Version.V24).names[name].default


def _amount(name: str, text: str) -> int | None:
    try:
        value = expanded(text)
        return None if value is None else amount(table(Version.V24).names[name].type, value)
    except (ValueError, VariableError):
        return None
