"""The text of a line: what is put in front of it, what is private in it, and which message it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from drivers.doctor.log.evidence import Message
from drivers.doctor.log.messages import MESSAGES
from drivers.secrets import hide_in_url

_IN_FRONT = re.compile(
    r"lmtp-server: (?P<rcpt>conn \S+ \[\d+\]: rcpt .*?): (?=\S)|Mailbox [^:]*: "
    r"|Mailbox .{1,255}?: (?=dlog: |Failed to get attribute|mail_attribute)|user [^:\s]+: "
    r"|(?:Raw user initialization failed|Failed to initialize user): "
)
_EVENT = re.compile(r"(?:[\w-]+: )?(?:Message|Mailbox|Flags)[A-Z][a-z]+: ")
_REQUEST = re.compile(r"push-notification: request \[")
# What differs from time to time in a failure that is the same.
_VARYING = re.compile(
    r" \((?:Request |reply |\d+ retries in |\d+ attempts in ).*|,id=\d+|(?: in)? \d+\.\d{3} secs(?: ago)?"
    r"|\s*\bpid=\d+|\s*#0 .*"
)
_URL = re.compile(r"[^\s'\"`(<]{0,64}//[^\s'\"`)>]*")
_LONGEST = 300
_LONGEST_LOOKED_AT = 4096


class Bare(NamedTuple):
    """A text without what was in front, and the connection and recipient of LMTP that stood there."""

    text: str
    connection: str
    rcpt: str


class Meaning(NamedTuple):
    """The message that a text is, with the values of its groups; ``text`` can be shown."""

    message: Message
    values: dict[str, str]
    detail: str
    text: str


def may_matter(text: str) -> bool:
    """Tell quickly whether a text can be one of the messages."""
    # One search for each word, written out, takes half the time of a loop or a pattern.
    return (
        "ush" in text
        or "lua" in text
        or "ox: " in text
        or "lugin" in text
        or "odule" in text
        or "dict" in text
        or "attribute" in text
        or "onfiguration" in text
        or "HTTP client" in text
        or "mail_user_deinit" in text
        or "uidvalidity" in text
        or " data: " in text
        or _EVENT.match(text) is not None
    )


def strip(text: str) -> Bare:
    """Take away what processes put in front of a message: connection, recipient, mailbox."""
    start, given = 0, ""
    while (match := _IN_FRONT.match(text, start)) is not None:
        given = match["rcpt"] or given
        start = match.end()
    connection, _, rcpt = given.partition(": rcpt ")
    return Bare(text[start:], connection, rcpt)


class Table:
    """Messages that are ready to be compared."""

    def __init__(self, messages: Sequence[Message] = MESSAGES) -> None:
        self._rows = [(message.needle, re.compile(message.pattern), message) for message in messages]

    def find(self, text: str) -> Meaning | None:
        """Return what a text without anything in front means; None if it is no message of the table.

        Only its beginning counts: patterns would take long for a hostile line.
        """
        text = text[:_LONGEST_LOOKED_AT]
        if _REQUEST.match(text) is not None:
            return None
        for needle, pattern, message in self._rows:
            if needle in text and (match := pattern.fullmatch(text)) is not None:
                values = {name: hidden(value or "") for name, value in match.groupdict().items()}
                detail = _VARYING.sub("", values.get("detail", ""))[:_LONGEST]
                values["detail"] = detail
                return Meaning(message, values, detail, hidden(_without_content(text, match)))
        return None


def hidden(text: str) -> str:
    """Return a text without the secrets of the URLs in it."""
    return _URL.sub(lambda match: hide_in_url(match[0]), text) if "//" in text else text


def _without_content(text: str, match: re.Match[str]) -> str:
    """Return a text without what comes from a mail."""
    if "private" not in match.re.groupindex:
        return text[:_LONGEST]
    return text[: match.start("private")][:_LONGEST] + "…"
