"""The settings that scripts give to ``dovecot.http.client`` of 2.4: what it refuses, in its words (2.4.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dovecot_conf.checks24_table import CHECKS, Limit
from dovecot_conf.errors import DriverError
from dovecot_conf.http_url import HttpUrlError, parse_http_url
from dovecot_conf.names import table
from dovecot_conf.value_types import check, is_unlimited
from dovecot_conf.versions import Version
from drivers.lua.http_settings import HTTP_SETTINGS
from drivers.option_values import parse_milliseconds, parse_unsigned

_PREFIX = "http_client_"
_WHERE = "http_client settings: "
_UNPARSED = f"{_WHERE}Failed to parse configuration: Failed to override configuration from hardcoded: "
_INVALID = f"{_WHERE}Invalid settings: "
_PROXY = f"{_PREFIX}proxy_url"
_BACKOFF, _BACKOFF_MAX = f"{_PREFIX}connect_backoff_time", f"{_PREFIX}connect_backoff_max_time"
_LIMITS = tuple(
    one for group in CHECKS for one in group if isinstance(one, Limit) and one.name.startswith(_PREFIX)
)


def configured(given: Mapping[str, str]) -> dict[str, str]:
    """Return the settings by their names in a configuration. Raises DriverError with what Dovecot says."""
    known = table(Version.V24).names
    values: dict[str, str] = {}
    for key, text in given.items():
        if key not in HTTP_SETTINGS[Version.V24]:
            raise DriverError(f"{key} is unknown setting")
        name = f"{_PREFIX}{key}"
        values[name if name in known else key] = text
    for name, text in values.items():
        # Settings about TLS are looked at when a client connects.
        if name.startswith(_PREFIX):
            wrong = check(known[name].type, text, known[name].choices)
            if wrong is not None:
                raise DriverError(f"{_UNPARSED}Invalid {name}={text}: {wrong.message}")
    for problem in _problems(values):
        raise DriverError(f"{_INVALID}{problem}")
    return values


def _problems(values: Mapping[str, str]) -> Iterator[str]:
    """Yield what the settings are refused for together, in Dovecot's order."""
    if values.get(_PROXY):
        try:
            parse_http_url(values[_PROXY], Version.V24, allow_userinfo=False)
        except HttpUrlError as error:
            yield f"Invalid {_PROXY}: {error.message}"
    for limit in _LIMITS:
        if limit.name == f"{_PREFIX}request_timeout":
            yield from _backoff(values)
        if _amount(values, limit.name) < limit.least:
            yield limit.message


def _backoff(values: Mapping[str, str]) -> Iterator[str]:
    shortest, longest = _amount(values, _BACKOFF), _amount(values, _BACKOFF_MAX)
    if longest < shortest:
        # The names stand the wrong way round in Dovecot's own message.
        yield f"{_BACKOFF}_msecs ({longest}) must not be smaller than {_BACKOFF_MAX}_msecs ({shortest})"


def _amount(values: Mapping[str, str], name: str) -> int:
    setting = table(Version.V24).names[name]
    text = values.get(name, setting.default)
    if is_unlimited(setting.type, text):
        return 2**32 - 1
    return parse_milliseconds(text) if setting.type == "msecs" else parse_unsigned(text) or 0
