"""Mails to simulate with: from a file, or made up of some parts."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path
from typing import BinaryIO

from dovecot_conf.errors import MessageError
from mailstore.message import Message

MAX_MAIL_BYTES = 512 * 2**20


def read_mail_file(path: Path) -> Message:
    """Read a mail. Raises MessageError, also for one that is far too large."""
    try:
        with path.open("rb") as file:
            return read_mail_stream(file, str(path))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise MessageError(f"{path}: can't read the mail: {reason}") from None


def read_mail_stream(file: BinaryIO, name: str) -> Message:
    """Read a mail from a stream that is called ``name``. Raises MessageError when it is far too large."""
    data = file.read(MAX_MAIL_BYTES + 1)
    if len(data) > MAX_MAIL_BYTES:
        raise MessageError(f"{name}: the mail is larger than {MAX_MAIL_BYTES // 2**20} MiB")
    return Message.from_bytes(data)


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
