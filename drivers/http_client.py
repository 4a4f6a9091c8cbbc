"""Dovecot's HTTP client as ``ox`` sees it: queues, attempts, and the texts of failures.

Source: lib-http of Dovecot 2.3.19.1 and 2.4.1, seen with running servers.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from drivers.clock import Clock
from drivers.http import HttpRequest, Transport
from drivers.http_queue import HttpQueue, HttpResult, Progress, server_of
from drivers.http_settings import HttpSettings

Callback = Callable[[HttpResult], None]


@dataclass(frozen=True, slots=True)
class _Waiting:
    progress: Progress
    callback: Callback


class HttpClient:
    """Sends queued requests: those to one server one after the other, those to several at the same time."""

    def __init__(self, transport: Transport, clock: Clock, settings: HttpSettings) -> None:
        self._transport = transport
        self._clock = clock
        self.settings = settings
        self._waiting: list[_Waiting] = []

    def submit(self, request: HttpRequest, callback: Callback) -> None:
        """Queue a request; ``callback`` gets its result during :meth:`wait`."""
        progress = Progress(request, self._clock.monotonic(), self.settings)
        self._waiting.append(_Waiting(progress, callback))

    def wait(self) -> None:
        """Send everything that is queued; results come in the order in which they are known."""
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            queues: dict[tuple[str, int, str], HttpQueue] = {}
            callbacks: dict[int, Callback] = {}
            for entry in waiting:
                key = server_of(entry.progress.request)
                line = queues.setdefault(key, HttpQueue(self._transport, self._clock, self.settings))
                line.add(entry.progress)
                callbacks[id(entry.progress)] = entry.callback
            if len(queues) == 1 or not self._transport.concurrent:
                _run_in_turn(queues.values(), callbacks)
            else:
                _run_together(queues.values(), callbacks)


def _run_in_turn(queues: Iterable[HttpQueue], callbacks: Mapping[int, Callback]) -> None:
    def done(progress: Progress, result: HttpResult) -> None:
        callbacks[id(progress)](result)

    for line in queues:
        line.run(done)


def _run_together(queues: Collection[HttpQueue], callbacks: Mapping[int, Callback]) -> None:
    """Run several queues at the same time; callbacks are called here, one after the other."""
    done: queue.SimpleQueue[tuple[Progress, HttpResult] | BaseException | None] = queue.SimpleQueue()

    def run(line: HttpQueue) -> None:
        try:
            line.run(lambda progress, result: done.put((progress, result)))
        except BaseException as error:  # noqa: BLE001 - it is raised again where the queues are waited for
            done.put(error)
        done.put(None)

    for line in queues:
        threading.Thread(target=run, args=(line,), daemon=True).start()
    ended = 0
    while ended < len(queues):
        item = done.get()
        if item is None:
            ended += 1
        elif isinstance(item, BaseException):
            raise item
        else:
            progress, result = item
            callbacks[id(progress)](result)
