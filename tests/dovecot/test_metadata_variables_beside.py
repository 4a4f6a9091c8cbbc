"""%variables in the settings of a mail user, beside the real doveadm: which exist, what is said of others."""

from __future__ import annotations

import os
import re
import shutil

import pytest

from tests.dovecot.metadata_sides import KEY, MakeSides, Sides
from tests.dovecot.test_metadata_paths_beside import FILES, USERDB

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")

TEMPLATES = {
    "2.3": (
        *("%u", "%n", "%d", "%Lu", "%1.2u", "%2.16Nu", "%{username}", "%{sha1:user}", "100%%", "a%"),
        *("%{if;%u;eq;bob;a;b}", "%s", "%{service}", "%i", "%{uid}", "%{gid}", "%{auth_user}", "%{hostname}"),
        *(
            "%{auth_domain}",
            "%{lip}",
            "%{local_ip}",
            "%{userdb:uid}",
            "%h",
            "%{home}",
            "%z",
            "%g",
            "%{nosuch}",
        ),
        *(
            "%{owner_user}",
            "%{master_user}",
            "%{protocol}",
            "%{local_name}",
            "%{local_port}",
            "%{user",
            "%{}",
        ),
    ),
    "2.4": (
        *("%{user}", "%{user | username}", "%{ user|domain }", "%{user | upper}", "%{user | md5 | hexlify}"),
        *("%{user | default('x')}", "%{nosuch | default('x')}", "100%", "%%{user}", "%{user} %{user|lower}"),
        *(
            "%{username}",
            "%{domain}",
            "%{uid}",
            "%{gid}",
            "%{pid}",
            "%{lip}",
            "%{auth_username}",
            "%{service}",
        ),
        *("%{protocol}", "%{local_name}", "%{local_port}", "%{owner_user}", "%{master_user}", "%{hostname}"),
        *(
            "%{userdb:uid}",
            "%{home}",
            "%{owner_home}",
            "%{nosuch}",
            "%{user | nosuch}",
            "%{user:x}",
            "é%{user}",
        ),
        *("%{user | substr(0, 2)}", "%{user|upper('x')}", "%{user | concat('%')}"),
        *("%{user | base64(1)}", "%{user | base64(pad=0)}", "%{user | md5('x')}"),
        *("%{user | truncate(2)}", "%{user | truncate(1, 2)}", "%{user | literal('x', 'y')}", "%{calculate}"),
        *("%{user | calculate('+', 1)}", "%{user | lookup(key='user')}", "%{user | substr(user)}"),
    ),
}


def _store(both: Sides) -> dict[str, bytes]:
    """Return the stores, and remove them with their folders."""
    mail = both.server.root / "mail"
    files = [path for path in mail.rglob("*") if "/mail/dict-" in str(path) and path.is_file()]
    roots = (str(both.server.root), both.server.place.root)
    data = {}
    for path in files:
        name = str(path.relative_to(mail))
        data[next((name.replace(root, "@root@") for root in roots if root in name), name)] = path.read_bytes()
    for path in mail.glob("dict-*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return data


@pytest.fixture
def both(sides: MakeSides) -> Sides:
    return sides(userdb=USERDB, files=FILES, extra={"2.3": "", "2.4": "mail_home =\n"})


@pytest.mark.parametrize("user", ["bob", "nohome"])
def test_both_find_the_same_store(both: Sides, user: str) -> None:
    server = both.server
    both.theirs(("get", "-u", user, *KEY))
    texts = {path: path.read_text() for path in (server.config_file, both.configuration)}
    call = ("set", "-u", user, *KEY, "v")
    try:
        for template in TEMPLATES[server.version]:
            for path, text in texts.items():
                usual = re.search(r"/mail/%(u|\{user\})\.dict", text)
                assert usual is not None
                path.write_text(text.replace(usual.group(), f"/mail/dict-{template}"))
            ours, written = both.ours(call), _store(both)
            assert (template, ours, written) == (template, both.theirs(call), _store(both))
    finally:
        server.config_file.write_text(texts[server.config_file])
