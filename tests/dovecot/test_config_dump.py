# ruff: noqa: E501 - the pieces of configurations are easier to read on one line each
"""doveconf itself beside us: the same text for Debian's tree, the fixtures, and random texts."""

from __future__ import annotations

import gzip
import itertools
import os
import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dovecot_conf import Version, load
from dovecot_conf.conditions import Condition
from dovecot_conf.dump import DumpOptions, dump, look_up
from dovecot_conf.extent import Extent
from dovecot_conf.nets import parse_net
from tests.dovecot.harness.installations import (
    SYSTEM_PATH,
    Installation,
    UnavailableError,
    find_23,
    find_24,
)

pytestmark = pytest.mark.dovecot

FIXTURES = Path(__file__).parents[2] / "fixtures"
EXAMPLES = ("usr/share/dovecot", "usr/share/doc/dovecot-core/example-config", "etc/dovecot")
EXAMPLE_CALLS = ("-n", "-a", "-n -P", "-n -f protocol=imap", "-n -f protocol=lmtp")
VERSION_LINES = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
COUNT = 40
PIECES = {
    Version.V23: (
        "mail_plugins = $mail_plugins quota\n",
        "mail_debug = YES\nmail_home =\n",
        "default_vsz_limit = 512M\nauth_cache_ttl = 90m\n",
        'login_greeting = "a # b"\n',
        "ssl_key = </etc/hostname\n",
        "service imap {\n  client_limit = 05\n  unix_listener /a/b {\n    mode = 600\n  }\n}\n",
        "service imap-login {\n  inet_listener imaps {\n    port = 0\n    ssl = yes\n  }\n}\n",
        "service lmtp {\n  unix_listener lmtp {\n    mode = 0666\n  }\n  vsz_limit = 64M\n}\n",
        "passdb {\n  driver = static\n  args = password=x\n}\n",
        "userdb st {\n  driver = static\n  args = uid=vmail pass=y\n}\n",
        "namespace inbox {\n  inbox = yes\n  mailbox Trash {\n    auto = create\n    special_use = \\Trash\n  }\n}\n",
        "namespace {\n  prefix = shared/\n  separator = /\n  list = children\n  location = maildir:/x\n}\n",
        "plugin {\n  b = 2\n  a = http://u:p@h/ secret=x;y\n  c =\n  d = it's\n}\n",
        "dict {\n  quota = redis:host=h\n}\n",
        "protocol lmtp {\n  mail_plugins = $mail_plugins push_notification\n  plugin {\n    a = 1\n  }\n}\n",
        "protocol !imap {\n  mail_debug = no\n}\n",
        "local 10.0.0.0/8 {\n  mail_home = /l\n  protocol lmtp {\n    mail_home = /p\n  }\n}\n",
        "local_name Mail.example {\n  ssl_min_protocol = TLSv1.2\n}\n",
        "remote 192.168.0.0/16 {\n  mail_max_userip_connections = 3\n  protocol imap {\n    mail_debug = yes\n  }\n}\n",
        "protocol lmtp {\n  service lmtp {\n    client_limit = 2\n  }\n  namespace n {\n    inbox = no\n  }\n}\n",
    ),
    Version.V24: (
        "mail_plugins = quota acl\n",
        "mail_plugins {\n  notify = yes\n  acl = no\n}\n",
        "mail_debug = YES\nmail_home =\n",
        "default_vsz_limit = 512M\nauth_cache_ttl = 1 hours\n",
        'login_greeting = "a # b"\n',
        "mail_home = /x $SET:mail_home\n",
        "service imap {\n  client_limit = 5\n  unix_listener /a/b {\n    mode = 0600\n  }\n}\n",
        "service/imap/process_limit = 7\n",
        "service imap-login {\n  inet_listener imaps {\n    port = 0\n    ssl = yes\n  }\n}\n",
        "passdb static {\n  password = x\n}\n",
        "userdb st {\n  driver = static\n  fields {\n    uid = vmail\n    home = /h\n  }\n}\n",
        "namespace inbox {\n  inbox = yes\n  mailbox Trash {\n    auto = create\n    special_use = \\Trash\n  }\n}\n",
        'namespace "a b" {\n  prefix = shared/\n  separator = /\n  mail_path = /s\n}\n',
        "push_notification ox {\n  url = http://u:p@h/\n}\n",
        "push_notification second {\n  driver = ox\n  ox_url = http://h/\n}\n",
        "mail_attribute {\n  dict file {\n    path = %{home}/attrs\n  }\n}\n",
        "dict_server {\n  dict q {\n    driver = redis\n    redis_host = h\n  }\n}\n",
        "import_environment {\n  FOO = bar\n}\n",
        "ssl_server_cert_file = /etc/hostname\nssl_server_prefer_ciphers = client\n",
        "ssl_server {\n  key_file = /etc/hostname\n}\n",
        "auth_mechanisms {\n  login = yes\n}\n",
        "protocol lmtp {\n  mail_plugins {\n    push_notification = yes\n  }\n  push_notification ox {\n    url = http://l/\n  }\n}\n",
        "protocol !imap {\n  mail_debug = no\n}\n",
        "local 10.0.0.0/8 {\n  mail_home = /l\n  protocol lmtp {\n    mail_home = /p\n  }\n}\n",
        "remote 192.168.0.0/16 {\n  mail_max_userip_connections = 3\n  protocol imap {\n    mail_debug = yes\n  }\n}\n",
    ),
}  # fmt: skip
CALLS = {
    Version.V23: (
        "-n", "-a", "-n -P", "-n -f protocol=lmtp", "-n -f protocol=imap -f remote=192.168.1.1",
        "-f protocol=lmtp plugin", "service", "service/imap", "service/lmtp/unix_listener", "namespace", "passdb",
        "plugin/a mail_plugins", "-h mail_plugins", "-h login_greeting", "-f protocol=lmtp namespace", "-n service",
        "nosuch",
    ),
    Version.V24: (
        "-n", "-a", "-n -P", "-n -f protocol=lmtp", "-n -f protocol=imap -f remote=192.168.1.1",
        "-f protocol=lmtp mail_plugins", "service", "service/imap", "service/imap/unix_listener", "namespace",
        "passdb", "push_notification/ox/ox_url mail_home", "push_notification/ox/url", "-h mail_plugins",
        "-h login_greeting", "-n service", "mail_attribute", "dict_server", "ssl_server", "import_environment",
        "-h import_environment/FOO", "-h nosuch", "auth_mechanisms", "service_client_limit",
    ),
}  # fmt: skip


