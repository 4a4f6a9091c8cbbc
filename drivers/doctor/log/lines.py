"""One line of a Dovecot log, taken apart: time, process, user, session, level, text."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import NamedTuple

from drivers.report import Level

_DAY = r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?"
_ISO = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d| UTC)?"
_UNIX = r"\d{9,11}\.\d{3,6}|\[ *\d+\.\d+\]"
_TIME = rf"(?:[A-Z][a-z]{{2}} )?(?P<time>{_DAY}|{_ISO}|{_UNIX})"
_LEVELS = "|".join(level.value for level in Level)
_BY_NAME = {level.value: level for level in Level}
_SERVICES = (
    "lmtp|lda|imap|pop3|doveadm|indexer-worker|indexer|imap-login|pop3-login|submission|submission-login"
    "|managesieve|managesieve-login|auth|auth-worker|dict|dict-async|dict-expire|dns-client|dns_client"
    "|master|config|doveconf|anvil|log|stats|imap-urlauth|imap-urlauth-worker|imap-urlauth-login"
    "|imap-hibernate|quota-status|replicator|aggregator|ipc|director|lua|health-check|cluster|login"
    "|dsync-local|dsync-remote|dsync-server|sieve-filter|dovecot|script-login|script"
)
_BEFORE = re.compile(
    r"(?:<\d{1,3}>)?"
    rf"(?:1 )?(?:{_TIME} ?)?"
    # Possessive, so that no hostile line takes more than linear time.
    r"(?:(?:[\w.:-]{1,255}+ )?(?P<ident>(?=[\w.-]{0,40}?dovecot)[\w.-]{7,80}+)"
    r"(?:\[\d+\])?(?:: | \S{1,80}+ \S{1,80}+ (?:-|(?:\[[^\]]*+\])+) ++\ufeff?))?"
)
_BODY = re.compile(
    rf"(?:(?P<early>{_LEVELS}): )?"
    rf"(?P<service>{_SERVICES})(?:\((?P<in>[^()]*(?:\([^()]*\)[^()]*)*)\))?"
    r"(?:<(?P<pid>\d*)>)?(?:<(?P<session>[^<>]*)>)?: "
    rf"(?:(?P<level>{_LEVELS}): )?"
)
_BARE = re.compile(rf"(?P<level>{_LEVELS}): (?=.*(?:push|[Pp]lugin|[Mm]odule|lua))")
_ANY_LEVEL = re.compile(rf"(?:^|[ :>])(?P<level>{_LEVELS}): ")
_IN_PREFIX_USER = re.compile(r"\buser=<?([^\s<>,;:()]+)>?|\(([^\s()]+)\)|<([^\s<>@]+@[^\s<>]+)>")
_OF_MAIL = "lmtp|lda|imap|pop3|doveadm|indexer-worker|submission|managesieve"
_IN_PREFIX_SERVICE = re.compile(rf"(?:^|[\s=<(\[])(?P<service>{_OF_MAIL})(?=$|[\s(<,:;\])>])", re.IGNORECASE)
_IN_PREFIX_PID = re.compile(r"(?:<|\bpid=|\[)(\d{1,10})(?=[>,\s\]]|$)")
_IN_PREFIX_SESSION = re.compile(r"\bsession=<?([\w+/=-]+)>?|<([\w+/]{14,64}(?::\w+)*)>")
_COMPOSE = re.compile(r"[\w.-]+ +\| ")
_LONGEST_NAME = 80
_PRIORITIES = {"7": Level.DEBUG, "6": Level.INFO, "5": Level.INFO, "4": Level.WARNING, "3": Level.ERROR}


class LogLine(NamedTuple):
    """One line; what it doesn't say is empty. ``time`` is as written, ``number`` counts from 1."""

    file: str
    number: int
    time: str
    service: str
    user: str
    pid: str
    session: str
    level: Level
    text: str


def parse(raw: str, file: str = "", number: int = 0) -> LogLine | None:
    """Return a line of Dovecot's, None for any other line.

    Known are the files of Dovecot itself (any usual ``log_timestamp``), syslog with old and new time
    stamps (RFC 3164, RFC 5424), the output of journalctl (``-o json`` too), docker and doveadm.
    """
    if raw.startswith("{"):
        return _parse_json(raw, file, number)
    if " | " in raw[:_LONGEST_NAME] and (pipe := _COMPOSE.match(raw)) is not None:
        raw = raw[pipe.end() :]
    before = _BEFORE.match(raw)
    start = before.end() if before is not None else 0
    ident = before["ident"] if before is not None else None
    time = (before["time"] or "") if before is not None else ""
    return _parse_body(raw, start, file, number, time, is_tagged=ident is not None)


