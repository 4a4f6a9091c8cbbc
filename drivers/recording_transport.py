"""A transport that writes down every attempt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock

from drivers.clock import Clock
from drivers.http import Attempt, HttpRequest, HttpResponse, Transport, TransportError
from drivers.recording import Record, RecordedAnswer


class RecordingTransport:
    """Sends through another transport, and gives ``write`` a record of each attempt when it has ended.

    ``context`` is what the records say of where the request comes from. Raises what ``write`` raises.
    """

    def __init__(
        self,
        transport: Transport,
        write: Callable[[Record], object],
        clock: Clock,
        context: Mapping[str, object],
    ) -> None:
        self._transport = transport
        self._write = write
        self._clock = clock
        self._context = context
        self._lock = Lock()

    @property
    def concurrent(self) -> bool:
        """Whether several threads may send at the same time."""
        return self._transport.concurrent

    def close(self) -> None:
        """End all connections of the other transport."""
        self._transport.close()

    def send(self, request: HttpRequest, attempt: Attempt, /) -> HttpResponse | None:
        """Make one attempt. Raises TransportError."""
        now, began = self._clock.now(), self._clock.monotonic()
        try:
            response = self._transport.send(request, attempt)
        except TransportError as error:
            elapsed = self._clock.monotonic() - began
            self._record(now, request, RecordedAnswer(error=str(error), elapsed=elapsed))
            raise
        answer = None
        if response is not None:
            elapsed = self._clock.monotonic() - began
            answer = RecordedAnswer(response.status, response.reason, elapsed=elapsed)
        self._record(now, request, answer)
        return response

    def _record(self, now: float, request: HttpRequest, answer: RecordedAnswer | None) -> None:
        url = request.url
        origin = f"{url.scheme}://{url.host}:{url.connect_port}"
        record = Record(
            "simulate",
            now,
            origin,
            request.method,
            url.target,
            request.headers,
            request.body,
            answer,
            context=self._context,
        )
        with self._lock:
            self._write(record)
