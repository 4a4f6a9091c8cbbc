"""What a receiver accepts and how it answers."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote, unquote

from drivers.receiver.faults import FaultPlan
from drivers.recording import Record

MAX_BODY_BYTES = 16 * 1024 * 1024
MAX_BODIES_BYTES = 256 * 1024 * 1024
MAX_CONNECTIONS = 256


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user and a password for Basic authentication (RFC 7617)."""

    user: str
    password: str = field(repr=False)

    def match(self, authorization: bytes) -> bool:
        """Tell whether the value of an Authorization header is these, in a time that tells nothing."""
        scheme, _, encoded = authorization.strip().partition(b" ")
        try:
            given = base64.b64decode(encoded.strip(), validate=True)
        except binascii.Error:
            return False
        expected = f"{self.user}:{self.password}".encode("utf-8", "surrogateescape")
        return hmac.compare_digest(given, expected) and scheme.lower() == b"basic"

    def userinfo(self) -> str:
        """Return them as they stand in a URL."""
        return ":".join(quote(part, safe="", errors="surrogateescape") for part in (self.user, self.password))


@dataclass(frozen=True, slots=True)
class ReceiverSettings:
    """Where to listen (port 0 for any free one), for what, and which faults to make.

    Without a ``path`` every path is accepted, without ``credentials`` everybody. ``limit`` is how
    many requests are accepted in all; a further one finds a closed connection. Bodies have at most
    ``max_body`` bytes, else the answer is 413; where those of all connections together have more than
    ``max_bodies`` it is 503.
    """

    bind: str = "127.0.0.1"
    port: int = 0
    path: str | None = None
    credentials: Credentials | None = None
    faults: FaultPlan = field(default_factory=FaultPlan)
    limit: int | None = None
    max_body: int = MAX_BODY_BYTES
    max_bodies: int = MAX_BODIES_BYTES
    max_connections: int = MAX_CONNECTIONS

    def takes(self, target: str) -> bool:
        """Tell whether a request's target has the path, percent-encoded or not."""
        path = target.partition("?")[0]
        return self.path is None or self.path in (path, unquote(path))


class Received(NamedTuple):
    """A request that came in; ``accepted`` unless it had the wrong path, credentials, size or form."""

    record: Record
    accepted: bool


Report = Callable[[Received], None]
"""Gets each request in the receiver's thread, before it is answered; must not raise."""
