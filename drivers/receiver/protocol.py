"""A connection of a receiver: uvicorn's HTTP with the head of the request as it came."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any, Protocol, cast

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

_MAX_HEAD_BYTES = 64 * 1024
_TLS_HANDSHAKE = b"\x16\x03"
_NO_LINGER = struct.pack("ii", 1, 0)
_HEAD_SECONDS = 60.0


class Desk(Protocol):
    """The ASGI application behind the connections, as far as a connection talks to it."""

    max_connections: int

    def unreadable(self, peer: str, problem: str, status: int | None) -> None:
        """Take note of something that is no HTTP request."""
        ...


class _Wire(h11.Connection):
    """Keeps the last request (uvicorn passes on its headers in lower case), and what was wrong."""

    request: h11.Request | None = None
    problem = ""

    def next_event(self) -> Any:
        try:
            event = super().next_event()
        except h11.RemoteProtocolError as error:
            # Without the received bytes, which h11 quotes in Python's words.
            self.problem = str(error).partition(": bytearray")[0]
            raise
        if isinstance(event, h11.Request):
            self.request = event
        return event


class ReceiverConnection(H11Protocol):
    """One connection; an application finds it as ``scope["state"]["connection"]``."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.app_state = {**app_state, "connection": self}
        self.wire = _Wire(h11.SERVER, _MAX_HEAD_BYTES)
        self.conn = self.wire
        self._desk = cast(Desk, config.loaded_app)
        self._begun = False

    @property
    def request(self) -> h11.Request:
        """The request that is being answered."""
        assert self.wire.request is not None
        return self.wire.request

    @property
    def peer(self) -> str:
        """The client's address and port, as in a URL."""
        if not self.client:
            return ""
        host, port = self.client
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, unless there are too many."""
        if len(self.connections) >= self._desk.max_connections:
            self.transport = transport
            transport.abort()
            return
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Look whether a client speaks TLS without being asked to; let uvicorn read everything else."""
        if not self._begun and data.startswith(_TLS_HANDSHAKE):
            self._desk.unreadable(self.peer, "TLS, but this receiver speaks plain HTTP", None)
            self.transport.abort()
            return
        self._begun = True
        super().data_received(data)
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self._wait_for_head()

    def send_400_response(self, msg: str) -> None:
        """Take note of something that is no HTTP, and say so if there is an answer to be sent."""
        self._desk.unreadable(self.peer, self.wire.problem, 400)
        try:
            super().send_400_response(msg)
        except h11.LocalProtocolError:
            self.transport.abort()

    def shutdown(self) -> None:
        """End the connection once its answer has gone out."""
        try:
            super().shutdown()
        except h11.LocalProtocolError:
            self.transport.abort()

    def drop(self) -> None:
        """End the connection without an answer."""
        self.transport.close()

    def reset(self) -> None:
        """Lose the connection: the client gets a TCP RST."""
        connection: socket.socket = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()

    def send_and_drop(self, data: bytes) -> None:
        """Send these bytes, which needn't be HTTP, and end the connection."""
        self.transport.write(data)
        self.transport.close()

    def _wait_for_head(self) -> None:
        """Close the connection if no head of a request comes; uvicorn waits for ever for the first one."""
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                _HEAD_SECONDS, self.timeout_keep_alive_handler
            )
