"""How long the HTTP client of an `ox` driver tries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dovecot_conf.errors import DriverError
from dovecot_conf.push import DriverOption
from dovecot_conf.versions import Version
from drivers.option_values import parse_milliseconds, parse_unsigned
from drivers.rules.definitions import Written

TIMEOUT: Mapping[Version, str] = {Version.V23: "timeout_msecs", Version.V24: "http_client_request_timeout"}
ATTEMPTS: Mapping[Version, str] = {
    Version.V23: "max_retries",
    Version.V24: "http_client_request_max_attempts",
}
_DEFAULT_TIMEOUT = {Version.V23: 2000, Version.V24: 60_000}


class Client(NamedTuple):
    """Milliseconds for one attempt, the number of attempts, and the options that say so."""

    timeout: int
    attempts: int
    written: tuple[DriverOption, ...]


def client(ox: Written, version: Version) -> Client:
    """Return what a driver asks for; what Dovecot can't read counts as the default, as in 2.3."""
    timeout = ox.options.get(TIMEOUT[version])
    attempts = ox.options.get(ATTEMPTS[version])
    set_around = dict(ox.definition.client.pairs) if version is Version.V24 else {}
    milliseconds = _milliseconds(timeout.value if timeout else set_around.get(TIMEOUT[version]), version)
    number = parse_unsigned(attempts.value if attempts else set_around.get(ATTEMPTS[version], ""))
    return Client(
        _DEFAULT_TIMEOUT[version] if milliseconds is None else milliseconds,
        1 + (1 if number is None else number) if version is Version.V23 else number or 1,
        tuple(option for option in (timeout, attempts) if option is not None),
    )


def _milliseconds(text: str | None, version: Version) -> int | None:
    if text is None:
        return None
    if version is Version.V23:
        return parse_unsigned(text)
    try:
        return parse_milliseconds(text)
    except DriverError:
        return None
