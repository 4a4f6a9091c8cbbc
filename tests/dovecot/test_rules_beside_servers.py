"""What the rules say about dicts of METADATA and about time limits of `ox` is what real servers do."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from tests.dovecot.harness.listener import HttpListener, Silence
from tests.dovecot.harness.pool import DovecotFactory

ENTRY = "/private/vendor/vendor.dovecot/http-notify"
PUSH = {"2.3": "push_notification_driver = dlog", "2.4": "push_notification dlog {\n}\n"}
RELATIVE = {"2.3": "file:attributes", "2.4": "dict file {\n  path = attributes\n}\n"}
PROXY = {"2.3": "proxy::nope", "2.4": "dict proxy {\n  name = nope\n}\n"}
SERVER = {
    "2.3": "dict {\n  other = file:@root@/other\n}\n",
    "2.4": "dict_server {\n  dict other {\n    driver = file\n    dict_file_path = @root@/other\n  }\n}\n",
}
LISTENER = "service dict {\n  unix_listener dict {\n    mode = 0666\n  }\n}\n"
ON = "imap_metadata = yes\n"
SLOW = {
    "2.3": "push_notification_driver = ox:url=%s max_retries=2 timeout_msecs=500",
    "2.4": "push_notification ox {\n  ox_url = %s\n  http_client_request_timeout = 500ms\n"
    "  http_client_request_max_attempts = 3\n}\n",
}
TWO = {
    "2.3": "push_notification_driver = ox:url=%s max_retries=0 timeout_msecs=500\n"
    "push_notification_driver2 = ox:url=%s max_retries=0 timeout_msecs=9000",
    "2.4": "push_notification ox {\n  ox_url = %s\n  http_client_request_timeout = 500ms\n}\n"
    "push_notification other {\n  driver = ox\n  ox_url = %s\n  http_client_request_timeout = 9s\n}\n",
}
MAIL = b"From: alice@example.org\nSubject: hi\n\nhi\n"


@pytest.fixture(params=["2.3", "2.4"])
def version(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def dovecot(version: str, request: pytest.FixtureRequest) -> DovecotFactory:
    factory: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    return factory


def log_of_refusal(dovecot: DovecotFactory, push: Mapping[str, str] | str, extra: str, name: str) -> str:
    """Return what the server logs when IMAP sets an entry and gets no."""
    server = dovecot(push, extra=extra, attribute_dict=name)
    (answer,) = server.imap(server.new_user(), [f'SETMETADATA "" ({ENTRY} "user=x")'])
    assert answer.status == "NO"
    return server.log()


def test_a_relative_path_is_one_that_users_may_not_write(dovecot: DovecotFactory, version: str) -> None:
    log = log_of_refusal(dovecot, PUSH[version], ON, RELATIVE[version])
    assert "file_dotlock_open(attributes) failed: Permission denied" in log


def test_the_dict_server_refuses_a_name_that_it_has_not(dovecot: DovecotFactory, version: str) -> None:
    log = log_of_refusal(dovecot, PUSH[version], ON + LISTENER + SERVER[version], PROXY[version])
    assert "nope" in log.partition("Error: conn unix:dict")[2].partition("\n")[0]


def seconds_of_delivery(dovecot: DovecotFactory, listener: HttpListener, push: str) -> float:
    """Return how long a delivery takes while the endpoint says nothing."""
    listener.answer_with(*[Silence()] * 6)
    server = dovecot(push.replace("%s", listener.url("/a"), 1).replace("%s", listener.url("/b")))
    user = server.new_user()
    server.doveadm_silently("mailbox", "metadata", "set", "-u", user, "-s", "", ENTRY, "user=x")
    start = time.monotonic()
    server.deliver_lmtp(user, MAIL)
    return time.monotonic() - start


def test_a_silent_endpoint_delays_a_delivery_by_every_attempt(
    dovecot: DovecotFactory, version: str, http_listener: HttpListener
) -> None:
    assert 1.4 < seconds_of_delivery(dovecot, http_listener, SLOW[version]) < 5


def test_the_second_ox_driver_has_the_time_limit_of_the_first(
    dovecot: DovecotFactory, version: str, http_listener: HttpListener
) -> None:
    assert seconds_of_delivery(dovecot, http_listener, TWO[version]) < 5
