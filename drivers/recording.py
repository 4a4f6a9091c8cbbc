"""Requests that went over the wire, as lines of JSON that receivers and senders have in common.

The format is described by docs/schemas/record.schema.json: one object a line, UTF-8, each with the
version of the format. Passwords and tokens are left out unless they are asked for.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from drivers.secrets import hide_in_headers, hide_in_target

FORMAT_VERSION = 1

Headers = tuple[tuple[str, str], ...]

_NO_CONTEXT: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """What a request was answered.

    ``status`` is None when no HTTP answer came. ``fault`` names what a receiver did wrong on purpose,
    ``error`` says in words what went wrong otherwise. ``elapsed`` is the time in seconds from the
    request's head to the answer.
    """

    status: int | None = None
    reason: str = ""
    fault: str | None = None
    error: str = ""
    elapsed: float = 0.0


@dataclass(frozen=True, slots=True)
class Record:
    """One request and its answer; ``answer`` is None for a request that was never sent.

    ``source`` is the command that saw it, ``time`` its time in seconds since 1970, ``origin`` the
    server's scheme, address and port as in a URL, ``peer`` the other end. ``target`` is path and
    query as in the request line. ``context`` is whatever else the source knows: values of JSON.
    """

    source: str
    time: float
    origin: str
    method: str
    target: str
    headers: Headers
    body: bytes
    answer: RecordedAnswer | None
    peer: str = ""
    context: Mapping[str, object] = field(default_factory=lambda: _NO_CONTEXT)

    def to_line(self, *, show_secrets: bool = False) -> str:
        """Return the record as one line of JSON, without a line end."""
        visible = self if show_secrets else self.without_secrets()
        body, encoding = _body_text(visible.body)
        document = {
            "version": FORMAT_VERSION,
            "source": visible.source,
            "time": rfc3339(visible.time),
            "origin": visible.origin,
            "peer": visible.peer,
            "method": visible.method,
            "target": visible.target,
            "headers": [list(header) for header in visible.headers],
            "body": body,
            "body_encoding": encoding,
            "answer": visible.answer and _answer(visible.answer),
            "context": dict(visible.context),
        }
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))

    def without_secrets(self) -> Record:
        """Return the record with ``<hidden>`` for values of headers and parameters that name secrets."""
        return Record(
            self.source,
            self.time,
            self.origin,
            self.method,
            hide_in_target(self.target),
            hide_in_headers(self.headers),
            self.body,
            self.answer,
            self.peer,
            self.context,
        )


def rfc3339(time: float) -> str:
    """Return seconds since 1970 as a UTC time with milliseconds (RFC 3339)."""
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def header_text(raw: bytes) -> str:
    """Return the bytes of a header as text: UTF-8, or Latin-1 when they are not."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _body_text(body: bytes) -> tuple[str, str]:
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii"), "base64"


def _answer(answer: RecordedAnswer) -> dict[str, object]:
    return {
        "status": answer.status,
        "reason": answer.reason,
        "fault": answer.fault,
        "error": answer.error,
        "elapsed_ms": round(answer.elapsed * 1000, 1),
    }
