"""What the status of an answer to OPTIONS says about the PUT of a notification (RFC 9110 section 15)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from drivers.http import HttpResponse
from mailstore.links import LinkState

REALLY = "see what it says to a notification: pushnotif simulate message-new"
_LOOK = "look at the log of the endpoint"


class Verdict(NamedTuple):
    """Whether the endpoint is well, why, and what to do."""

    state: LinkState
    meaning: str = ""
    remedy: tuple[str, ...] = ()


_FINE = Verdict(LinkState.OK)
_ELSEWHERE = Verdict(
    LinkState.BROKEN,
    "nothing is known at this path",
    ("correct the path of the URL", f"or {REALLY}, if it knows a path for PUT only"),
)
_EMPTY = Verdict(LinkState.OK, "it takes no request without a body, which is all right")
_GATEWAY = Verdict(
    LinkState.BROKEN,
    "the gateway in front of the endpoint gets no answer from it",
    ("start the endpoint behind the gateway", "look at the log of the gateway"),
)
_BY_STATUS: Mapping[int, Verdict] = {
    400: Verdict(
        LinkState.UNKNOWN, "it takes the request for a wrong one: one without a body may be", (REALLY,)
    ),
    404: _ELSEWHERE,
    405: Verdict(LinkState.OK, "it is there and takes no OPTIONS, which is all right"),
    410: _ELSEWHERE,
    411: _EMPTY,
    415: _EMPTY,
    422: _EMPTY,
    421: Verdict(LinkState.BROKEN, "it is no server for this host", ("correct the host of the URL",)),
    426: Verdict(LinkState.BROKEN, "it wants another protocol", ("see whether it wants TLS: https://",)),
    429: Verdict(LinkState.UNKNOWN, "it has got too many requests just now", ("try again later",)),
    501: Verdict(LinkState.OK, "it is there and knows no OPTIONS, which is all right"),
    502: _GATEWAY,
    503: Verdict(LinkState.BROKEN, "it is busy or down", ("start it, or see why it is overloaded", _LOOK)),
    504: _GATEWAY,
    505: Verdict(LinkState.BROKEN, "it doesn't take HTTP/1.1", ("put a proxy that does in front of it",)),
}
_BY_CLASS: Mapping[int, Verdict] = {
    2: _FINE,
    3: Verdict(LinkState.BROKEN, "it sends elsewhere", ("write the URL that it leads to",)),
    4: Verdict(LinkState.UNKNOWN, "it doesn't like this request; a notification it may", (REALLY,)),
    5: Verdict(LinkState.BROKEN, "it fails", (_LOOK, f"or {REALLY}, if only a request without a body fails")),
}
_OTHER = Verdict(LinkState.BROKEN, "no final answer", (_LOOK,))


def judged(response: HttpResponse) -> Verdict:
    """Judge an answer that isn't about credentials."""
    allowed = [word.strip().upper() for value in response.all("Allow") for word in value.split(",")]
    if (response.status // 100 == 2 or response.status == 405) and allowed and "PUT" not in allowed:
        text = f"it says that it takes {', '.join(filter(None, allowed)) or 'nothing'} there, and no PUT"
        return Verdict(LinkState.BROKEN, text, ("correct the path of the URL", f"or {REALLY}"))
    return _BY_STATUS.get(response.status) or _BY_CLASS.get(response.status // 100, _OTHER)
