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
_PIECE = re.compile(r"[a-z-]+: (?=[ \t])")

_EVENTS = (
    "FlagsClear|FlagsSet|MailboxCreate|MailboxDelete|MailboxRename|MailboxSubscribe|MailboxUnsubscribe"
    "|MessageAppend|MessageExpunge|MessageNew|MessageRead|MessageTrash"
)
_ABOUT_PUSH = re.compile(
    r"push[-_ ]notification|notify_plugin|Plugin '?notify"
    rf"|^(?:Mailbox .*: )?(?:dlog|ox|lua|lua-push|{_EVENTS}): "
    r"|^Mailbox data: Mailbox \[|^Message data: Mailbox \[",
    re.IGNORECASE,
)
_NOT_ABOUT_PUSH = re.compile(
    r": request \[Req\d+: |^Module loaded: |^Loading modules |^(?:lua: )?http-client|^Executed "
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
    lines. A value with line breaks is joined again with LF: 2.3's log service makes an extra
    ``lmtp: Error: …`` line of each piece and a direct log a line of its own, 2.4 repeats all prefixes.
    """
    about_push = (entry for entry in _entries(log) if _is_about_push(entry.text))
    return [f"{entry.level}: {entry.text}" for entry in about_push]


_OF_SCRIPTS = re.compile(
    r"^(?:mail-lua|said|script_deinit\(\)): |^Mailbox \w+: (?:Dict|Failed to get|dict_iterate)"
)
_FAILURES = ("Error", "Fatal", "Panic")
_NO_LINE_OF_SCRIPTS = re.compile(r"^Raw backtrace: |^master: service|^Event 0x")
_TRACE = re.compile(r"(?:lua: )?(stack traceback:|\t.*)")


def script_lines(log: str) -> list[str]:
    """Return the lines of ``log`` about push notifications and scripts, failures among them, flat.

    What scripts say begins with ``said: ``. Each line of a traceback stands for itself, without level and
    prefix.
    """
    flat: list[str] = []
    for line in log.split("\n"):
        entry = _parse(line)
        text = line if entry is None else entry.text
        if match := _TRACE.fullmatch(text):
            flat.append(match[1])
        elif entry is not None and _is_of_scripts(entry):
            flat.append(f"{entry.level}: {text}")
    return flat


def _is_of_scripts(entry: _Entry) -> bool:
    if _NO_LINE_OF_SCRIPTS.search(entry.text):
        return False
    return entry.level in _FAILURES or _is_about_push(entry.text) or bool(_OF_SCRIPTS.search(entry.text))


def _is_about_push(text: str) -> bool:
    return bool(_ABOUT_PUSH.search(text)) and not _NOT_ABOUT_PUSH.search(text)


def _entries(log: str) -> Iterator[_Entry]:
    last: _Entry | None = None
    for line in log.split("\n"):
        entry = _parse(line)
        piece = None if last is None else _rest_of(last, line, entry)
        if last is not None and piece is not None:
            last.text += "\n" + piece
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


def _rest_of(last: _Entry, line: str, entry: _Entry | None) -> str | None:
    """Return what ``line``, parsed as ``entry``, adds to the value of ``last``; None if it is new.

    2.3's log service knows only the name of the service for such a piece. In 2.4 a piece is known by
    the white space it begins with, behind the driver's prefix: folded headers and Lua tracebacks.
    """
    if entry is None:
        return line
    if entry.level == "Error" and "(" in last.process and entry.process == last.process.split("(")[0]:
        return entry.text
    if (entry.process, entry.level) == (last.process, last.level) and (match := _PIECE.match(entry.text)):
        return entry.text[match.end() :] if last.text.startswith(match[0]) else None
    return None


def _trimmed(entry: _Entry) -> _Entry:
    return _Entry(entry.process, entry.level, entry.text.removesuffix("\n"))
