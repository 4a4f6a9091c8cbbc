"""doveconf of 2.4 beside us: what it finds at the end of the file, for settings put together at random."""

from __future__ import annotations

import json
import os
import random
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dovecot_conf import Version
from dovecot_conf.checks24_table import CHECKS, MASTER_SETTINGS, SERVICE_SETTINGS, SIEVE_SETTINGS, Own
from dovecot_conf.names import Kind, SettingName, table
from tests.dovecot.captures.checks24 import VERSION_LINES, as_crash, cases
from tests.dovecot.conftest import unavailable
from tests.dovecot.harness.installations import Installation, UnavailableError, find_24
from tests.fuzz.verdicts import Doveconf, own_verdict

pytestmark = pytest.mark.dovecot

CAPTURED = Path(__file__).parents[2] / "fixtures/captured/checks-2.4.jsonl"
TEXTS = 250
TRIES = 25
"""Lines that doveconf refuses are taken out one by one, so often at most."""

NAMES = table(Version.V24).names
MACHINE = {
    "mail_plugin_dir",
    "sieve_plugin_dir",
    "sieve_plugins",
    "default_internal_user",
    "default_login_user",
}
"""Settings whose verdict depends on the files and users of the machine."""

CHECKED = sorted(
    {
        *(name for part in CHECKS for check in part for name in getattr(check, "of", "").split()),
        *(check.name for part in CHECKS for check in part if not isinstance(check, Own)),
        *(name for names in SIEVE_SETTINGS.values() for name in names),
        *SERVICE_SETTINGS.split(),
        *MASTER_SETTINGS.split(),
    }
    - MACHINE
)
VALUES = {
    "bool": ("yes", "no", "%{x}"),
    "uint": ("0", "1", "2", "99", "1000", "unlimited", "%{x}", "$SET:mail_home"),
    "size": ("0", "1", "1023", "1k", "1M", "2G", "unlimited", "%{x}"),
    "time": ("0", "1s", "1h", "10 days", "1000d", "infinite", "%{x}"),
    "msecs": ("0", "1ms", "100ms", "1h", "%{x}"),
    "octal": ("0", "0600", "%{x}"),
    "port": ("0", "143", "993", "5", "%{x}"),
    "string": (
        "", "x", "a/b", "%{x}", "$SET:mail_home", "http://h/", "ftp://h", "<a@b>", "event=x", "event=x and",
        "a:b", "mail", "-lr", "lr", "10.0.0.1", "%{uid}", "%{sha1}", "json", "x y", "a@b", "user=bob",
        "anyone", "sieve://h", "sha256", "md5", "1.5", "data", "ANY", "/run/dovecot/anvil", "event=a OR (b>5",
    ),
}  # fmt: skip
WORDS = (
    "x", "imap", "lmtp", "delay-newmail", "no-search", "throttle:1:2:3", "throttle:x", "*", "hdr.a:b", "uid",
    "delete", "append", "whitespace-before-path", "exotic-backend", "::", "1.2.3.4", "vacation", "editheader",
    "spamtest", "notify", "add-flags", "content-type=a", "no-pipelining", "$SET:x", "Uid", "\\Sent",
)  # fmt: skip
BLOCKS = (
    "service imap", "service foo", "service anvil", "service auth", "namespace a", "mailbox b",
    "unix_listener anvil", "unix_listener u", "inet_listener imap", "inet_listener q", "fifo_listener u",
    "push_notification ox", "push_notification p", "metric m", "event_exporter e", "language en",
    "language data", "acl anyone", "acl zz", "execute h:5", "execute h", "passdb ldap", "passdb z",
    "userdb static", "sieve_script s", "sieve_script s/t", "oauth2", "auth_policy", "ssl_server", "imapc",
    "mail_ext_attachment", "protocol imap", "protocol !lmtp", "protocol sieve", "local 10.0.0.0/8",
    "remote 10.1.1.1", "local_name a.b", "dict redis", "group @g one", "mail_attribute",
)  # fmt: skip


@pytest.fixture(scope="module")
def installation() -> Installation:
    try:
        return find_24(os.environ)
    except UnavailableError as error:
        unavailable(str(error))


def test_the_captured_texts_are_judged_alike(installation: Installation) -> None:
    recorded = [json.loads(line) for line in CAPTURED.read_text("utf-8").splitlines()]
    assert list(cases(installation)) == recorded


def lines(dice: random.Random, around: str = "", depth: int = 0) -> Iterator[str]:
    for _ in range(dice.randrange(1, 4)):
        if dice.random() < 0.35 and depth < 3:
            block = dice.choice(BLOCKS)
            yield f"{block} {{"
            yield from lines(dice, block.partition(" ")[0], depth + 1)
            yield "}"
            continue
        near = [name for name in CHECKED if around and name.startswith(f"{around}_")]
        yield from setting(dice, NAMES[dice.choice(near if near and dice.random() < 0.7 else CHECKED)])


def setting(dice: random.Random, known: SettingName) -> Iterator[str]:
    if known.kind is Kind.VALUE:
        values = (
            (*known.choices.split(":"), "%{x}") if known.type == "enum" else VALUES.get(known.type, ("x",))
        )
        yield f"{known.name} = {dice.choice(values)}"
    elif known.kind is Kind.BOOLEANS and dice.random() < 0.5:
        yield f"{known.name} = {' '.join(dice.sample(WORDS, dice.randrange(3)))}"
    elif known.kind is Kind.FILTERS:
        yield from (f"{known.name} {dice.choice(('x', 'en', 'a/b', '%{x}'))} {{", "}")
    else:
        item = dice.choice(WORDS if known.kind is Kind.BOOLEANS else ("1", "7", "99", "x"))
        yield from (f"{known.name} {{", f"{item} = {dice.choice(('yes', 'no', '%{x}'))}", "}")


def without_statement(text: list[str], number: int) -> list[str]:
    """Return a text without a line; if it opens or closes a block, without the block."""
    start = number
    if text[start] == "}":
        depth = 1
        while depth:
            start -= 1
            depth += (text[start] == "}") - text[start].endswith("{")
    end, depth = start, int(text[start].endswith("{"))
    while depth:
        end += 1
        depth += text[end].endswith("{") - (text[end] == "}")
    return text[:start] + text[end + 1 :]


def test_random_settings_are_judged_alike(installation: Installation) -> None:
    doveconf = Doveconf(installation)
    dice = random.Random(24)
    at_end = accepted = 0
    with tempfile.TemporaryDirectory(dir=installation.filesystem / "tmp") as folder:
        main = Path(folder) / "dovecot.conf"
        for _ in range(TEXTS):
            text = list(lines(dice))
            for _ in range(TRIES):
                main.write_text(VERSION_LINES + "\n".join(text) + "\n")
                theirs = doveconf.verdict(main, expanding=False)
                ours = own_verdict(main, Version.V24, installation.filesystem, {}, expanding=False)
                assert ours.error == as_crash(theirs.error), text
                if theirs.error is None:
                    assert set(ours.warnings) == set(theirs.warnings), text
                match = re.search(r" line (\d+): ", theirs.error or "")
                if match is None:
                    at_end += theirs.error is not None
                    accepted += theirs.error is None
                    break
                text = without_statement(text, int(match[1]) - 3)
    assert min(at_end, accepted) > TEXTS / 5
