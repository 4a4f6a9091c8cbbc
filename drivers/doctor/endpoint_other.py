"""What a server speaks that doesn't speak what the URL says."""

from __future__ import annotations

import time

import httpcore

from drivers.doctor.endpoint_request import Answers
from drivers.http import ConnectFailedError
from drivers.http_answer import sanitized
from drivers.http_connector import Connector, Peer

_WAIT = 2.0
_FEW = 64
_BAD_REQUEST = 400


def other_protocol(connector: Connector, peer: Peer, end: float) -> str:
    """Ask a server in plain HTTP who doesn't speak TLS; return what it speaks, '' if it says nothing.

    Nothing of the URL but the host is sent: what else is in it may be secret.
    """
    request = f"OPTIONS * HTTP/1.1\r\nHost: {peer.tls_name}\r\nConnection: close\r\n\r\n"
    end = min(end, time.monotonic() + _WAIT)
    try:
        stream = connector.open(peer, end)
    except ConnectFailedError:
        return ""
    try:
        stream.write(request.encode("ascii", "ignore"), timeout=_WAIT)
        data = stream.read(_FEW, timeout=_WAIT)
    except (httpcore.NetworkError, httpcore.TimeoutException):
        return ""
    finally:
        stream.close()
    if data.startswith(b"HTTP/"):
        return "plain HTTP"
    # An alert of TLS, or nothing: it may speak TLS after all.
    return f"something else ({sanitized(data)})" if data and data[0] not in range(0x14, 0x19) else ""


def wants_tls(connector: Connector, peer: Peer, host: str, answers: Answers, end: float) -> bool:
    """Tell whether a server that gave no good answer in plain HTTP speaks TLS on that port."""
    if answers.first is not None and answers.first.status != _BAD_REQUEST:
        return False
    secure = peer._replace(tls_name=host)
    return bool(connector.certificates(secure, min(end, time.monotonic() + _WAIT)))
