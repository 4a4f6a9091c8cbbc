"""doveconf of 2.3 beside us: old names in all kinds of places, put together at random."""

from __future__ import annotations

import os
import random
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dovecot_conf import Version
from dovecot_conf.old_names23_table import OLD_BEGINNINGS, OLD_NAMES
from tests.dovecot.harness.installations import Installation, UnavailableError, find_23
from tests.fuzz.verdicts import Doveconf, own_verdict

pytestmark = pytest.mark.dovecot

TEXTS = 60
TRIES = 40
"""Lines that doveconf refuses are taken out one by one, so often at most."""

VALUES = (
    "yes", "no", "YES", "5", "500", "", "abc", "root", "/x/y", "*", "::", "10.0.0.1:99", '"a b"', "2 M",
    "imaps pop3 managesieve", "outlook-idle delay-newmail", "!SSLv3 TLSv1", "TLSv1.2, !TLSv1.1", "count",
    "</etc/hostname", "never", "'q'",
)  # fmt: skip
KEYS = (
    *OLD_NAMES, "mail_cache_compress_min_size", "mail_cache_compress_x", "listen", "ssl_listen", "protocols",
    "imap_client_workarounds", "ssl_protocols", "auth_cache_size", "auth_count", "imap_zlib_compress_level",
    "base_dir", "mechanisms", "verbose", "user", "executable", "path", "mode", "group", "args", "driver",
    "mail", "client_limit", "ssl", "mail_fsync", "auth_verbose", "address", "port", "process_size",
)  # fmt: skip
SECTIONS = (
    "protocol imap", "protocol !pop3", "protocol managesieve", "protocol lmtp", "local 10.0.0.0/8",
    "local_name a", "auth", "auth default", "passdb pam", "passdb", "userdb passwd", "plugin", "plugin 0",
    "socket listen", "socket connect", "master", "client", "service dns_client", "service imap-login",
    "inet_listener imap", "mail", "ssl_disable", "unix_listener a",
)  # fmt: skip
INSIDE = {"auth": ("passdb pam", "userdb passwd", "socket listen"), "socket": ("master", "client")}
SOCKETS = {
    "master": ("path = /run/dovecot/x-master", "mode = 0600", "user = u"),
    "client": ("path = a/b", "group = g"),
}


@pytest.fixture(scope="module")
def installation() -> Installation:
    try:
        return find_23()
    except UnavailableError as error:
        if os.environ.get("PUSHNOTIF_REQUIRE_DOVECOT") == "1":
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


def lines(dice: random.Random, around: str = "", depth: int = 0) -> Iterator[str]:
    for _ in range(dice.randrange(1, 5)):
        if dice.random() > 0.4 or depth > 3:
            yield f"{dice.choice(KEYS)} = {dice.choice(VALUES)}"
            continue
        likely = INSIDE.get(around)
        section = dice.choice(likely if likely and dice.random() < 0.7 else SECTIONS)
        word = section.partition(" ")[0]
        yield f"{section} {{"
        if word in SOCKETS and dice.random() < 0.8:
            yield from SOCKETS[word]
        else:
            yield from lines(dice, word, depth + 1)
        if dice.random() < 0.97:
            yield "}"


def test_random_texts_with_old_names(installation: Installation) -> None:
    doveconf = Doveconf(installation)
    dice = random.Random(23)
    accepted = 0
    with tempfile.TemporaryDirectory(dir=installation.filesystem / "tmp") as folder:
        main = Path(folder) / "dovecot.conf"
        for _ in range(TEXTS):
            text = list(lines(dice))
            for _ in range(TRIES):
                main.write_text("\n".join(text) + "\n")
                theirs = doveconf.verdict(main, expanding=False)
                ours = own_verdict(main, Version.V23, None, {}, expanding=False)
                assert ours == theirs if theirs.error is None else ours.error == theirs.error, text
                match = re.search(r" line (\d+): ", theirs.error or "")
                if match is None:
                    accepted += theirs.error is None
                    break
                del text[int(match[1]) - 1]
    assert accepted > TEXTS / 2


def test_every_old_name_that_doveconf_has_stands_in_the_table(installation: Installation) -> None:
    # Some of the table are ends of other texts in the program, and the linker keeps one for both.
    program = (installation.filesystem / "usr/bin/doveconf").read_bytes()
    words = {found.decode() for found in re.findall(rb"(?<=\0)[a-z][a-z0-9_]{3,40}(?=\0)", program)}
    doveconf = Doveconf(installation)
    obsolete = set()
    with tempfile.TemporaryDirectory(dir=installation.filesystem / "tmp") as folder:
        main = Path(folder) / "dovecot.conf"
        for word in sorted(words | set(OLD_NAMES)):
            main.write_text(f"{word} = 50\n")
            if doveconf.verdict(main, expanding=False).warnings:
                obsolete.add(word)
    values = {"auth_cache_size", "auth_count", "ssl_protocols", "ssl_listen"}
    assert obsolete - set(OLD_BEGINNINGS) == set(OLD_NAMES) | values