def installed(find: Callable[[], Installation]) -> Installation:
    try:
        return find()
    except UnavailableError as error:
        if os.environ.get("PUSHNOTIF_REQUIRE_DOVECOT") == "1":
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=list(Version), ids=str)
def installation(request: pytest.FixtureRequest) -> Installation:
    return installed(find_23 if request.param is Version.V23 else lambda: find_24(os.environ))


@pytest.fixture
def folder(installation: Installation) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=installation.filesystem / "tmp") as name:
        yield Path(name)


def theirs(installation: Installation, config: Path, call: str) -> str | None:
    """Return what doveconf prints, without its header; None when it refuses the configuration."""
    command = installation.command("doveconf", "-c", installation.inside(config), *call.split())
    answer = subprocess.run(
        command, capture_output=True, env={"PATH": SYSTEM_PATH, "LC_ALL": "C"}, check=False
    )
    if answer.returncode:
        return None
    return without_header(answer.stdout.decode("utf-8", "surrogateescape"))


def without_header(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("# "))


def ours(installation: Installation, config: Path, call: str) -> str:
    """Answer the same call."""
    words = iter(call.split())
    names, flags, said = [], set(), {}
    for word in words:
        if word == "-f":
            key, _, value = next(words).partition("=")
            said[key] = value
        elif word.startswith("-"):
            flags.add(word)
        else:
            names.append(word)
    remote = said.get("remote")
    asked = Condition(said.get("protocol"), remote=parse_net(remote) if remote else None)
    root = None if installation.filesystem == Path("/") else installation.filesystem
    extent = Extent.CHANGED if "-n" in flags else Extent.ALL if names else Extent.LISTED
    options = DumpOptions(extent, asked, "-h" in flags, "-P" in flags, "-x" in flags, {}, root)
    configuration = load(config, version=Version(installation.version), root=root)
    if names:
        return "".join(look_up(configuration, name, options) for name in names)
    return without_header(dump(configuration, options))


def test_debians_own_tree_gives_the_same_text(installation: Installation) -> None:
    config = installation.filesystem / "etc/dovecot/dovecot.conf"
    for call in ("-n", "-a", "-n -f protocol=lmtp", "service", "namespace"):
        assert ours(installation, config, call) == theirs(installation, config, call), call


def examples(installation: Installation, folder: Path) -> Iterator[Path]:
    """Yield a main file for each file of the packages' example configurations, in a copy of all of them."""
    files = sorted(
        path
        for place in EXAMPLES
        for path in (installation.filesystem / place).rglob("*.conf*")
        if path.suffix in (".conf", ".ext", ".gz") and not path.is_symlink()
    )
    head = VERSION_LINES if installation.version == "2.4" else ""
    for number, path in enumerate(files):
        content = path.read_bytes()
        content = gzip.decompress(content) if path.suffix == ".gz" else content
        whole = head == "" or b"\ndovecot_config_version" in content
        main = folder / f"{number}-{path.name}"
        main.write_bytes(content if whole else head.encode() + content)
        yield main


def test_the_examples_of_the_packages_give_the_same_text(installation: Installation, folder: Path) -> None:
    for name in ("conf.d", "auth"):
        shutil.copytree(
            installation.filesystem / "usr/share/dovecot/conf.d", folder / name, dirs_exist_ok=True
        )
    for path in (folder / "conf.d").glob("*.ext"):
        shutil.copy(path, folder)
    accepted = 0
    for config in examples(installation, folder):
        for call in EXAMPLE_CALLS:
            expected = theirs(installation, config, call)
            if expected is not None:
                accepted += 1
                assert ours(installation, config, call) == expected, f"{config.name} {call}"
    assert accepted > len(EXAMPLE_CALLS) * 20


def test_the_fixtures_give_the_same_text(installation: Installation, folder: Path) -> None:
    config = folder / "dovecot.conf"
    shutil.copy(FIXTURES / f"first-day/dovecot-{installation.version}.conf", config)
    for call in CALLS[Version(installation.version)]:
        assert ours(installation, config, call) == theirs(installation, config, call), call


def test_texts_put_together_give_the_same_text(installation: Installation, folder: Path) -> None:
    version = Version(installation.version)
    dice = random.Random(7)
    calls = itertools.cycle(CALLS[version])
    config = folder / "dovecot.conf"
    compared = 0
    for _ in range(COUNT):
        text = "".join(dice.sample(PIECES[version], k=dice.randrange(1, 12)))
        config.write_text((VERSION_LINES if version is Version.V24 else "") + text)
        if theirs(installation, config, "-n") is None:
            continue
        for call in ("-n", *itertools.islice(calls, 4)):
            expected = theirs(installation, config, call)
            if expected is not None:
                compared += 1
                assert ours(installation, config, call) == expected, f"{call}\n{text}"
    assert compared > COUNT * 2
