"""Mails to simulate with that are made up of some parts."""

from __future__ import annotations

import socket
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import formatdate

from dovecot_conf import Configuration
from dovecot_conf.errors import MessageError
from mailstore.address import first_address
from mailstore.message import Envelope, Message


def make_mail(
    user: str,
    sender: str | None = None,
    recipient: str | None = None,
    subject: str | None = None,
    body: str | None = None,
) -> Message:
    """Make up a mail to ``user``. Raises MessageError when a header can't hold the text."""
    mail = EmailMessage(policy=SMTPUTF8.clone(utf8=False))
    try:
        mail["From"] = sender or "Alice Example <alice@example.com>"
        mail["To"] = recipient or (user if "@" in user else f"{user}@example.com")
        mail["Subject"] = subject if subject is not None else "Hello"
        mail.set_content(body if body is not None else "Hello")
        return Message.from_bytes(mail.as_bytes())
    except (ValueError, UnicodeError) as error:
        raise MessageError(f"can't make a mail of these parts: {error}") from None


def envelope(configuration: Configuration, mail: Message, user: str, *, now: int) -> Envelope:
    """Return how a mail might come by LMTP: from its From address, through this host."""
    hostname = configuration.settings(protocol="lmtp").value("hostname") or socket.gethostname()
    sender = first_address(mail.header("From") or b"").address
    return Envelope(sender, user, hostname, formatdate(now))
