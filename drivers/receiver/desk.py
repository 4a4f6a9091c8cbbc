"""Where requests are judged and answered: the ASGI application of a receiver."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, NamedTuple

from drivers.http_date import http_date
from drivers.receiver.faults import Fault, FaultKind
from drivers.receiver.protocol import ReceiverConnection
from drivers.receiver.settings import Received, ReceiverSettings, Report
from drivers.recording import Record, RecordedAnswer, header_text

MALFORMED_ANSWER = b"pushnotif sends no HTTP here, on purpose\r\n\r\n"

_SOURCE = "listen"
_BODY_SECONDS = 60.0
# A client that is told too early that its body is too long may never read the answer.
_PATIENCE = 4
_BODYLESS = frozenset({204, 304})
_CHALLENGE = (b"WWW-Authenticate", b'Basic realm="pushnotif listen"')
_CLOSE = (b"Connection", b"close")

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class _Decision(NamedTuple):
    """How a request is answered: a status, unless a fault says otherwise; ``error`` why it is refused."""

    status: int
    fault: Fault | None = None
    error: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def answers(self) -> bool:
        """Whether an HTTP answer is sent."""
        return self.fault is None or self.fault.kind in (FaultKind.STATUS, FaultKind.DELAY)


class _Arrival(NamedTuple):
    """A request that has come in, and when, by both clocks."""

    connection: ReceiverConnection
    body: bytes
    time: float
    begin: float


class _GoneError(Exception):
    """There is nobody to be answered, or nothing to be reported."""


class ReceiverDesk:
    """Answers the requests of all connections, and reports each just before its answer is sent."""

    def __init__(self, settings: ReceiverSettings, origin: str, report: Report) -> None:
        self._settings = settings
        self._origin = origin
        self._report = report
        self._accepted = 0
        self._held = 0
        self.max_connections = settings.max_connections
        self.ending = asyncio.Event()

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Read one request, judge it, report it, and answer it or do what the fault is."""
        connection: ReceiverConnection = scope["state"]["connection"]
        now, begin = time.time(), time.monotonic()
        body = bytearray()
        try:
            refusal = await self._read_body(body, receive)
            await self._answer(_Arrival(connection, bytes(body), now, begin), refusal, receive, send)
        except _GoneError:
            connection.drop()
            await _until_closed(receive)
        finally:
            self._held -= len(body)

    async def _answer(
        self, arrival: _Arrival, refusal: _Decision | None, receive: Receive, send: Send
    ) -> None:
        """Report a request and do what is decided; raises _GoneError to end the connection silently."""
        decision = self._judge(arrival, refusal)
        gone = False
        if decision.fault is not None and decision.fault.delay > 0:
            gone = await self._pause(decision.fault.delay, receive)
        self._report(Received(self._record(arrival, decision, gone=gone), not decision.error))
        if not gone:
            await self._perform(arrival.connection, decision, receive, send)

    def unreadable(self, peer: str, problem: str, status: int | None) -> None:
        """Report something that is no HTTP request, and the status it is answered with."""
        answer = RecordedAnswer(status, _reason(status), error=problem)
        record = Record(_SOURCE, time.time(), self._origin, "", "", (), b"", answer, peer)
        self._report(Received(record, accepted=False))

    async def _read_body(self, body: bytearray, receive: Receive) -> _Decision | None:
        """Append the body to ``body``, at most as much as is allowed; return why it is refused, if so.

        Raises _GoneError if the body does not come.
        """
        length, more, refusal = 0, True, None
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                while more and length <= self._settings.max_body * _PATIENCE:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise _GoneError
                    piece, more = message["body"], message["more_body"]
                    length += len(piece)
                    if length > self._settings.max_body:
                        error = f"the body has more than {self._settings.max_body} bytes"
                        refusal = _Decision(413, error=error, headers=(_CLOSE,))
                    elif self._held + len(piece) > self._settings.max_bodies:
                        refusal = _Decision(503, error="too many large bodies at once", headers=(_CLOSE,))
                    if refusal is None:
                        self._held += len(piece)
                        body += piece
        except TimeoutError:
            raise _GoneError from None
        return refusal

    def _judge(self, arrival: _Arrival, refusal: _Decision | None) -> _Decision:
        """Decide about a request; ``refusal`` is what its body alone deserves.

        Raises _GoneError when as many were accepted as are wanted.
        """
        request = arrival.connection.request
        settings = self._settings
        if request.method == b"CONNECT":
            return _Decision(405, error="no proxy", headers=(_CLOSE,))
        if not settings.takes(request.target.decode("ascii")):
            return _Decision(404, error=f"the path is not {settings.path}")
        if settings.credentials is not None:
            given = next((value for name, value in request.headers if name == b"authorization"), b"")
            if not settings.credentials.match(given):
                error = "wrong credentials" if given else "no credentials"
                return _Decision(401, error=error, headers=(_CHALLENGE,))
        if refusal is not None:
            return refusal
        if settings.limit is not None and self._accepted >= settings.limit:
            raise _GoneError
        self._accepted += 1
        fault = settings.faults.fault_of(self._accepted)
        status = fault.status if fault is not None and fault.kind is FaultKind.STATUS else 200
        return _Decision(status, fault)

    async def _pause(self, seconds: float, receive: Receive) -> bool:
        """Wait; return whether the client gave up meanwhile.

        Raises _GoneError at the receiver's end.
        """
        closed = asyncio.ensure_future(_until_closed(receive))
        ending = asyncio.ensure_future(self.ending.wait())
        await asyncio.wait((closed, ending), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        gone = closed.done()
        closed.cancel()
        ending.cancel()
        if self.ending.is_set():
            raise _GoneError
        return gone

    def _record(self, arrival: _Arrival, decision: _Decision, *, gone: bool) -> Record:
        request = arrival.connection.request
        answered = decision.answers and not gone
        status = decision.status if answered else None
        answer = RecordedAnswer(
            status,
            _reason(status),
            decision.fault.kind if decision.fault else None,
            "the client closed the connection before the answer" if gone else decision.error,
            time.monotonic() - arrival.begin,
        )
        return Record(
            _SOURCE,
            arrival.time,
            self._origin,
            request.method.decode("ascii"),
            request.target.decode("ascii"),
            tuple((header_text(name), header_text(value)) for name, value in request.headers.raw_items()),
            arrival.body,
            answer,
            arrival.connection.peer,
        )

    async def _perform(
        self, connection: ReceiverConnection, decision: _Decision, receive: Receive, send: Send
    ) -> None:
        if decision.answers:
            length = () if decision.status in _BODYLESS else ((b"Content-Length", b"0"),)
            date = (b"Date", http_date(time.time()).encode("ascii"))
            headers = [date, *decision.headers, *length]
            await send({"type": "http.response.start", "status": decision.status, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        assert decision.fault is not None
        if decision.fault.kind is FaultKind.DROP:
            connection.drop()
        elif decision.fault.kind is FaultKind.RESET:
            connection.reset()
        else:
            connection.send_and_drop(MALFORMED_ANSWER)
        await _until_closed(receive)


def _reason(status: int | None) -> str:
    try:
        return HTTPStatus(status).phrase if status is not None else ""
    except ValueError:
        return ""


async def _until_closed(receive: Receive) -> None:
    """Wait for the end of the connection: uvicorn takes a call that returns sooner for a mistake."""
    while (await receive())["type"] == "http.request":
        continue
