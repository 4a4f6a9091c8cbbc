"""Where a harmless request leaves a doubt, the notification that is really sent decides."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace

import pytest

from dovecot_conf import Version
from drivers.doctor import Diagnosis, Reach, diagnose
from drivers.doctor.endpoint_target import Network
from drivers.http_transport import HttpcoreTransport
from mailstore.links import LinkState
from tests.dovecot.endpoints import behaving
from tests.drivers.doctor.conftest import MakeSite
from tests.drivers.doctor.patients import OX, Site, link


def by_method(put: str, others: str) -> Callable[[socket.socket], None]:
    """Answer a notification in one way, and whatever else in another."""

    def behave(connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                return
            head += piece
        status = put if head.startswith(b"PUT ") else others
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())

    return behave


def walked(found: Site, url: str) -> Diagnosis:
    found.drivers = (f"ox {url}",)
    transport = HttpcoreTransport()
    try:
        patient = found.patient("lmtp")
        return diagnose(replace(patient, network=transport, probe=Network(patience=5)))
    finally:
        transport.close()


def endpoint(diagnosis: Diagnosis, version: Version, name: str) -> tuple[LinkState, str]:
    found = link(diagnosis, "lmtp", "drivers", OX[version], name)
    return found.state, found.seen


def test_an_endpoint_that_knows_the_path_for_notifications_only_is_fine(site: MakeSite) -> None:
    found = site()
    with behaving(by_method("200 OK", "404 Not Found")) as url:
        diagnosis = walked(found, url)
    assert diagnosis.verdict.reach is Reach.NOTIFIED
    assert endpoint(diagnosis, found.version, "answer") == (LinkState.OK, "200 OK to a notification")


def test_an_endpoint_that_refuses_nothing_but_notifications_stops_at_its_authentication(
    site: MakeSite,
) -> None:
    found = site()
    with behaving(by_method("401 Unauthorized", "200 OK")) as url:
        diagnosis = walked(found, url)
    assert diagnosis.verdict.stops_at == ("lmtp", "drivers", OX[found.version], "authentication")
    assert endpoint(diagnosis, found.version, "answer")[0] is LinkState.SKIPPED


@pytest.mark.parametrize("status", ["404 Not Found", "500 Internal Server Error"])
def test_an_endpoint_that_fails_at_notifications_stops_at_its_answer(site: MakeSite, status: str) -> None:
    found = site()
    with behaving(by_method(status, "200 OK")) as url:
        diagnosis = walked(found, url)
    assert diagnosis.verdict.stops_at == ("lmtp", "drivers", OX[found.version], "answer")
    assert endpoint(diagnosis, found.version, "answer")[1].startswith(f"{status} to a notification: ")
