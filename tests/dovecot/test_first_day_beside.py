"""What the first day's silent configuration says of itself holds for a real server."""

from __future__ import annotations

import re

from tests.dovecot.captures.common import HTTP_NOTIFY
from tests.dovecot.harness.listener import HttpListener
from tests.dovecot.harness.pool import DovecotFactory
from tests.readme import REPOSITORY

MAIL = b"From: alice@example.com\r\nSubject: hi\r\n\r\nhi\r\n"
# The server of the tests has users and mail folders of its own.
OWN = re.compile(
    r"^(?:userdb \{.*?^\}|mail_location = .*?|mail_attribute_dict = .*?)$\n", re.MULTILINE | re.DOTALL
)


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
