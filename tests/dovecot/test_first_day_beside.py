"""The silent configuration of the first day is silent on a real server, and its log is what one writes."""

from __future__ import annotations

import re

from tests.dovecot.captures import first_day
from tests.dovecot.captures.common import HTTP_NOTIFY, Bench
from tests.dovecot.conftest import unavailable
from tests.dovecot.harness.installations import UnavailableError
from tests.dovecot.harness.listener import HttpListener
from tests.dovecot.harness.pool import DovecotFactory, Pool
from tests.readme import REPOSITORY

MAIL = b"From: alice@example.com\r\nSubject: hi\r\n\r\nhi\r\n"
# The server of the tests has users and mail folders of its own.
OWN = re.compile(
    r"^(?:userdb \{.*?^\}|mail_location = .*?|mail_attribute_dict = .*?)$\n", re.MULTILINE | re.DOTALL
)

# Time, process, session, and what depends on them.
VARYING = re.compile(r"^\w+ \d+ [\d:]+ |(?<=\()\d+(?=\):)|<\d+><[^>]+>|\d+ ms|(?<=uidvalidity\":)\d+")


def test_a_mail_comes_in_and_not_a_word_is_said_of_push(
    dovecot23: DovecotFactory, http_listener: HttpListener
) -> None:
    text = (REPOSITORY / "fixtures/first-day/silent.conf").read_text("utf-8")
    base = OWN.sub("", text).replace(":8009", f":{http_listener.port}")
    assert base.count("mail_plugins = ") == 2
    server = dovecot23(base=base, plugins=None)
    user = server.new_user()
    server.set_metadata(user, f"/private/{HTTP_NOTIFY}", f"user={user}")
    (reply,) = server.deliver_lmtp(user, MAIL)
    assert " Saved" in reply
    assert server.push_log() == []
    assert http_listener.requests == []


def test_the_log_is_what_a_server_writes_today(
    dovecot24_pool: Pool | UnavailableError, http_listener: HttpListener
) -> None:
    if isinstance(dovecot24_pool, UnavailableError):
        unavailable(str(dovecot24_pool))
    written = first_day.capture(Bench({"2.4": dovecot24_pool}, http_listener))
    kept = (REPOSITORY / "fixtures/first-day/mail.log").read_text("utf-8")
    assert told(written) == told(kept)


def told(log: str) -> list[str]:
    """Return the lines without what varies; those of a request and of the delivery overtake one another."""
    return sorted(VARYING.sub("…", line) for line in log.splitlines())
