"""The text of a line: what is put in front of it, what is private in it, and which message it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from drivers.doctor.log.evidence import Message
from drivers.doctor.log.messages import MESSAGES
from drivers.secrets import hide_in_url

_IN_FRONT = re.compile(
    r"lmtp-server: conn \S+ \[\d+\]: rcpt (?P<rcpt>.*?): (?=\S)|Mailbox [^:]*: |user [^:\s]+: "
    r"|(?:Raw user initialization failed|Failed to initialize user): "
)
_ANY_OF = (
    "ush",
    "lua",
    "ox: ",
    "lugin",
    "odule",
    "dict",
    "attribute",
    "onfiguration",
    "HTTP client",
    "mail_user_deinit",
    "uidvalidity",
    " data: ",
)
_EVENT = re.compile(r"(?:[\w-]+: )?(?:Message|Mailbox|Flags)[A-Z][a-z]+: ")
_REQUEST = re.compile(r"push-notification: request \[|http-client")
# What differs from time to time in a failure that is the same.
_VARYING = re.compile(
    r" \((?:Request |reply |\d+ retries in |\d+ attempts in ).*|,id=\d+|(?: in)? \d+\.\d{3} secs(?: ago)?"
    r"|\s*\bpid=\d+|\s*#0 .*"
)
_URL = re.compile(r"[^\s'\"`(<]*//[^\s'\"`)>]*")
_LONGEST = 300


class Bare(NamedTuple):
    """A text without what was in front, and the recipient that stood there."""

    text: str
    rcpt: str


class Meaning(NamedTuple):
    """The message that a text is, with the values of its groups; ``text`` can be shown."""

    message: Message
    values: dict[str, str]
    detail: str
    text: str


def may_matter(text: str) -> bool:
    """Tell quickly whether a text can be one of the messages."""
    return any(piece in text for piece in _ANY_OF) or _EVENT.match(text) is not None


def strip(text: str) -> Bare:
    """Take away what processes put in front of a message: connection, recipient, mailbox."""
    start, rcpt = 0, ""
    while (match := _IN_FRONT.match(text, start)) is not None:
        rcpt = match["rcpt"] or rcpt
        start = match.end()
    return Bare(text[start:], rcpt)


class Table:
    """Messages that are ready to be compared."""

    def __init__(self, messages: Sequence[Message] = MESSAGES) -> None:
        self._rows = [(message.needle, re.compile(message.pattern), message) for message in messages]

    def find(self, text: str) -> Meaning | None:
        """Return what a text without anything in front means; None if it is no message of the table."""
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
