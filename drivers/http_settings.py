"""The settings of Dovecot's HTTP client, and what they are in 2.3 and by default in 2.4."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from dovecot_conf.amounts import size
from dovecot_conf.errors import DriverError
from dovecot_conf.http_url import HttpUrl, HttpUrlError, parse_http_url
from drivers.option_values import parse_boolean, parse_milliseconds, parse_seconds, parse_unsigned
from drivers.tls_settings import TlsSettings


class HeadLimits(NamedTuple):
    """How large the head of an answer may be; 0 is no limit, as in 2.3."""

    size: int = 0
    field_size: int = 0
    fields: int = 0


LIMITS_24 = HeadLimits(200 * 1024, 8 * 1024, 50)


class HttpSettings(NamedTuple):
    """Settings of a client; times in seconds, 0 (or empty) where there is no limit or value.

    ``timeout`` is how long a server may be silent, ``absolute_timeout`` that of a request with all its
    attempts; ``lookup_timeout`` is that of a host name, which 2.3 waits for however long it takes.
    ``keeps_late`` tells whether a connection goes on after a 408 that leads to another attempt.
    """

    max_attempts: int = 1
    timeout: float = 60.0
    connect_timeout: float = 0.0
    lookup_timeout: float = 0.0
    absolute_timeout: float = 0.0
    max_retry_delay: int = 0
    max_connect_attempts: int = 0
    max_redirects: int = 0
    follows_redirects: bool = True
    retries: bool = True
    backoff: float = 0.1
    max_backoff: float = 60.0
    max_idle: float = 0.0
    user_agent: str = ""
    proxy: HttpUrl | str | None = None
    proxy_username: str = ""
    proxy_password: str = ""
    proxy_tunnels: bool = True
    limits: HeadLimits = HeadLimits()
    keeps_late: bool = False
    tls: TlsSettings = TlsSettings()

    @property
    def retry_delay_limit(self) -> int:
        """The longest wait, in seconds, that an answer may ask for."""
        return self.max_retry_delay or int(self.timeout)


DEFAULTS_24 = HttpSettings(limits=LIMITS_24, keeps_late=True)


def _seconds(text: str) -> float:
    return parse_milliseconds(text) / 1000


def _number(text: str) -> int:
    number = parse_unsigned(text)
    if number is None:
        raise DriverError(f"Invalid number {text}")
    return number


def _size(text: str) -> int:
    try:
        return size(text)
    except ValueError:
        raise DriverError(f"Invalid size: {text}") from None


_FIELDS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "request_max_attempts": ("max_attempts", _number),
    "write_request_max_attempts": ("max_attempts", _number),
    "request_timeout": ("timeout", _seconds),
    "write_request_timeout": ("timeout", _seconds),
    "connect_timeout": ("connect_timeout", _seconds),
    "request_absolute_timeout": ("absolute_timeout", _seconds),
    "max_auto_retry_delay": ("max_retry_delay", parse_seconds),
    "max_connect_attempts": ("max_connect_attempts", _number),
    "request_max_redirects": ("max_redirects", _number),
    "auto_redirect": ("follows_redirects", parse_boolean),
    "auto_retry": ("retries", parse_boolean),
    "connect_backoff_time": ("backoff", _seconds),
    "connect_backoff_max_time": ("max_backoff", _seconds),
    "max_idle_time": ("max_idle", _seconds),
    "user_agent": ("user_agent", str),
    "proxy_username": ("proxy_username", str),
    "proxy_password": ("proxy_password", str),
    "proxy_ssl_tunnel": ("proxy_tunnels", parse_boolean),
}
"""What becomes of the settings ``http_client_NAME`` of 2.4; a later one wins when it isn't 0."""

_LIMITS: Mapping[str, str] = {
    "response_hdr_max_size": "size",
    "response_hdr_max_field_size": "field_size",
    "response_hdr_max_fields": "fields",
}
_PREFIX = "http_client_"


def settings_24(values: Mapping[str, str], tls: TlsSettings) -> HttpSettings:
    """Return the settings of a client of 2.4.

    Raises:
        DriverError: for a value that can't be read.
    """
    found: dict[str, Any] = {}
    for name, (field, parse) in _FIELDS.items():
        text = values.get(_PREFIX + name)
        if text is not None:
            value = _parsed(_PREFIX + name, text, parse)
            if value or not name.startswith("write_"):
                found[field] = value
    limits = {
        field: _parsed(_PREFIX + name, text, _number if field == "fields" else _size)
        for name, field in _LIMITS.items()
        if (text := values.get(_PREFIX + name)) is not None
    }
    found["limits"] = LIMITS_24._replace(**limits)
    connecting = found.get("connect_timeout") or _parsed(
        "http_client_request_timeout", values.get("http_client_request_timeout", "60s"), _seconds
    )
    found["connect_timeout"] = found["lookup_timeout"] = connecting
    socket = values.get(f"{_PREFIX}proxy_socket_path")
    found["proxy"] = socket or _proxy(values.get(f"{_PREFIX}proxy_url", ""))
    return DEFAULTS_24._replace(tls=tls, **found)


def _parsed(name: str, text: str, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(text)
    except DriverError as error:
        raise DriverError(f"{name}: {error.message}") from error


def _proxy(text: str) -> HttpUrl | None:
    if not text:
        return None
    try:
        return parse_http_url(text, allow_userinfo=False)
    except HttpUrlError as error:
        raise DriverError(f"Invalid http_client_proxy_url: {error.message}") from error
