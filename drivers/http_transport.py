"""The transport that really sends, with httpcore (httpx's engine), which adds nothing to a request.

Importing this module imports httpcore: do so only where something is to be sent.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from typing import Any

import httpcore

from drivers.http import (
    BadResponseError,
    ConnectFailedError,
    ConnectionLostError,
    HostLookupError,
    HttpRequest,
    HttpResponse,
    RequestTimedOutError,
)
from drivers.http_head import status_line_problem

_MAX_HEAD_BYTES = 64 * 1024
_HEAD_PROBLEMS: Mapping[str, str] = {
    "conflicting Content-Length headers": "Duplicate Content-Length header",
    "bad Content-Length": "Invalid Content-Length header",
}
"""Dovecot's words for what httpcore finds wrong with headers."""


class HttpcoreTransport:
    """Sends requests over a new connection each; no proxies, no redirects, no body of the answer.

    TLS certificates are checked against the system's authorities unless ``insecure``.
    """

    def __init__(self, *, insecure: bool = False) -> None:
        self._insecure = insecure

    def send(self, request: HttpRequest, timeout: float) -> HttpResponse | None:
        """Make one attempt and return the head of the answer; see ``drivers.http.Transport``."""
        network = _Network(timeout)
        url = request.url
        wire = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=url.scheme, host=url.address, port=url.connect_port, target=url.target.encode()
            ),
            headers=[
                (name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in request.headers
            ],
            content=request.body,
        )
        context = self._ssl_context() if url.scheme == "https" else None
        with httpcore.ConnectionPool(ssl_context=context, network_backend=network) as pool:
            try:
                response = pool.handle_request(wire)
                head = HttpResponse(response.status, _reason(response), _text_headers(response.headers))
                response.close()
            except (httpcore.ReadTimeout, httpcore.WriteTimeout):
                raise RequestTimedOutError("", network.peer, network.connected) from None
            except (httpcore.ReadError, httpcore.WriteError) as error:
                raise ConnectionLostError(_cause(error), network.peer, network.connected) from None
            except httpcore.RemoteProtocolError as error:
                if network.at_end:
                    raise ConnectionLostError("EOF", network.peer, network.connected) from None
                raise BadResponseError(_head_problem(str(error))) from None
        return head

    def _ssl_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


class _Network(httpcore.NetworkBackend):
    """Connects within ``timeout``; everything after that shares another ``timeout``."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self.peer = ""
        self.connected = 0.0
        self.deadline = 0.0
        self.received = bytearray()
        self.at_end = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the attempt has its own
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that answers."""
        addresses = _addresses(host, port)
        begin = time.monotonic()
        self.deadline = begin + self._timeout
        problem = ""
        for address in addresses:
            self.peer = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
            try:
                stream = httpcore.SyncBackend().connect_tcp(address, port, timeout=self.remaining())
            except httpcore.ConnectTimeout:
                waited = time.monotonic() - begin
                problem = f"connect({self.peer}) failed: Connection timed out in {waited:.3f} secs"
            except httpcore.ConnectError as error:
                problem = f"connect({self.peer}) failed: {_cause(error)}"
            else:
                self._start()
                return _Stream(stream, self)
        if len(addresses) > 1:
            waited = time.monotonic() - begin
            problem += f" ({len(addresses)} attempts in {waited:.3f} secs)"
        raise ConnectFailedError(problem)

    def sleep(self, seconds: float) -> None:
        """Wait, as httpcore asks for between connections it retries; it is told not to retry."""
        time.sleep(seconds)

    def remaining(self) -> float:
        """Return the seconds left, never quite zero."""
        return max(self.deadline - time.monotonic(), 0.001)

    def handshake(self, stream: httpcore.NetworkStream, context: ssl.SSLContext, name: str | None) -> _Stream:
        """Start TLS within what is left of connecting."""
        try:
            secured = stream.start_tls(context, name, timeout=self.remaining())
        except httpcore.ConnectTimeout:
            waited = time.monotonic() - self.connected
            text = f"SSL handshaking with {self.peer} failed: Connection timed out in {waited:.3f} secs"
            raise ConnectFailedError(text) from None
        except httpcore.ConnectError as error:
            raise ConnectFailedError(f"SSL handshaking with {self.peer} failed: {_cause(error)}") from None
        self._start()
        return _Stream(secured, self)

    def note(self, data: bytes) -> bytes:
        """Look at received bytes before httpcore does."""
        self.at_end = not data
        if len(self.received) > _MAX_HEAD_BYTES:
            raise BadResponseError("the head of the answer is too long")
        self.received += data
        if problem := status_line_problem(bytes(self.received[:64])):
            raise BadResponseError(problem)
        return data

    def _start(self) -> None:
        self.connected = time.monotonic()
        self.deadline = self.connected + self._timeout


class _Stream(httpcore.NetworkStream):
    """A connection whose operations all end at the attempt's deadline."""

    def __init__(self, stream: httpcore.NetworkStream, network: _Network) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        if time.monotonic() >= self._network.deadline:
            raise httpcore.ReadTimeout
        return self._network.note(self._stream.read(max_bytes, timeout=self._network.remaining()))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, timeout=self._network.remaining())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        return self._network.handshake(self._stream, ssl_context, server_hostname)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise HostLookupError(f"Failed to lookup host {host}: {error.strerror}") from None
    except UnicodeError:
        raise HostLookupError(f"Failed to lookup host {host}: Name or service not known") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _cause(error: BaseException) -> str:
    """Return the operating system's text behind an error of httpcore."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, ssl.SSLError):
            return inner.reason or str(inner)
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror
        inner = inner.__cause__ or inner.__context__
    return str(error) or type(error).__name__


def _head_problem(text: str) -> str:
    return _HEAD_PROBLEMS.get(text) or f"Failed to parse header: {text.partition(': bytearray')[0]}"


def _reason(response: httpcore.Response) -> str:
    reason = response.extensions.get("reason_phrase", b"")
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else ""


def _text_headers(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
