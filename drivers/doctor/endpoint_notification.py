"""What the answer to a notification that was really sent changes in the links of its endpoint."""

from __future__ import annotations

from dovecot_conf.http_url import parse_http_url
from drivers.doctor.endpoint_answer import ANSWER, AUTHENTICATION, why_refused
from drivers.doctor.endpoint_request import REFUSALS
from drivers.doctor.endpoint_statuses import judged_notification
from drivers.doctor.endpoint_target import Target
from drivers.http import HttpResponse
from mailstore.links import Link, LinkState


def after_notification(target: Target, links: tuple[Link, ...], status: int, reason: str) -> tuple[Link, ...]:
    """Return the links of an endpoint with what the answer to a real notification shows.

    It decides where a harmless request left a doubt: some endpoints look at PUT alone. ``links`` are those of
    :func:`~drivers.doctor.endpoint.check_endpoint`, ``status`` and ``reason`` those of the last answer.
    """
    response = HttpResponse(status, reason)
    if status in REFUSALS:
        seen, remedy = why_refused(target, parse_http_url(target.url, target.version), response)
        notes = target.logged(f"{status} {reason}")
        broken = Link(AUTHENTICATION, LinkState.BROKEN, seen, remedy, notes)
        return _replaced(links, broken, skips=f"{AUTHENTICATION} is {LinkState.BROKEN}")
    said = f"{status} {reason}".rstrip() + " to a notification"
    found = judged_notification(status)
    if found.state is LinkState.OK:
        return _replaced(links, Link(ANSWER, LinkState.OK, said))
    notes = target.logged(f"{status} {reason}")
    broken = Link(ANSWER, LinkState.BROKEN, f"{said}: {found.meaning}", found.remedy, notes)
    return _replaced(links, broken, skips=f"{ANSWER} is {LinkState.BROKEN}")


def _replaced(links: tuple[Link, ...], new: Link, skips: str = "") -> tuple[Link, ...]:
    """Put a link in the place of the one of its name, and skip those behind it if ``skips`` says why."""
    result: list[Link] = []
    behind = False
    for link in links:
        if link.name == new.name:
            result.append(new)
            behind = True
        elif behind and skips:
            result.append(Link(link.name, LinkState.SKIPPED, skips))
        elif link.name == AUTHENTICATION and new.name == ANSWER and link.state is LinkState.BROKEN:
            result.append(Link(AUTHENTICATION, LinkState.OK, "the notification was not refused"))
        elif behind and link.state is LinkState.SKIPPED:
            result.append(link._replace(seen="it wasn't measured"))
        else:
            result.append(link)
    return tuple(result)
