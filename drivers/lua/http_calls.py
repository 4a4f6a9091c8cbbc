"""What clients, requests and responses of ``dovecot.http`` do: loaded when a script first uses one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dovecot_conf.errors import DriverError
from dovecot_conf.http_url import HttpUrlError, parse_http_url
from dovecot_conf.versions import Version
from drivers.http import (
    BadResponseError,
    ConnectFailedError,
    ConnectionLostError,
    HostLookupError,
    HttpRequest,
    RequestTimedOutError,
    TooLateError,
    TransportError,
)
from drivers.http_client import HttpClient
from drivers.http_queue import HttpResult
from drivers.http_requests import script_request
from drivers.http_settings import HttpSettings, settings_24
from drivers.log import Log
from drivers.lua.http_checks import configured
from drivers.lua.http_settings import HTTP_SETTINGS
from drivers.lua.machine import decode, encode
from drivers.tls_settings import TlsSettings

if TYPE_CHECKING:
    from drivers.session import Surroundings

_STATUS: Mapping[type[TransportError], int] = {
    HostLookupError: 9002,
    ConnectFailedError: 9003,
    ConnectionLostError: 9005,
    BadResponseError: 9007,
    RequestTimedOutError: 9008,
    TooLateError: 9008,
}
"""The status of a request that brought no answer (``enum http_client_request_error``)."""

_REDIRECT_STATUS = 9004


class HttpCalls:
    """The calls of one script; ``world`` has the network, ``requests`` receives what was sent.

    ``log_prefix`` stands before the lines of its clients. ``crash`` ends the process.
    """

    def __init__(
        self,
        version: Version,
        world: Callable[[], Surroundings],
        log: Log,
        log_prefix: str,
        crash: Callable[[bytes], object],
        requests: list[tuple[HttpRequest, HttpResult]],
    ) -> None:
        self._version = version
        self._world = world
        self._log = log
        self._log_prefix = log_prefix
        self._crash = crash
        self._requests = requests

    def client(self, values: Any) -> tuple[bool, Any]:
        """Return a client with these settings, or what is wrong with them."""
        given = {decode(key): value for key, value in values.items()}
        try:
            settings = self._settings_23(given) if self._version is Version.V23 else self._settings_24(given)
        except DriverError as error:
            return False, encode(error.message)
        return True, _Client(settings)

    def url(self, text: bytes) -> tuple[bool, bytes]:
        """Return a URL without user and password, or what is wrong with it."""
        try:
            target = parse_http_url(decode(text), self._version)
        except HttpUrlError as error:
            return False, b"Failed to parse url " + text + b": " + encode(error.message)
        return True, encode(str(target))

    def submit(
        self,
        client: _Client,
        method: bytes,
        url: bytes,
        headers: Any,
        payload: bytes | None,
        asks_first: bool | None,
    ) -> tuple[int, bytes, tuple[tuple[str, str], ...], bytes]:
        """Send a request and wait; return status, reason, headers and payload of the answer."""
        world = self._world()
        request = script_request(
            decode(method),
            parse_http_url(decode(url), self._version),
            [(decode(header[1]), decode(header[2])) for header in headers.values()],
            payload,
            client.settings,
            world.clock.now(),
            asks_first=bool(asks_first),
        )
        results: list[HttpResult] = []
        http = HttpClient(world.transport, world.clock, client.settings)
        http.submit(request, results.append)
        http.wait()
        result = results[0]
        self._requests.append((request, result))
        if not result.sent:
            return 200, b"OK", (), b""
        if result.response is None:
            return _status(result), encode(result.message), (), b""
        if result.response.body:
            self._log.write_debug("lua", f"{self._log_prefix}DEBUG: REQUEST: Finished")
        response = result.response
        return response.status, encode(response.reason), response.headers, response.body

    def header(self, headers: tuple[tuple[str, str], ...], name: bytes) -> bytes:
        """Return the first header of a name, empty without one."""
        wanted = decode(name).lower()
        return encode(next((value for key, value in headers if key.lower() == wanted), ""))

    def _settings_23(self, given: Mapping[str, Any]) -> HttpSettings:
        def number(name: str) -> int:
            return int(float(given.get(name) or 0))

        def seconds(name: str) -> float:
            return number(name) / 1000

        proxy = None
        if given.get("proxy_url") is not None:
            try:
                proxy = parse_http_url(decode(given["proxy_url"]))
            except HttpUrlError as error:
                raise DriverError(f"proxy_url is invalid: {error.message}") from error
        return HttpSettings(
            max_attempts=number("max_attempts") or 1,
            timeout=seconds("request_timeout_msecs") or 60.0,
            connect_timeout=seconds("connect_timeout_msecs"),
            absolute_timeout=seconds("request_absolute_timeout_msecs"),
            max_retry_delay=number("max_auto_retry_delay_secs"),
            max_connect_attempts=number("max_connect_attempts"),
            max_redirects=number("max_redirects"),
            follows_redirects=not given.get("no_auto_redirect"),
            retries=not given.get("no_auto_retry"),
            backoff=seconds("connect_backoff_time_msecs") or 0.1,
            max_backoff=seconds("connect_backoff_max_time_msecs") or 60.0,
            max_idle=seconds("max_idle_time_msecs"),
            user_agent=decode(given.get("user_agent") or b""),
            proxy=proxy,
        )

    def _settings_24(self, given: Mapping[str, Any]) -> HttpSettings:
        # False stands for a value that is neither text nor number.
        texts = {key: decode(value or b"") for key, value in given.items()}
        for key, value in given.items():
            if value is False and key in HTTP_SETTINGS[Version.V24]:
                self._crash(b"the setting " + encode(key) + b" of an HTTP client is no text")
                raise DriverError("crash")
        return settings_24(configured(texts), TlsSettings())


class _Client:
    """A client of a script: its settings."""

    __slots__ = ("settings",)

    def __init__(self, settings: HttpSettings) -> None:
        self.settings = settings

    def __str__(self) -> str:
        return f"userdata: 0x{id(self):x}"


def _status(result: HttpResult) -> int:
    kind = type(result.error) if result.error is not None else None
    return _REDIRECT_STATUS if kind is None else _STATUS.get(kind, _REDIRECT_STATUS)