def _parse_body(
    raw: str, start: int, file: str, number: int, time: str, *, is_tagged: bool, level: Level = Level.INFO
) -> LogLine | None:
    body = _BODY.match(raw, start)
    if body is None:
        return _parse_own_prefix(raw, start, file, number, time, is_tagged=is_tagged)
    service, inside, pid, session, early, written = body.group(
        "service", "in", "pid", "session", "early", "level"
    )
    word = written or early
    if word is None and not is_tagged and not (inside and pid):
        # A line of another program can begin like this.
        return None
    user = inside or ""
    if user.isdigit() and not pid:
        user, pid = "", user
    elif ", " in user or "," in user:
        user, pid = _with_pid(user, pid)
    found = _BY_NAME[word] if word else level
    return LogLine(file, number, time, service, user, pid or "", session or "", found, raw[body.end() :])


def _with_pid(inside: str, pid: str | None) -> tuple[str, str | None]:
    """Return user and process of ``(pid, user)``, ``(user, pid)`` and ``(user,address)``."""
    first, _, second = inside.partition(",")
    second = second.strip()
    if first.isdigit():
        return second, pid or first
    return first, pid or (second if second.isdigit() else None)


def _parse_own_prefix(
    raw: str, start: int, file: str, number: int, time: str, *, is_tagged: bool
) -> LogLine | None:
    """Return a line whose ``mail_log_prefix`` is the site's own: it stands before the level.

    A command that logs to the terminal, such as ``doveadm -D``, has none until it knows the user.
    """
    if (bare := _BARE.match(raw, start)) is not None:
        return LogLine(file, number, time, "", "", "", "", Level(bare["level"]), raw[bare.end() :])
    match = _ANY_LEVEL.search(raw, start, start + 400)
    if match is None:
        return None
    prefix = raw[start : match.start("level")]
    service = _IN_PREFIX_SERVICE.search(prefix)
    if service is None and not is_tagged:
        return None
    user = _IN_PREFIX_USER.search(prefix)
    pid = _IN_PREFIX_PID.search(prefix)
    session = _IN_PREFIX_SESSION.search(prefix)
    name = next(filter(None, user.groups()), "") if user is not None else ""
    return LogLine(
        file,
        number,
        time,
        service["service"].lower() if service is not None else "",
        "" if name.isdigit() else name,
        pid[1] if pid is not None else "",
        next(filter(None, session.groups()), "") if session is not None else "",
        Level(match["level"]),
        raw[match.end() :],
    )


def _parse_json(raw: str, file: str, number: int) -> LogLine | None:
    """Return what an entry of journald or docker holds."""
    try:
        entry = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict):
        return None
    if isinstance(entry.get("log"), str):
        return parse(entry["log"].rstrip("\r\n"), file, number)
    message = _text(entry.get("MESSAGE"))
    if message is None:
        return None
    names = (entry.get("SYSLOG_IDENTIFIER"), entry.get("_COMM"), entry.get("_SYSTEMD_UNIT"))
    is_tagged = any(isinstance(name, str) and "dovecot" in name for name in names)
    level = _PRIORITIES.get(str(entry.get("PRIORITY")), Level.ERROR)
    line = _parse_body(
        message, 0, file, number, _moment(entry.get("__REALTIME_TIMESTAMP")), is_tagged=is_tagged, level=level
    )
    return line if line is not None or is_tagged is False else parse(message, file, number)


def _text(message: object) -> str | None:
    """Return a message of journald, which is a list of bytes where it isn't plain text."""
    if isinstance(message, str):
        return message
    if isinstance(message, list) and all(isinstance(byte, int) and 0 <= byte < 256 for byte in message):
        return bytes(message).decode("utf-8", "surrogateescape")
    return None


def _moment(microseconds: object) -> str:
    try:
        moment = datetime.fromtimestamp(int(str(microseconds)) / 1_000_000, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
