"""The endpoint of an HTTP driver, link by link: from the text of its URL to the time of its answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from drivers.doctor import endpoint_url
from drivers.doctor.endpoint_target import Destination, Network, Target, destination_of
from mailstore.links import Link, LinkState

if TYPE_CHECKING:
    from dovecot_conf.http_url import HttpUrl
    from drivers.doctor.endpoint_connection import Dialler, Try
    from drivers.doctor.endpoint_request import Answers

NAMES = ("url", "name", "port", "tls", "authentication", "answer", "latency")
"""The links in their order."""


def check_endpoint(target: Target, network: Network | None) -> tuple[Link, ...]:
    """Follow the way of a notification to its endpoint; return one link for each of ``NAMES``.

    Behind a link that is broken, or that nothing can be said of, nothing is looked at: the rest is skipped.
    Without a network only the URL is. No secret of the URL is in what is returned.
    """
    found = tuple(_links(target, network))
    why = _why_skipped(found[-1], network)
    return (*found, *(Link(name, LinkState.SKIPPED, why) for name in NAMES[len(found) :]))


def _why_skipped(last: Link, network: Network | None) -> str:
    if network is None and last.is_ok:
        return "the network is left out"
    return f"{last.name} is {last.state}"


def _links(target: Target, network: Network | None) -> Iterator[Link]:
    link, url = endpoint_url.check_url(target)
    yield link
    if url is None or network is None:
        return
    yield from _way(target, url, network)


def _way(target: Target, url: HttpUrl, network: Network) -> Iterator[Link]:
    """Go there; a link that is broken ends it."""
    # Heavy, and not needed offline.
    from drivers.doctor.endpoint_connection import Dialler  # noqa: PLC0415
    from drivers.doctor.endpoint_name import check_name  # noqa: PLC0415
    from drivers.doctor.endpoint_port import check_port  # noqa: PLC0415
    from drivers.doctor.endpoint_tls import check_tls  # noqa: PLC0415

    destination = destination_of(url, target.settings)
    link, addresses = check_name(target, destination, network)
    yield link
    if not link.is_ok:
        return
    dialler = Dialler(target, destination, network)
    attempts = dialler.dial(addresses)
    link = check_port(target, destination, attempts)
    yield link
    if not link.is_ok:
        return
    if destination.is_proxy and url.scheme == "https" and target.settings.proxy_tunnels:
        seen = "pushnotif can't go through the tunnel of a proxy"
        yield Link("tls", LinkState.UNKNOWN, seen, ("see what Dovecot logs when a mail is delivered",))
        attempts.close()
        return
    link = check_tls(target, destination, attempts, dialler, network.clock.now())
    if attempts.open is None or link.state is LinkState.BROKEN:
        attempts.close()
        yield link
        return
    yield from _asked(_Visit(target, url, network, destination, dialler, attempts.open), link)


class _Visit(NamedTuple):
    """An endpoint that is connected to."""

    target: Target
    url: HttpUrl
    network: Network
    destination: Destination
    dialler: Dialler
    opened: Try


def _asked(visit: _Visit, tls: Link) -> Iterator[Link]:
    """Ask what changes nothing; ``tls`` is the link of TLS, unless the answer shows that it is wrong."""
    from drivers.doctor.endpoint_answer import check_answer, check_authentication  # noqa: PLC0415
    from drivers.doctor.endpoint_latency import check_latency  # noqa: PLC0415
    from drivers.doctor.endpoint_other import wants_tls  # noqa: PLC0415
    from drivers.doctor.endpoint_request import Asker, waiting  # noqa: PLC0415

    target, destination, opened = visit.target, visit.destination, visit.opened
    answers = Asker(target, visit.url, visit.network, opened).ask()
    end = time.monotonic() + visit.dialler.wait
    connector = visit.dialler.connector
    if destination.tls_name is None and wants_tls(connector, opened.peer, visit.url.address, answers, end):
        text = f"{opened.peer.name} speaks TLS, and the URL is http"
        yield Link("tls", LinkState.BROKEN, text, ("begin the URL with https://",), _told(target, answers))
        return
    yield tls
    link = check_authentication(target, visit.url, answers)
    yield link
    if link.state is LinkState.BROKEN:
        return
    link = check_answer(target, destination, answers, waiting(target, visit.network))
    yield link
    if link.state is not LinkState.BROKEN:
        yield check_latency(target, opened, answers.seconds)


def _told(target: Target, answers: Answers) -> tuple[str, ...]:
    return target.logged(answers.options.message)
