"""The harness itself: a mail goes in, log lines and requests come out, of both versions."""

from __future__ import annotations

import socket

import pytest

from tests.dovecot.harness.listener import Answer, Hangup, HttpListener, Raw
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot

HTTP_NOTIFY = "/private/vendor/vendor.dovecot/http-notify"
MESSAGE = b"From: Alice <alice@example.com>\r\nSubject: one\r\n two\r\n\r\nHello Bob\r\n"
BODY = (
    '{"user":"%s","event":"messageNew","folder":"INBOX","imap-uidvalidity":1700000000,"imap-uid":%d,'
    '"from":"Alice <alice@example.com>","subject":"one\\n two","snippet":"Hello Bob","unseen":%d}'
)

DLOG = {"2.3": "push_notification_driver = dlog", "2.4": "push_notification dlog {\n}\n"}
DLOG_AND_OX = {
    "2.3": DLOG["2.3"] + "\npush_notification_driver2 = ox:url=%s",
    "2.4": DLOG["2.4"] + "push_notification ox {\n  url = %s\n}\n",
}


@pytest.fixture(params=["2.3", "2.4"])
def version(request: pytest.FixtureRequest) -> str:
    version: str = request.param
    return version


@pytest.fixture
def start(version: str, request: pytest.FixtureRequest) -> DovecotFactory:
    factory: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    return factory


def switched_on_user(server: Dovecot) -> str:
    user = server.new_user()
    server.set_uidvalidity(user, 1700000000)
    server.set_metadata(user, HTTP_NOTIFY, f"user={user}")
    return user


def test_a_delivery_by_lmtp_shows_the_lines_of_dlog(version: str, start: DovecotFactory) -> None:
    server = start(DLOG[version])
    user = server.new_user()
    server.set_uidvalidity(user, 1700000000)
    assert [reply[:3] for reply in server.deliver_lmtp(user, MESSAGE)] == ["250"]
    place = {"2.3": "", "2.4": "Mailbox INBOX: dlog: "}[version]
    log = server.push_log()
    assert sum("Called init push_notification plugin hook." in line for line in log) == 2
    begin = log.index(f"Debug: {place}Called begin_txn push_notification plugin hook.")
    assert log[begin + 1 : begin + 5] == [
        f"Debug: {place}Called process_msg push_notification plugin hook.",
        f"Debug: {place}Message data: Mailbox [INBOX], UID [1], UIDVALIDITY [1700000000]",
        f"Debug: {place}Called end_txn push_notification plugin hook.",
        "Debug: push-notification: Push notification transaction completed",
    ]
    assert log[-1] == "Debug: Called cleanup push_notification plugin hook."


def test_a_switched_on_user_gets_a_request_from_ox(
    version: str, start: DovecotFactory, http_listener: HttpListener
) -> None:
    server = start(DLOG_AND_OX[version] % http_listener.url("/notify", "login:pass"))
    user = switched_on_user(server)
    server.deliver_lmtp(user, MESSAGE)
    (request,) = http_listener.wait_for(1)
    assert (request.method, request.target, request.version) == ("PUT", "/notify", "HTTP/1.1")
    names = [name for name, _ in request.headers]
    assert names == ["Host", "Date", "Authorization", "Content-Length", "Connection", "Content-Type"]
    assert request.body.decode() == BODY % (user, 1, 1)
    assert request.raw.startswith(
        f"PUT /notify HTTP/1.1\r\nHost: 127.0.0.1:{http_listener.port}\r\n".encode()
    )
    assert server.push_log().count("Debug: push-notification-ox: Notification sent successfully: 200 OK") == 1


def test_lda_delivers_and_shows_its_lines(
    version: str, start: DovecotFactory, http_listener: HttpListener
) -> None:
    server = start(DLOG_AND_OX[version] % http_listener.url("/notify", "login:pass"))
    user = switched_on_user(server)
    server.save_silently(user, "INBOX", MESSAGE)
    server.forget_log()
    assert server.deliver_lda(user, MESSAGE).exit_code == 0
    assert [request.body.decode() for request in http_listener.wait_for(1)] == [BODY % (user, 2, 2)]
    assert "Debug: push-notification: Push notification transaction completed" in server.push_log()


def test_a_value_with_a_line_break_is_one_log_line_in_23(
    dovecot23: DovecotFactory, http_listener: HttpListener
) -> None:
    server = dovecot23(DLOG_AND_OX["2.3"] % http_listener.url("/notify", "login:pass"))
    user = switched_on_user(server)
    server.deliver_lmtp(user, MESSAGE)
    server.deliver_lda(user, MESSAGE)
    assert server.push_log().count("Debug: MessageNew: Subject [one\n two]") == 2


