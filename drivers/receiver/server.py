"""A receiver in a thread of its own, from ``with`` to its end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import logging
import os
import socket
import ssl
import threading
from concurrent.futures import Future
from contextlib import suppress
from types import TracebackType
from typing import Self

import uvicorn

from dovecot_conf.errors import PushnotifError
from drivers.receiver.desk import ReceiverDesk
from drivers.receiver.protocol import ReceiverConnection
from drivers.receiver.settings import ReceiverSettings, Report

_BACKLOG = 128
_KEEP_ALIVE_SECONDS = 60
_GRACE_SECONDS = 1.0
_NO_LOG = logging.CRITICAL + 1


class ReceiverError(PushnotifError):
    """The receiver can't listen; ``taken`` tells whether another program has the port."""

    def __init__(self, message: str, *, taken: bool = False) -> None:
        super().__init__(message)
        self.taken = taken


class _Server(uvicorn.Server):
    """Begins and ends at once, where uvicorn asks ten times a second."""

    def __init__(self, config: uvicorn.Config, ending: asyncio.Event) -> None:
        super().__init__(config)
        self._ending = ending

    async def main_loop(self) -> None:
        await self._ending.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002
        """Let answers under way go out, for a moment, and close everything."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if tasks := list(self.server_state.tasks):
            await asyncio.wait(tasks, timeout=_GRACE_SECONDS)
        for connection in list(self.server_state.connections):
            # A TLS transport of Python 3.11.2 that was closed twice has nothing left to abort.
            with contextlib.suppress(AttributeError):
                connection.transport.abort()
        # Transports close in the loop's next round.
        await asyncio.sleep(0)


class Receiver:
    """Receives requests and calls ``report`` with each, in its own thread, before it answers.

    ``with Receiver(ReceiverSettings(), requests.append) as receiver`` listens on a free port of
    127.0.0.1; ``receiver.url`` says where. With ``tls`` it speaks HTTPS only. Raises ReceiverError
    when it can't listen.
    """

    def __init__(
        self, settings: ReceiverSettings, report: Report, *, tls: ssl.SSLContext | None = None
    ) -> None:
        self._settings = settings
        self._tls = tls
        self._socket = _listen(settings.bind, settings.port)
        self.address: str
        self.port: int
        self.address, self.port = self._socket.getsockname()[:2]
        self._desk = ReceiverDesk(settings, self.origin, report)
        self._loop: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=self._run, name="receiver", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._loop.result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(RuntimeError):
            self._loop.result().call_soon_threadsafe(self._desk.ending.set)
        self._thread.join()

    @property
    def origin(self) -> str:
        """Scheme, address (the host's name when it listens on all of them) and port, as a URL begins."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        if self._ip.is_unspecified:
            host = socket.gethostname()
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL of the accepted path, without the password."""
        return f"{self.origin}{self._settings.path or '/'}"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the receiver."""
        return self._ip.is_loopback

    @property
    def _ip(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
        return ipaddress.ip_address(self.address.partition("%")[0])

    def _run(self) -> None:
        try:
            with self._socket:
                asyncio.run(self._serve())
        except BaseException as error:
            # Whoever waits for the beginning must not wait for ever.
            if self._loop.done():
                raise
            self._loop.set_exception(error)

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        # What goes wrong with one client, as a failed TLS handshake, is no reason to print a traceback.
        loop.set_exception_handler(lambda *_: None)
        config = uvicorn.Config(
            self._desk,
            http=ReceiverConnection,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level=_NO_LOG,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            backlog=_BACKLOG,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        )
        config.load()
        config.ssl = self._tls
        server = _Server(config, self._desk.ending)
        self._loop.set_result(loop)
        await server.serve(sockets=[self._socket])


def _listen(bind: str, port: int) -> socket.socket:
    place = f"[{bind}]:{port}" if ":" in bind else f"{bind}:{port}"
    try:
        found = socket.getaddrinfo(bind, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        return socket.create_server(address, family=family, backlog=_BACKLOG)
    except (socket.gaierror, UnicodeError):
        raise ReceiverError(f"can't listen on {place}: Name or service not known") from None
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        raise ReceiverError(
            f"can't listen on {place}: {os.strerror(error.errno or 0)}", taken=taken
        ) from None
