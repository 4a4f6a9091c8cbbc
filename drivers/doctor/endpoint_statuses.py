"""What the status of an answer says about the PUT of a notification (RFC 9110 section 15)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from drivers.http import HttpResponse
from mailstore.links import LinkState

REALLY = "see what it says to a notification: pushnotif simulate message-new"
LOOK = "look at the log of the endpoint"


class Judgement(NamedTuple):
    """Whether the endpoint is well, why, and what to do."""

    state: LinkState
    meaning: str = ""
    remedy: tuple[str, ...] = ()


_FINE = Judgement(LinkState.OK)
_NOTHING_THERE = "nothing is known at this path"
_PATH = "correct the path of the URL"
_ELSEWHERE = Judgement(
    LinkState.BROKEN, _NOTHING_THERE, (_PATH, f"or {REALLY}, if it knows a path for PUT only")
)
_BUSY = Judgement(LinkState.BROKEN, "it is busy or down", ("start it, or see why it is overloaded", LOOK))
_EMPTY = Judgement(LinkState.OK, "it takes no request without a body, which is all right")
_GATEWAY = Judgement(
    LinkState.BROKEN,
    "the gateway in front of the endpoint gets no answer from it",
    ("start the endpoint behind the gateway", "look at the log of the gateway"),
)
_TO_OPTIONS: Mapping[int, Judgement] = {
    400: Judgement(
        LinkState.UNKNOWN, "it takes the request for a wrong one: one without a body may be", (REALLY,)
    ),
    404: _ELSEWHERE,
    405: Judgement(LinkState.OK, "it is there and takes no OPTIONS, which is all right"),
    410: _ELSEWHERE,
    411: _EMPTY,
    415: _EMPTY,
    422: _EMPTY,
    421: Judgement(LinkState.BROKEN, "it is no server for this host", ("correct the host of the URL",)),
    426: Judgement(LinkState.BROKEN, "it wants another protocol", ("see whether it wants TLS: https://",)),
    429: Judgement(LinkState.UNKNOWN, "it has got too many requests just now", ("try again later",)),
    501: Judgement(LinkState.OK, "it is there and knows no OPTIONS, which is all right"),
    502: _GATEWAY,
    503: _BUSY,
    504: _GATEWAY,
    505: Judgement(LinkState.BROKEN, "it doesn't take HTTP/1.1", ("put a proxy that does in front of it",)),
}
_CLASS_TO_OPTIONS: Mapping[int, Judgement] = {
    2: _FINE,
    3: Judgement(LinkState.BROKEN, "it sends elsewhere", ("write the URL that it leads to",)),
    4: Judgement(LinkState.UNKNOWN, "it doesn't like this request; a notification it may", (REALLY,)),
    5: Judgement(
        LinkState.BROKEN, "it fails", (LOOK, f"or {REALLY}, if only a request without a body fails")
    ),
}
_OTHER = Judgement(LinkState.BROKEN, "no final answer", (LOOK,))
_GONE = Judgement(LinkState.BROKEN, _NOTHING_THERE, (_PATH,))
_TO_PUT: Mapping[int, Judgement] = {
    404: _GONE,
    405: Judgement(LinkState.BROKEN, "it takes no PUT at this path", (_PATH,)),
    410: _GONE,
    413: Judgement(
        LinkState.BROKEN, "the notification is too large for it", ("let it take larger requests",)
    ),
    501: Judgement(LinkState.BROKEN, "it knows no PUT", (_PATH,)),
    502: _GATEWAY,
    503: _BUSY,
    504: _GATEWAY,
}
_CLASS_TO_PUT: Mapping[int, Judgement] = {
    2: _FINE,
    3: Judgement(
        LinkState.BROKEN,
        "it sends elsewhere, and Dovecot doesn't follow",
        ("write the URL that it leads to",),
    ),
    4: Judgement(LinkState.BROKEN, "it takes the notification for a wrong one", (LOOK,)),
    5: Judgement(LinkState.BROKEN, "it fails", (LOOK,)),
}
_NO_SUCCESS = Judgement(LinkState.BROKEN, "that is no success", (LOOK,))


def judged(response: HttpResponse) -> Judgement:
    """Judge an answer to OPTIONS that isn't about credentials."""
    allowed = [word.strip().upper() for value in response.all("Allow") for word in value.split(",")]
    if (response.status // 100 == 2 or response.status == 405) and allowed and "PUT" not in allowed:
        text = f"it says that it takes {', '.join(filter(None, allowed)) or 'nothing'} there, and no PUT"
        return Judgement(LinkState.BROKEN, text, (_PATH, f"or {REALLY}"))
    return _TO_OPTIONS.get(response.status) or _CLASS_TO_OPTIONS.get(response.status // 100, _OTHER)


def judged_notification(status: int) -> Judgement:
    """Judge an answer to a notification itself, which isn't about credentials."""
    return _TO_PUT.get(status) or _CLASS_TO_PUT.get(status // 100, _NO_SUCCESS)
