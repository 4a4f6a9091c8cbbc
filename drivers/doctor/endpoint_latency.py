"""The link of latency: the answer comes before Dovecot gives up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dovecot_conf.versions import Version
from drivers.doctor.endpoint_connection import Try
from drivers.doctor.endpoint_target import Target
from mailstore.links import Link, LinkState

NAME = "latency"
_TIMEOUT = {Version.V23: "timeout_msecs", Version.V24: "http_client_request_timeout"}
_VALUE = {Version.V23: "{msecs}", Version.V24: "{msecs}ms"}


class _Part(NamedTuple):
    """One part of an exchange: how long it took and may take (0: as long as it likes), by which setting."""

    name: str
    seconds: float
    limit: float
    setting: str


def check_latency(target: Target, opened: Try, answered: float) -> Link:
    """Compare how long an exchange took (seconds) with what Dovecot allows."""
    parts = tuple(_parts(target, opened, answered))
    names = (
        ("connected", opened.connected),
        ("TLS", opened.secured),
        ("answered", answered),
    )
    seen = ", ".join(f"{name} in {_shown(time)}" for name, time in names if time is not None)
    late = next((part for part in parts if part.limit and part.seconds >= part.limit), None)
    if late is not None:
        limit = _shown(late.limit)
        text = f"{seen}: Dovecot has given up after {limit} ({late.setting}), and nobody is notified"
        value = _VALUE[target.version].format(msecs=_rounded(late.seconds))
        remedy = ("make the endpoint answer sooner", f"or let Dovecot wait longer: {late.setting}={value}")
        return Link(NAME, LinkState.BROKEN, text, remedy, (_waits(),))
    return Link(NAME, LinkState.OK, seen, (), tuple(_near(parts)))


def _parts(target: Target, opened: Try, answered: float) -> Iterator[_Part]:
    settings, timeout = target.settings, _TIMEOUT[target.version]
    connecting = (opened.connected or 0.0) + (opened.secured or 0.0)
    own = target.version is Version.V24 and settings.connect_timeout != settings.timeout
    setting = "http_client_connect_timeout" if own else timeout
    yield _Part("connecting", connecting, settings.connect_timeout or settings.timeout, setting)
    yield _Part("the answer", answered, settings.timeout, timeout)
    whole = "http_client_request_absolute_timeout"
    yield _Part("the whole of it", connecting + answered, settings.absolute_timeout, whole)


def _near(parts: tuple[_Part, ...]) -> Iterator[str]:
    for part in parts:
        if part.limit and part.seconds > part.limit / 2:
            share = f"{_shown(part.seconds)} of the {_shown(part.limit)} that {part.setting} allows"
            yield f"{part.name} takes {share}: on a busy day it is too late"


def _waits() -> str:
    return "a delivery that notifies waits for the answer: the longer, the slower is mail"


def _rounded(seconds: float) -> int:
    """Return milliseconds that are enough, twice as many in whole seconds."""
    return (int(seconds * 2) + 1) * 1000


def _shown(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
