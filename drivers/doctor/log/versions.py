"""Which Dovecot wrote a log, by words that only one of the versions has."""

from __future__ import annotations

import re

from drivers.doctor.log.lines import LogLine

_STARTED = re.compile(r"Dovecot v(?P<version>\d+\.\d+\S*)")
_WORDS = (
    ("imap-login", "Login: user=", "2.3"),
    ("imap-login", "Logged in: user=", "2.4"),
    ("", "dict created (uri=", "2.3"),
    ("", "dict created (driver=", "2.4"),
    ("", "Unknown push notification driver: ", "2.3"),
    ("", "Unable to identify push notification driver ", "2.4"),
    ("", "push-notification-ox: Using user ", "2.4"),
    ("", "dlog: Called ", "2.4"),
    ("", ": lua: Loading ", "2.3"),
    ("lmtp", "Mailbox <lmtp DATA", "2.4"),
    ("", "raw-mail-user", "2.4"),
    ("", "subscriptions=yes location=", "2.3"),
)


def version_in(line: LogLine) -> str:
    """Return the version that a line tells, exact where a server starts, else "2.3" or "2.4", or ''."""
    if line.service == "master":
        match = _STARTED.search(line.text)
        return match["version"] if match is not None else ""
    for service, words, version in _WORDS:
        if words in line.text and service in ("", line.service):
            return version
    if line.service == "lmtp" and not line.session and line.text.startswith("lmtp-server: conn "):
        return "2.3" if ": rcpt " in line.text else ""
    return ""
