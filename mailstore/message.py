"""A mail as Dovecot sees it: bytes, and the header fields in them."""

from __future__ import annotations

import os
import select
import stat
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from dovecot_conf.errors import MessageError
from dovecot_conf.versions import Version
from mailstore.charset import REPLACEMENT_UTF8
from mailstore.date import MailDate, parse_date
from mailstore.header_fields import LWSP, read_header

MAX_MAIL_BYTES = 512 * 2**20
FIFO_WAIT_SECONDS = 10

_SESSION_ID_LENGTH = 22
_LAST_SECOND = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Envelope:
    """How a mail comes by LMTP: from whom, for whom, from which client, to which host, and when.

    ``date`` is as in a Date field. ``recipients`` is how many get the mail in the same transaction.
    """

    sender: str
    recipient: str
    hostname: str
    date: str
    client: str = "localhost"
    address: str = "127.0.0.1"
    recipients: int = 1

    def trace(self) -> bytes:
        """Return the trace fields that LMTP puts on top, with an id of the usual length.

        Of several recipients none is named (Dovecot 2.3.19.1, 2.4.1).
        """
        alone = self.recipients == 1
        fields = (
            f"Return-Path: <{self.sender}>\n"
            + (f"Delivered-To: {self.recipient}\n" if alone else "")
            + f"Received: from {self.client} ([{self.address}])\n\tby {self.hostname} with LMTP\n"
            + f"\tid {'A' * _SESSION_ID_LENGTH}\n\t(envelope-from <{self.sender}>)"
            + (f"\n\tfor <{self.recipient}>" if alone else "")
            + f"; {self.date}\n"
        )
        return fields.encode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Message:
    """A mail, whatever is in it. ``data`` is the file in a Maildir: line ends are LF."""

    data: bytes

    @classmethod
    def from_bytes(cls, data: bytes) -> Message:
        """Make a message of a mail in any form; CR LF becomes LF as when Dovecot saves it."""
        return cls(data.replace(b"\r\n", b"\n"))

    def header(self, name: str) -> bytes | None:
        """Return the value of the first header field ``name`` as push notifications carry it.

        Raw: encoded words stay, blanks behind the colon are dropped, those at the end are not, a
        fold is LF and the original white space, NUL is U+FFFD in UTF-8. None without such a field.
        Dovecot 2.3.19.1 and 2.4.1.
        """
        return _header(self, name)

    def date(self, version: Version = Version.V23) -> MailDate:
        """Return the moment of the Date field; the epoch in UTC without a readable one.

        Dovecot keeps 32 bits without a sign: 2.3.19.1 cuts off the others, 2.4.1 takes the nearest.
        """
        timestamp, zone = parse_date(self.header("Date") or b"") or MailDate()
        if version is Version.V23:
            return MailDate(timestamp & _LAST_SECOND, zone)
        return MailDate(min(max(timestamp, 0), _LAST_SECOND), zone)

    def stored(self, protocol: str, trace: bytes = b"") -> Message:
        """Return the message as ``protocol`` ("lmtp", "lda", "imap" …) leaves it in the mailbox.

        LMTP puts the ``trace`` fields on top and ends the last line; LDA drops an mbox ``From ``
        line. Neither changes what the sender's fields say; the place of the body does matter to a
        long snippet (see snippet.py). Dovecot 2.3.19.1.
        """
        return _stored(self, protocol, trace)


# --count delivers the same mail again, and several drivers want the same of it.
@lru_cache(maxsize=16)
def _header(message: Message, name: str) -> bytes | None:
    header = read_header(message.data, 0, len(message.data))
    value = next(header.values(name.encode()), None)
    return None if value is None else value.lstrip(LWSP).replace(b"\0", REPLACEMENT_UTF8)


@lru_cache(maxsize=2)
def _stored(message: Message, protocol: str, trace: bytes) -> Message:
    if protocol == "lmtp":
        end = b"" if message.data.endswith(b"\n") else b"\n"
        return Message(trace.replace(b"\r\n", b"\n") + message.data + end)
    if protocol == "lda" and message.data.startswith(b"From "):
        return Message(message.data.partition(b"\n")[2])
    return message


def read_message(source: Path | BinaryIO) -> Message:
    """Read a mail from a file or a binary stream (standard input).

    Raises MessageError, in one line, when it is missing, a folder, larger than 512 MiB or can't be
    read, or when nobody writes to a FIFO within ten seconds.
    """
    name = str(source) if isinstance(source, Path) else _stream_name(source)
    try:
        if isinstance(source, Path):
            with _opened(source) as file:
                data = file.read(MAX_MAIL_BYTES + 1)
        else:
            data = source.read(MAX_MAIL_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise MessageError(f"{name}: can't read the mail: {reason}") from None
    if len(data) > MAX_MAIL_BYTES:
        raise MessageError(f"{name}: the mail is larger than {MAX_MAIL_BYTES // 2**20} MiB")
    return Message.from_bytes(data)


def _stream_name(stream: BinaryIO) -> str:
    name = getattr(stream, "name", None)
    return name.strip("<>") if isinstance(name, str) else "the input"


def _opened(path: Path) -> BinaryIO:
    """Open a file; a FIFO waits for a writer only for a while."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            _wait_for_writer(descriptor)
        os.set_blocking(descriptor, True)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _wait_for_writer(descriptor: int) -> None:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    if not poll.poll(FIFO_WAIT_SECONDS * 1000):
        raise OSError(f"nobody writes to this FIFO for {FIFO_WAIT_SECONDS} seconds")
