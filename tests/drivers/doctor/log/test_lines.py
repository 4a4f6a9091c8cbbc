"""Lines of Dovecot's in the formats of those who keep them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from drivers.doctor.log.explain import explain
from drivers.doctor.log.lines import parse
from drivers.report import Level
from tests.drivers.doctor.log.captured import BOB, log, read_text

VERSIONS = ["2.3", "2.4"]
SYSLOGS = ["ox-sent-syslog", "ox-failed-syslog"]


def messages(version: str, name: str) -> list[tuple[str, str, str]]:
    """Return priority, time and text of what came at /dev/log: ``<23>Nov 26 01:02:03 dovecot: …``."""
    split = []
    for line in filter(None, log(version, name).split("\n")):
        priority, _, rest = line.removeprefix("<").partition(">")
        split.append((priority, rest[:15], rest[16:].removeprefix("dovecot: ")))
    return split


def old_syslog(priority: str, time: str, text: str) -> str:
    return f"{time} mail dovecot: {text}"


def old_syslog_with_process(priority: str, time: str, text: str) -> str:
    return f"{time} mail.example.org dovecot[4711]: {text}"


def renamed_instance(priority: str, time: str, text: str) -> str:
    return f"{time} mail dovecot-two: {text}"


def rsyslog_of_debian_12(priority: str, time: str, text: str) -> str:
    return f"2026-11-26T{time[7:]}.123456+01:00 mail dovecot: {text}"


def rfc_5424(priority: str, time: str, text: str) -> str:
    return f"<{priority}>1 2026-11-26T{time[7:]}.003Z mail.example.org dovecot 4711 - - {text}"


def rfc_5424_of_rsyslog(priority: str, time: str, text: str) -> str:
    return f"<{priority}>1 2026-11-26T{time[7:]}.003Z mail dovecot - - -  {text}"


def rfc_5424_with_data(priority: str, time: str, text: str) -> str:
    data = '[meta sequenceId="1"][x@1 a="b c"]'
    return f"<{priority}>1 2026-11-26T{time[7:]}Z mail dovecot - - {data} \ufeff{text}"


def journalctl_iso(priority: str, time: str, text: str) -> str:
    return f"2026-11-26T{time[7:]}+0000 mail dovecot[4711]: {text}"


def journalctl_full(priority: str, time: str, text: str) -> str:
    return f"Thu 2026-11-26 {time[7:]} UTC mail dovecot[4711]: {text}"


def journalctl_precise(priority: str, time: str, text: str) -> str:
    return f"{time}.123456 mail dovecot[4711]: {text}"


def journalctl_unix(priority: str, time: str, text: str) -> str:
    return f"1795658276.123456 mail dovecot[4711]: {text}"


def journalctl_json(priority: str, time: str, text: str) -> str:
    entry = {
        "__REALTIME_TIMESTAMP": "1795658276123456",
        "_COMM": "log",
        "SYSLOG_IDENTIFIER": "dovecot",
        "PRIORITY": str(int(priority) % 8),
        "MESSAGE": text,
    }
    return json.dumps(entry)


def journalctl_json_of_bytes(priority: str, time: str, text: str) -> str:
    level = str(int(priority) % 8)
    entry = {"SYSLOG_IDENTIFIER": "dovecot", "PRIORITY": level, "MESSAGE": list(text.encode())}
    return json.dumps(entry)


def docker_json(priority: str, time: str, text: str) -> str:
    return json.dumps({"log": f"{time} mail dovecot: {text}\n", "stream": "stderr", "time": "2026"})


def docker_compose(priority: str, time: str, text: str) -> str:
    return f"mail-dovecot-1  | {time} mail dovecot: {text}"


FORMATS: list[Callable[[str, str, str], str]] = [
    old_syslog,
    old_syslog_with_process,
    renamed_instance,
    rsyslog_of_debian_12,
    rfc_5424,
    rfc_5424_of_rsyslog,
    rfc_5424_with_data,
    journalctl_iso,
    journalctl_full,
    journalctl_precise,
    journalctl_unix,
    journalctl_json,
    journalctl_json_of_bytes,
    docker_json,
    docker_compose,
]


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: str(form.__name__))
@pytest.mark.parametrize("name", SYSLOGS)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_log_says_the_same_whoever_keeps_it(
    version: str, name: str, form: Callable[[str, str, str], str]
) -> None:
    as_sent = explain(read_text(log(version, name)), BOB)
    kept = explain(read_text("\n".join(form(*message) for message in messages(version, name))), BOB)
    assert (kept.lines, kept.user_lines, kept.version) == (as_sent.lines, as_sent.user_lines, as_sent.version)
    assert kept.protocols == as_sent.protocols
    assert [(one.driver, one.outcome, one.detail, one.count) for one in kept.findings] == [
        (one.driver, one.outcome, one.detail, one.count) for one in as_sent.findings
    ]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["ox-sent", "ox-sent-iso", "dlog", "lua-event-fails"])
def test_every_line_that_servers_write_is_taken_apart(version: str, name: str) -> None:
    own = [line for line in log(version, name).split("\n") if ": Debug: " in line or ": Info: " in line]
    for raw in own:
        line = parse(raw)
        assert line is not None, raw
        assert raw.endswith(line.text)
        assert line.service
        assert not line.text.startswith(("Debug: ", "Info: "))


LINE = "lmtp(bob@x)<12><aB+/3>: Error: ox: text"


@pytest.mark.parametrize(
    ("raw", "service", "user", "pid", "session", "level"),
    [
        (LINE, "lmtp", "bob@x", "12", "aB+/3", Level.ERROR),
        (f"Nov  1 01:02:03 {LINE}", "lmtp", "bob@x", "12", "aB+/3", Level.ERROR),
        (f"2026-11-26 01:02:03 {LINE}", "lmtp", "bob@x", "12", "aB+/3", Level.ERROR),
        ("Nov 26 01:02:03 Error: lmtp(bob@x)<12><aB>: text", "lmtp", "bob@x", "12", "aB", Level.ERROR),
        ("lmtp(12): Fatal: text", "lmtp", "", "12", "", Level.FATAL),
        ("lmtp(12, bob@x): Debug: text", "lmtp", "bob@x", "12", "", Level.DEBUG),
        ("lmtp(bob@x, 12): Debug: text", "lmtp", "bob@x", "12", "", Level.DEBUG),
        ("imap(bob@x,192.0.2.1): Warning: text", "imap", "bob@x", "", "", Level.WARNING),
        ("lda(bob@x)<12><>: Debug: text", "lda", "bob@x", "12", "", Level.DEBUG),
        ("dict(12): Error: text", "dict", "", "12", "", Level.ERROR),
        ("lmtp(raw mail user)<12><a>: Debug: text", "lmtp", "raw mail user", "12", "a", Level.DEBUG),
        ("user=<bob@x>, session=<aB+/3>, lmtp: Panic: text", "lmtp", "bob@x", "", "aB+/3", Level.PANIC),
        ("IMAP(bob@x): Info: text", "imap", "bob@x", "", "", Level.INFO),
        ("dovecot: lmtp(bob@x)<12><aB>: text", "lmtp", "bob@x", "12", "aB", Level.INFO),
        ("doveconf: Fatal: text", "doveconf", "", "", "", Level.FATAL),
    ],
)
def test_a_line_tells_who_wrote_it(
    raw: str, service: str, user: str, pid: str, session: str, level: Level
) -> None:
    line = parse(raw)
    assert line is not None
    assert line[3:8] == (service, user, pid, session, level)
    assert line.text.endswith("text")


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "Nov 26 01:02:03 mail postfix/lmtp[12]: to=<bob@x>, relay=mail[private/dovecot-lmtp], status=sent",
        '192.0.2.1 - - [26/Nov/2026:01:02:03 +0000] "GET /dovecot HTTP/1.1" 200 12',
        "2026/11/26 01:02:03 [error] 12#12: *1 open() failed",
        "Nov 26 01:02:03 mail kernel: imap: something",
        "Nov 26 01:02:03 mail sshd[1]: Error: lmtpd",
        '{"level": "error", "msg": "dovecot"}',
        "{",
        "[1, 2]",
        '{"MESSAGE": [1, 999]}',
        "{" * 5000,
    ],
)
def test_lines_of_others_are_none_of_dovecots(raw: str) -> None:
    assert parse(raw) is None
