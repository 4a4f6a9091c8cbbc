"""Doveadm's HTTP API of Dovecot 2.3 and 2.4: one command a request."""

from __future__ import annotations

import base64
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpcore

from mailstore.deadline import Clock, Deadline
from mailstore.live.address import ServerAddress
from mailstore.live.doveadm_api import CommandFailedError
from mailstore.live.errors import (
    AccessDeniedError,
    LiveServerError,
    ServerFailureError,
    one_line,
)
from mailstore.live.network import network_reason, tls_context
from mailstore.live.timed_http import TimedBackend

PATH = "/doveadm/v1"
TAG = "pushnotif"
# Dovecot waits for locks up to two minutes by itself; most answers take milliseconds.
TIMEOUT = 60.0
CONNECT_TIMEOUT = 10.0
LARGEST_ANSWER = 64 * 1024 * 1024
USAGE = 64
NO_ANSWER = (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError)


def api_key_header(key: str) -> str:
    """Return the Authorization header for ``doveadm_api_key``."""
    return "X-Dovecot-API " + _base64(key)


def password_header(password: str) -> str:
    """Return the Authorization header for ``doveadm_password``."""
    return "Basic " + _base64(f"doveadm:{password}")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode("ascii")


@dataclass(frozen=True, slots=True)
class DoveadmHttp:
    """A server with doveadm's HTTP API; ``authorization`` is the header's value, a secret.

    ``timeout`` is how many seconds of ``clock`` a command may take as a whole.
    """

    address: ServerAddress
    authorization: str
    insecure: bool = False
    timeout: float = TIMEOUT
    clock: Clock = time.monotonic

    def __repr__(self) -> str:
        """Return the address: the rest is secret."""
        return f"DoveadmHttp({self.address})"

    def run(self, command: str, parameters: Mapping[str, object]) -> object:
        """Run a command; return its answer, a list of rows for most.

        Raises CommandFailedError with the command's exit code, ServerFailureError when the request
        isn't taken, AccessDeniedError, LiveServerError.
        """
        body = json.dumps([[command, parameters, TAG]], ensure_ascii=False).encode()
        status, content = self._post(body)
        if status == 401:
            raise AccessDeniedError(
                f"{self.address}: the server doesn't take the key (doveadm_api_key, doveadm_password)"
            )
        if status == 400:
            text = one_line(content.decode("utf-8", "replace"))
            raise ServerFailureError(f"{self.address} refuses the request: {text}", USAGE)
        if status != 200:
            raise self._not_the_api(f"it answers with status {status}")
        return self._answer(content, command)

    def _answer(self, content: bytes, command: str) -> object:
        try:
            [[kind, answer, tag]] = json.loads(content)
        except (ValueError, TypeError, RecursionError):
            raise self._not_the_api("its answer is something else") from None
        if tag != TAG:
            raise self._not_the_api("its answer belongs to another request")
        if kind == "doveadmResponse":
            return answer
        if kind != "error" or not isinstance(answer, dict):
            raise self._not_the_api("its answer is something else")
        error, code = answer.get("type"), answer.get("exitCode")
        if error == "exitCode" and isinstance(code, int):
            raise CommandFailedError(code)
        raise LiveServerError(f"{self.address}: the server refuses {command}: {one_line(str(error))}")

    def _not_the_api(self, why: str) -> LiveServerError:
        return LiveServerError(f"{self.address} is not doveadm's HTTP API: {why}")

    def _post(self, body: bytes) -> tuple[int, bytes]:
        scheme, host = ("https", "http")[not self.address.tls], self.address.host
        host = f"[{host}]" if ":" in host else host
        # No "Connection: close": with it Dovecot never answers a wrong key.
        headers: dict[bytes | str, bytes | str] = {
            "Host": f"{host}:{self.address.port}",
            "Authorization": self.authorization,
            "Content-Type": "application/json",
        }
        deadline = Deadline(self.timeout, self.clock)
        times = {"connect": min(CONNECT_TIMEOUT, self.timeout)}
        try:
            with (
                httpcore.ConnectionPool(self._tls(), network_backend=TimedBackend(deadline)) as pool,
                pool.stream(
                    "POST",
                    f"{scheme}://{host}:{self.address.port}{PATH}",
                    headers=headers,
                    content=body,
                    extensions={"timeout": times},
                ) as response,
            ):
                return response.status, self._content(response)
        except NO_ANSWER as error:
            raise LiveServerError(f"{self.address}: {self._broken(error)}") from None
        except httpcore.ConnectTimeout:
            raise LiveServerError(
                f"{self.address}: no connection within {times['connect']:g} seconds"
            ) from None
        except httpcore.TimeoutException:
            raise LiveServerError(f"{self.address}: {deadline.reason}") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, UnicodeError) as error:
            raise LiveServerError(f"{self.address}: {network_reason(error, deadline)}") from None

    def _broken(self, error: Exception) -> str:
        if isinstance(error, httpcore.RemoteProtocolError) and "disconnected" not in str(error):
            return f"this is no HTTP server: {one_line(str(error))}"
        return "the server closed the connection without an answer; its log may say why"

    def _content(self, response: httpcore.Response) -> bytes:
        content = bytearray()
        for chunk in response.iter_stream():
            content += chunk
            if len(content) > LARGEST_ANSWER:
                raise self._not_the_api("its answer has no end")
        return bytes(content)

    def _tls(self) -> ssl.SSLContext | None:
        return tls_context(insecure=self.insecure) if self.address.tls else None
