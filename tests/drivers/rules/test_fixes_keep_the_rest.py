"""Whatever is fixed together: comments and lines that nothing is wrong with stay as they were."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from dovecot_conf import Version
from dovecot_conf.lines import find_comment
from tests.drivers.rules.fixing import fix_in_place

WRONG_23 = (
    "auth_verbose = true",
    "auth_debug = ja",
    "mail_fsync = Always",
    "login_greting = Hello",
    "default_vsz_limit = 1.5G",
    "auth_cache_ttl = 10",
    "login_greeting = Server#1 ready",
    "mail_max_userip_connections = 10x",
    "login_max_connections = 100",
    "protocol imap\n{\n  mail_debug = on\n}",
    "protocol pop3{\n}",
    "plugin { tag = x }",
    "plugin {\n  push_notification_driver = dlog\n  push_notification_driver3 = dlog:third\n}",
    "plugin {\n  push_notification_driver4 =\n}",
    "plugin {\n  push_notification_driver1 = ox:url=[::1]/a url=http://[::1]/b user_from_metadata=no\n}",
    "plugin {\n  push_notification_backend = dlgo\n}",
    "plugin {\n  push_notifcation_driver7 = ox:ulr=http://[::1]/ timeout_msecs=9ms cache_lifetime=10\n}",
    "plugin {\n  push_url = http://127.0.0.1/new%20mail\n}",
    "protocol lmtp {\n  mail_plugins = push-notification quota\n}",
    'protocol doveadm {\n  mail_plugins = "$mail_plugins quota"\n}',
    "protocol lda {\n  mail_plugins = $mail_plugins push_notification_lua\n}",
    "service imap-login {\n  inet_listener imap {\n    port = imap\n  }\n}",
    "service push {\n  unix_listener /run/dovecot/push {\n  }\n}",
    "}",
)
WRONG_24 = (
    "auth_verbose = on",
    "mail_fsync = Always",
    "mail_home = /home/%{user",
    "mail_path = ~/%d/%Ln",
    "mail_control_path = $mail_path",
    "mail_lua push {\n}",
    "push_notification = dlog",
    "push_notification_driver = dlog",
    "push_notification dlgo {\n}",
    "ssl_min_protocol = ANY",
    "mail_plugins = quota",
    "protocol lmtp {\n  mail_plugins = push_notification\n}",
    "protocol imap {\n  mail_plugins {\n    push_notification = yes\n  }\n}",
    "dovecot_config_version = 2.4.0",
    "login_greting = Hello",
)
RIGHT = (
    "mail_debug = no",
    "  mail_access_groups=   mail  ",
    "\tmail_uid\t= vmail",
    "",
    "#",
    "mail_gid = \\\n   vmail",
)
ENDS = ("\n", "\r\n")


def written(chance: random.Random, version: Version) -> tuple[str, list[str]]:
    """Return a file, and those of its lines that must stay."""
    wrong = WRONG_23 if version is Version.V23 else WRONG_24
    pieces: list[tuple[str, bool]] = [(piece, False) for piece in chance.sample(wrong, chance.randint(2, 9))]
    pieces += [(chance.choice(RIGHT), True) for _ in range(6)]
    chance.shuffle(pieces)
    lines: list[str] = []
    kept: list[str] = []
    for number, (piece, stays) in enumerate(pieces):
        found = piece.split("\n")
        if stays or chance.random() < 0.6:
            found[-1] += f"{' ' * chance.randint(1, 3)}# note {number} caf\udce9"
        lines += found
        if stays:
            kept.append(found[-1])
    return "\n".join(lines), kept


def comments(text: str) -> list[str]:
    found = ((line, find_comment(line)) for line in text.replace("\r", "").split("\n"))
    return [line[start:].strip() for line, start in found if start >= 0]


@pytest.mark.parametrize("version", Version)
@pytest.mark.parametrize("seed", range(40))
def test_comments_and_right_lines_stay(seed: int, version: Version, tmp_path: Path) -> None:
    chance = random.Random(f"{seed} {version}")
    part, kept_in_part = written(chance, version)
    main, kept_in_main = written(chance, version)
    head = (
        "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n" if version is Version.V24 else ""
    )
    end, last = chance.choice(ENDS), chance.choice(["", "\n"])
    texts = {"dovecot.conf": f"{head}!include part.conf\n{main}{last}", "part.conf": f"{part}{last}"}
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text.replace("\n", end).encode("utf-8", "surrogateescape"))
    fix_in_place(tmp_path / "dovecot.conf", unsafe=chance.random() < 0.7, version=version)
    for name, kept in (("dovecot.conf", kept_in_main), ("part.conf", kept_in_part)):
        content = (tmp_path / name).read_bytes().decode("utf-8", "surrogateescape")
        # "Server#1 ready" holds no comment once it is in quotes.
        expected = {comment for comment in comments(texts[name]) if "#1 ready" not in comment}
        assert expected <= set(comments(content))
        lines = [line.removesuffix("\r") for line in content.split("\n")]
        assert [line for line in lines if line in kept] == kept
        assert content.count("\n") == content.count(end)
        assert content.endswith(end) or not last or not texts[name].endswith("\n")


@pytest.mark.parametrize("seed", range(10))
def test_a_second_run_of_many_fixes_changes_nothing(seed: int, tmp_path: Path) -> None:
    text, _ = written(random.Random(seed), Version.V23)
    main = tmp_path / "dovecot.conf"
    main.write_bytes(text.encode("utf-8", "surrogateescape"))
    fix_in_place(main, unsafe=True, version=Version.V23)
    assert fix_in_place(main, unsafe=True, version=Version.V23).texts == {}
