"""Where plugins have to be loaded: what the rules about it claim, beside running servers."""

from __future__ import annotations

import pytest

from dovecot_conf import Version, loads
from dovecot_conf.lint import RULES, Catalogue, Layer, Selection, lint
from tests.dovecot.harness.listener import HttpListener
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot

ENTRY = "/private/vendor/vendor.dovecot/http-notify"
MAIL = b"From: alice@example.org\r\nSubject: hi\r\n\r\nhi\r\n"
OX = {
    "2.3": "push_notification_driver = ox:url=%s",
    "2.4": "push_notification ox {\n  url = %s\n}\n",
}
LOADING = "protocol %s {\n  mail_plugins = notify push_notification\n}\n"


def start(dovecot: DovecotFactory, version: str, listener: HttpListener, protocol: str) -> Dovecot:
    return dovecot(OX[version] % listener.url("/notify"), plugins=None, extra=LOADING % protocol)


@pytest.fixture(params=["2.3", "2.4"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(version: str, request: pytest.FixtureRequest) -> DovecotFactory:
    factory: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    return factory


def codes(server: Dovecot, version: str) -> set[str]:
    configuration = loads(server.config_file.read_bytes(), version=Version(version))
    catalogue = Catalogue(RULES)
    wanted = Selection.of(catalogue, [Layer(("PN217",))])
    return {item.code for item in lint(configuration, catalogue, selection=wanted)}


@pytest.mark.parametrize(("protocol", "requests"), [("imap", 0), ("lmtp", 1)])
def test_ox_hears_of_deliveries_only_where_they_happen(
    protocol: str, requests: int, version: str, server: DovecotFactory, http_listener: HttpListener
) -> None:
    running = start(server, version, http_listener, protocol)
    user = running.new_user()
    running.set_metadata(user, ENTRY, f"user={user}")
    (appended,) = running.imap(user, [("APPEND INBOX ", MAIL)])
    assert appended.status == "OK"
    assert running.deliver_lmtp(user, MAIL)[0].startswith("250 ")
    http_listener.wait_for(requests)
    assert len(http_listener.requests) == requests
    assert codes(running, version) == ({"PN217"} if requests == 0 else set())
