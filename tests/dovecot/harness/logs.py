"""From a Dovecot log to the lines about push notifications, as ``Level: text``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LINE = re.compile(
    r"(?P<process>[a-z][a-z0-9-]*(?:\([^)]*\))?(?:<[^>]*>)*): "
    r"(?P<level>Debug|Info|Warning|Error|Fatal|Panic): (?P<text>.*)"
)
_BARE_LINE = re.compile(r"(?P<level>Debug|Info|Warning|Error|Fatal|Panic): (?P<text>.*)")
_LMTP_RECIPIENT = re.compile(r"lmtp-server: conn \S+ \[\d+\]: rcpt [^:]*: ")

_EVENTS = (
    "FlagsClear|FlagsSet|MailboxCreate|MailboxDelete|MailboxRename|MailboxSubscribe|MailboxUnsubscribe"
    "|MessageAppend|MessageExpunge|MessageNew|MessageRead|MessageTrash"
)
_ABOUT_PUSH = re.compile(
    rf"push[-_ ]notification|notify_plugin|Plugin '?notify|^(?:Mailbox .*: )?(?:dlog|ox|lua|{_EVENTS}): "
    r"|^Mailbox data: Mailbox \[|^Message data: Mailbox \[",
    re.IGNORECASE,
)
_NOT_ABOUT_PUSH = re.compile(
    r": request \[Req\d+: |^Module loaded: |^Loading modules |^http-client|^Executed "
)


@dataclass(slots=True)
class _Entry:
    process: str
    level: str
    text: str


def push_lines(log: str) -> list[str]:
    """Return the lines of ``log`` about push notifications, as ``Level: text``, in order.

    ``log`` is the text of a log file without time stamps, or doveadm's standard error. Process, pid
    and session are removed, and the ``lmtp-server: conn …: rcpt NAME: `` that LMTP puts before some
    lines. A value with a line break, which 2.3's log service cuts into an extra ``lmtp: Error: …``
    line and a direct log into a line of its own, is joined again with LF.
    """
    about_push = (entry for entry in _entries(log) if _is_about_push(entry.text))
    return [f"{entry.level}: {entry.text}" for entry in about_push]


def _is_about_push(text: str) -> bool:
    return bool(_ABOUT_PUSH.search(text)) and not _NOT_ABOUT_PUSH.search(text)


def _entries(log: str) -> Iterator[_Entry]:
    last: _Entry | None = None
    for line in log.split("\n"):
        entry = _parse(line)
        if last is not None and (entry is None or _continues(last, entry)):
            last.text += "\n" + (line if entry is None else entry.text)
            continue
        if last is not None:
            yield _trimmed(last)
        last = entry
    if last is not None:
        yield _trimmed(last)


def _parse(line: str) -> _Entry | None:
    if match := _LINE.fullmatch(line):
        text = _LMTP_RECIPIENT.sub("", match["text"], count=1)
        return _Entry(match["process"], match["level"], text)
    if match := _BARE_LINE.fullmatch(line):
        return _Entry("", match["level"], match["text"])
    return None


def _continues(last: _Entry, entry: _Entry) -> bool:
    """Say whether ``entry`` is the rest of ``last``: the log service knows only its service's name."""
    return entry.level == "Error" and "(" in last.process and entry.process == last.process.split("(")[0]


def _trimmed(entry: _Entry) -> _Entry:
    return _Entry(entry.process, entry.level, entry.text.removesuffix("\n"))
