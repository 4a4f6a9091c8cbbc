"""Running servers that tests share: the same setup gives the same server again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Protocol

from .installations import Installation
from .server import Dovecot
from .setups import PLUGINS, Setup

MOST_SERVERS = 6


class DovecotFactory(Protocol):
    """What the fixtures ``dovecot23`` and ``dovecot24`` are: a call gives a running server."""

    def __call__(
        self,
        push: str | Mapping[str, str] = "",
        *,
        extra: str = "",
        base: str = "",
        plugins: tuple[str, ...] | None = PLUGINS,
        files: Mapping[str, str] | None = None,
        attribute_dict: str | None = "",
        userdb: str = "",
    ) -> Dovecot: ...


class Pool:
    """The running servers of one installation, the least recently used one stopped when too many."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self._running: OrderedDict[Setup, Dovecot] = OrderedDict()
        self._ending: list[Dovecot] = []

    def get(self, setup: Setup) -> Dovecot:
        """Return a running server with this setup, its log forgotten."""
        server = self._running.pop(setup, None)
        if server is None or not server.is_up:
            server = Dovecot(self.installation, setup)
        self._running[setup] = server
        server.forget_log()
        while len(self._running) > MOST_SERVERS:
            _, oldest = self._running.popitem(last=False)
            oldest.terminate()
            self._ending.append(oldest)
        return server

    def close(self) -> None:
        """Stop every server."""
        servers = [*self._ending, *self._running.values()]
        for server in servers:
            server.terminate()
        for server in servers:
            server.stop()