def test_imap_commands_and_literals_are_answered(version: str, start: DovecotFactory) -> None:
    server = start(DLOG[version])
    user = server.new_user()
    server.create_mailbox(user, "INBOX")
    appended, selected, fetched = server.imap(
        user,
        [
            ("APPEND INBOX (\\Flagged)", MESSAGE),
            "SELECT INBOX",
            "UID FETCH 1 BODY.PEEK[HEADER.FIELDS (FROM)]",
        ],
    )
    assert [appended.status, selected.status, fetched.status] == ["OK", "OK", "OK"]
    assert b"From: Alice <alice@example.com>\r\n" in fetched.untagged[0]
    log = server.push_log()
    assert log[-1] == "Debug: Called cleanup push_notification plugin hook."
    assert sum("Called begin_txn" in line for line in log) == 1


def test_an_unknown_imap_command_is_no_success(version: str, start: DovecotFactory) -> None:
    server = start(DLOG[version])
    (response,) = server.imap(server.new_user(), ["XYZZY"])
    assert response.status == "BAD"


def test_doveadm_gives_its_output_and_exit_code(version: str, start: DovecotFactory) -> None:
    server = start(DLOG[version])
    user = server.new_user()
    assert (
        server.doveadm("mailbox", "metadata", "set", "-u", user, "INBOX", "/private/comment", "hi").exit_code
        == 0
    )
    assert (
        server.doveadm("mailbox", "metadata", "get", "-u", user, "INBOX", "/private/comment").stdout == "hi\n"
    )
    key, value, end = server.dict_file(user).read_text().split("\n")
    assert key.startswith("priv/")
    assert key.endswith("/comment")
    assert (value, end) == ("hi", "")
    missing = server.doveadm("mailbox", "metadata", "get", "-u", user, "Nowhere", "/private/comment")
    assert missing.exit_code == 68
    assert "Mailbox doesn't exist: Nowhere" in missing.stderr


def test_silent_steps_raise_no_events(version: str, start: DovecotFactory) -> None:
    server = start(DLOG[version])
    user = server.new_user()
    server.create_mailbox(user, "Work")
    server.save_silently(user, "Work", MESSAGE)
    assert server.push_log() == []
    assert [path.name for path in server.mail_dir(user).iterdir() if path.name == ".Work"] == [".Work"]
    loud = server.doveadm("-D", "save", "-u", user, "-m", "Work", stdin=MESSAGE)
    assert "Called begin_txn push_notification plugin hook." in loud.stderr


def test_several_recipients_get_one_answer_each(version: str, start: DovecotFactory) -> None:
    server = start(DLOG[version])
    users = [server.new_user(), server.new_user()]
    assert [reply[:3] for reply in server.deliver_lmtp(users, MESSAGE)] == ["250", "250"]
    assert sum("Message data:" in line for line in server.push_log()) == 2


def test_the_same_setup_gives_the_same_server_with_a_fresh_log(version: str, start: DovecotFactory) -> None:
    first = start(DLOG[version])
    first.deliver_lmtp(first.new_user(), MESSAGE)
    assert first.push_log() != []
    second = start(DLOG[version])
    assert second is first
    assert second.push_log() == []


def test_a_script_beside_the_configuration_is_found(dovecot23: DovecotFactory) -> None:
    script = (
        "function dovecot_lua_notify_begin_txn(user) return user.username end\n"
        "function dovecot_lua_notify_event_message_new(ctx, event) end\n"
        "function dovecot_lua_notify_end_txn(ctx, success) end\n"
    )
    server = dovecot23(
        "push_notification_driver = lua:file=@root@/push.lua",
        plugins=("notify", "push_notification", "mail_lua", "push_notification_lua"),
        files={"push.lua": script},
    )
    user = server.new_user()
    server.deliver_lmtp(user, MESSAGE)
    assert f"Debug: lua: Calling dovecot_lua_notify_begin_txn({user})" in server.push_log()


def test_the_listener_answers_as_it_is_told(http_listener: HttpListener) -> None:
    http_listener.answer_with(
        Answer(503, "Busy", (("Retry-After", "1"),), b"later"), Hangup(), Raw(b"garbage\r\n")
    )
    request = b"PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
    answers = [exchange(http_listener.port, request) for _ in range(4)]
    assert answers == [
        b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 5\r\n\r\nlater",
        b"",
        b"garbage\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ]
    assert [(one.raw, one.body, one.header("host")) for one in http_listener.requests] == [
        (request, b"hi", "x")
    ] * 4


def exchange(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))
