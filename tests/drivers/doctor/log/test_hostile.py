"""Whoever can write into a log can't make its reader slow, or fail."""

from __future__ import annotations

import random
import time

import pytest

from cli.render.doctor_log_json import to_json
from cli.render.doctor_log_text import text
from cli.render.styled import render
from drivers.doctor.log.explain import explain
from drivers.doctor.log.reading import LIMIT
from tests.drivers.doctor.log.captured import BOB, log, names, read_text

START = "lmtp(b)<1><s>: Error: "
FAILED = f"{START}push-notification-ox: Error when sending notification: "
HOSTILE = {
    "pieces of Lua": f"{START}lua: lua_pcall(x, 1, 1) failed: " + "attempt to perform " * 3000,
    "parentheses": "lmtp(" + "(" * 60000,
    "pairs of parentheses": "lmtp(" + "()" * 30000,
    "mailboxes": f"{START}Mailbox " + "a: " * 20000 + "push",
    "many mailboxes": START + "Mailbox a: " * 5000,
    "a long word and slashes": FAILED + "a" * 30000 + "//" + "@:/" * 10000,
    "slashes": FAILED + "//" * 30000,
    "schemes": f"{START}push-notification-ox: Using URL " + "://:" * 15000,
    "services": "lmtp " * 10000 + "Error: x",
    "users": "user=<" * 10000 + " lmtp Error: x",
    "a bare line": "Error: " + "l" * 60000,
    "colons": f"{START}lmtp-server: conn x [1]: rcpt " + ": " * 30000 + "push",
    "identifiers": "dovecot" * 9000,
    "long identifiers": "Nov 26 01:02:03 " + "dovecot." * 8000 + " ",
    "structured data": "<1>1 2026-11-26T01:02:03Z h dovecot - - " + "[a]" * 20000,
    "brackets": "<1>1 2026-11-26T01:02:03Z h dovecot - - " + "[" * 60000,
    "entries": f"{START}push-notification-ox: Skipped because not active (" + "( METADATA not set" * 3000,
    "lists": '{"MESSAGE": ' + "[" * 60000,
    "dicts": f"{START}dict " + "Unconfigured dictionary name '" * 2000,
    "seconds": FAILED + " in 1.000 secs" * 4000 + " (Request" * 1000,
    "folders": f"{START}Couldn't load required plugin " + "/lib1_" * 10000,
    "spaces": "Nov 26 01:02:03" + " " * 60000 + "dovecot: x",
    "pipes": "a" + " " * 70 + "| " * 30000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_line_takes_long(name: str) -> None:
    started = time.process_time()
    explain(read_text((HOSTILE[name][:LIMIT] + "\n") * 10), "b")
    assert time.process_time() - started < 2


@pytest.mark.parametrize("seed", range(20))
def test_damaged_logs_are_explained_all_the_same(seed: int) -> None:
    chance = random.Random(seed)
    version = chance.choice(["2.3", "2.4"])
    data = bytearray(log(version, chance.choice(names(version))).encode())
    for _ in range(200):
        place = chance.randrange(len(data))
        length = chance.choice((1, 1, 5, 40))
        kind = chance.randrange(3)
        if kind == 0:
            del data[place : place + length]
        elif kind == 1:
            data[place:place] = chance.choice((b"\n", b": ", b"<", b")", b"\xff", b"{}", b"{user}", b"%"))
        else:
            data[place : place + length] = chance.randbytes(length)
    for user in (BOB, None):
        found = explain(read_text(bytes(data)), user)
        assert to_json(found)
        assert "\x1b" not in render(text(found, brief=False), colored=False)
