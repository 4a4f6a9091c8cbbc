"""The driver chain of Dovecot 2.4: the blocks ``push_notification NAME { … }``.

The order is that in which a running 2.4.1 loads them: the scopes that hold from the outside in, the
names of a scope in file order, a name that occurs again at its last place.
"""

from __future__ import annotations

from dovecot_conf.positions import Span
from dovecot_conf.push import DriverDefinition, DriverOption
from dovecot_conf.scopes import Entry
from dovecot_conf.scopes24 import Block, Scope24
from dovecot_conf.settings24 import Settings24

WORD = "push_notification"
_OWN_KEYS = ("push_notification_driver", "push_notification_name")


def chain(settings: Settings24) -> list[DriverDefinition]:
    """Return the definitions in loading order."""
    ordered: dict[str, None] = {}
    for scope in settings.scopes():
        for name in scope.names.get(WORD, ()):
            ordered.pop(name, None)
            ordered[name] = None
    return [_definition(settings, name) for name in ordered]


def _definition(settings: Settings24, name: str) -> DriverDefinition:
    block = Block(WORD, name)
    scopes = settings.scopes(frozenset((block,)))
    own = [scope for scope in scopes if scope.block == block]
    driver = settings.value(f"{WORD}/{name}/driver") or name
    prefixes = (f"{WORD}_{driver.lower()}_", f"{driver.lower()}_")
    entries: dict[str, Entry] = {}
    for scope in own:
        for key, entry in scope.values.items():
            if key not in _OWN_KEYS:
                entries[key] = entry
    if any(key.startswith(prefixes) for key in entries):
        for scope in reversed([scope for scope in scopes if scope.block is None]):
            for key, entry in scope.values.items():
                if key.startswith(prefixes):
                    entries.setdefault(key, entry)
    options = []
    for key in entries:
        value = settings.get(f"{WORD}/{name}/{key}")
        if value is not None:
            options.append(DriverOption(key, value.text, value.span))
    return DriverDefinition(f"{WORD}/{name}", driver, tuple(options), _span(own))


def _span(scopes: list[Scope24]) -> Span:
    for scope in reversed(scopes):
        if scope.opened is not None:
            return scope.opened.statement_span
    return Span("", 1, 1, 1, 1)
