"""The proxy dict beside doveadm, both asking a real dict server: sqlite behind 2.3's, a file behind 2.4's."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from dovecot_conf.errors import DictError
from dovecot_conf.versions import Version
from mailstore.dict_protocol import MAX_LINE, dialects
from mailstore.dict_proxy import ProxyDict
from tests.dovecot.dict_sides import (
    AWKWARD,
    HTTP_NOTIFY,
    MESSAGE,
    OTHER_NAME,
    OTHER_SOCKET,
    Both,
    Outcome,
    both_sides,
)
from tests.dovecot.harness.listener import HttpListener
from tests.dovecot.harness.pool import DovecotFactory


@pytest.fixture(params=["2.3", "2.4"])
def both(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    http_listener: HttpListener,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Both:
    version = str(request.param)
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    return both_sides(version, start, tmp_path, http_listener.url("/notify"), capfdbinary)


def test_doveadm_reads_what_pushnotif_set(both: Both) -> None:
    user = both.new_user()
    assert both.ours("set", "-u", user, "-s", "", HTTP_NOTIFY, AWKWARD) == Outcome("", "", 0)
    assert both.ours("set", "-u", user, "INBOX", "/shared/Comment", "all") == Outcome("", "", 0)
    assert both.theirs("get", "-u", user, "-s", "", HTTP_NOTIFY) == Outcome(AWKWARD + "\n", "", 0)
    assert both.theirs("get", "-u", user, "inbox", "/shared/comment") == Outcome("all\n", "", 0)


def test_pushnotif_reads_what_doveadm_set(both: Both) -> None:
    user = both.new_user()
    both.theirs("set", "-u", user, "-s", "", HTTP_NOTIFY, AWKWARD)
    both.theirs("set", "-u", user, "INBOX", "/private/Vendor/X", "")
    assert both.ours("get", "-u", user, "-s", "", HTTP_NOTIFY) == Outcome(AWKWARD + "\n", "", 0)
    assert both.ours("get", "-u", user, "INBOX", "/private/vendor/x") == Outcome("\n", "", 0)


def test_unset_removes_for_both(both: Both) -> None:
    user = both.new_user()
    both.theirs("set", "-u", user, "INBOX", "/private/a", "1")
    both.ours("set", "-u", user, "INBOX", "/private/b", "2")
    assert both.ours("unset", "-u", user, "INBOX", "/private/a") == Outcome("", "", 0)
    assert both.theirs("unset", "-u", user, "INBOX", "/private/b") == Outcome("", "", 0)
    for entry in ("/private/a", "/private/b"):
        assert both.agree("get", "-u", user, "INBOX", entry) == Outcome("\n", "", 0)
    assert both.agree("unset", "-u", user, "INBOX", "/private/never") == Outcome("", "", 0)


@pytest.mark.parametrize("options", [(), ("-p",)])
@pytest.mark.parametrize(
    "prefix", ["", "/private", "/private/vendor", "/private/vendor/", "/shared/vendor", "/shared/comment"]
)
def test_both_list_the_same_names_where_the_backend_can(
    both: Both, options: tuple[str, ...], prefix: str
) -> None:
    user = both.new_user()
    both.ours("set", "-u", user, "INBOX", "/private/vendor/a", "1")
    both.theirs("set", "-u", user, "INBOX", "/shared/comment", "2")
    both.ours("set", "-u", user, "-s", "", HTTP_NOTIFY, "user=x")
    listed = [
        both.agree("list", "-u", user, "-s", *options, mailbox, *([prefix] if prefix else []))
        for mailbox in ("INBOX", "")
    ]
    # A table can't be asked for what is below the beginning of a name, and that of the server has one.
    has_name = (prefix.count("/") > 1, True)
    cannot = [both.server.version == "2.3" and name for name in has_name]
    assert [outcome.code == 75 for outcome in listed] == cannot


@pytest.mark.parametrize(
    "call",
    [("get", "INBOX", "/private/k"), ("set", "INBOX", "/private/k", "v"), ("list", "INBOX")],
    ids=" ".join,
)
def test_a_server_that_is_not_there_fails_the_same(both: Both, call: tuple[str, ...]) -> None:
    user = both.new_user()
    override = OTHER_SOCKET[both.server.version] % "nosuch"
    outcome = both.agree("-o", override, call[0], "-u", user, *call[1:])
    assert outcome.code == 75
    assert f"net_connect_unix({both.server.root}/run/nosuch) failed: No such file" in outcome.errors


@pytest.mark.parametrize(
    "call",
    [("get", "INBOX", "/private/k"), ("set", "INBOX", "/private/k", "v"), ("list", "INBOX")],
    ids=" ".join,
)
def test_a_dict_that_the_server_does_not_know_fails_the_same(both: Both, call: tuple[str, ...]) -> None:
    user = both.new_user()
    override = OTHER_NAME[both.server.version] % "unknown"
    outcome = both.agree("-o", override, call[0], "-u", user, *call[1:])
    assert outcome.code == 75
    assert "Connection closed" in outcome.errors


@pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")
def test_a_socket_that_the_mail_user_may_not_use_fails_the_same(both: Both) -> None:
    user = both.new_user()
    both.socket.chmod(0o600)
    try:
        outcome = both.agree("get", "-u", user, "INBOX", "/private/k")
    finally:
        both.socket.chmod(0o666)
    assert outcome.code == 75
    assert "Permission denied (euid=" in outcome.errors


def test_the_longest_line_that_a_server_takes_is_the_longest_that_is_sent(both: Both) -> None:
    user = both.new_user()
    guid = both.server.doveadm_silently("-f", "tab", "mailbox", "status", "-u", user, "guid", "INBOX")
    key = f"priv/{guid.stdout.split()[-1]}/k"
    value = "x" * (MAX_LINE - len(f"S1\t{key}\t\n"))
    assert both.ours("set", "-u", user, "INBOX", "/private/k", value) == Outcome("", "", 0)
    assert both.theirs("get", "-u", user, "INBOX", "/private/k").stdout == value + "\n"
    refused = both.ours("set", "-u", user, "INBOX", "/private/k", value + "x")
    assert refused.code == both.theirs("set", "-u", user, "INBOX", "/private/k", value + "x").code == 75
    assert "lines of at most 65536 bytes" in refused.errors


def test_the_major_of_the_server_is_found_out(both: Both) -> None:
    other = {"2.3": Version.V24, "2.4": Version.V23}[both.server.version]
    for _ in range(2):
        store = ProxyDict(str(both.socket), "metadata", "alice", dialects(other))
        store.update({"priv/" + "3" * 32 + "/major": AWKWARD})
        assert store.lookup("priv/" + "3" * 32 + "/major") == AWKWARD
        assert "major" in store.keys_below("priv/" + "3" * 32 + "/")
        store.update({"priv/" + "3" * 32 + "/major": None})
        assert store.lookup("priv/" + "3" * 32 + "/major") is None


def test_bytes_that_are_no_utf8_come_back(both: Both) -> None:
    store = ProxyDict(str(both.socket), "metadata", "alice", dialects(Version(both.server.version)))
    store.update({"shared/" + "4" * 32 + "/bytes": "a\udcff\udc80b"})
    assert store.lookup("shared/" + "4" * 32 + "/bytes") == "a\udcff\udc80b"


def test_nothing_that_succeeded_is_lost_while_both_write(both: Both) -> None:
    """Sqlite may be locked when several processes of a dict server write; that is told."""
    user = both.new_user()
    status = both.server.doveadm_silently("-f", "tab", "mailbox", "status", "-u", user, "guid", "INBOX")
    guid = status.stdout.split()[-1]
    done: list[str] = []

    def write() -> None:
        store = ProxyDict(str(both.socket), "metadata", user, dialects(Version(both.server.version)))
        for number in range(150):
            with suppress(DictError):
                store.update({f"priv/{guid}/ours{number}": str(number)})
                done.append(f"ours{number}")

    writer = threading.Thread(target=write)
    writer.start()
    for number in range(8):
        if both.theirs("set", "-u", user, "INBOX", f"/private/theirs{number}", "v").code == 0:
            done.append(f"theirs{number}")
    writer.join(60)
    assert len(done) > 100
    assert set(done) <= set(both.agree("list", "-u", user, "INBOX").stdout.splitlines())


def test_the_ox_driver_fires_for_a_user_who_was_switched_on_through_the_server(
    both: Both, http_listener: HttpListener
) -> None:
    user, other = both.new_user(), both.new_user()
    assert both.ours("set", "-u", user, "-s", "", HTTP_NOTIFY, f"user={user}") == Outcome("", "", 0)
    both.server.deliver_lmtp(other, MESSAGE)
    both.server.deliver_lmtp(user, MESSAGE)
    (request,) = http_listener.wait_for(1)
    assert f'"user":"{user}"' in request.body.decode()
    assert both.ours("unset", "-u", user, "-s", "", HTTP_NOTIFY) == Outcome("", "", 0)
