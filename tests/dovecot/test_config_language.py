"""doveconf itself beside us: the same verdict, message, file and line, for texts put together at random.

Texts that fail in a check of whole sections at the end are passed over; enough must be left to compare.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

import cli.main
from dovecot_conf import Configuration, Severity, VariableError, Version, expand, load, user_values
from dovecot_conf.syntax_rules import rule_named
from tests.dovecot.harness.installations import (
    SYSTEM_PATH,
    Installation,
    UnavailableError,
    find_23,
    find_24,
)

pytestmark = pytest.mark.dovecot

LINES = {
    Version.V23: (
        "protocol lmtp {", "protocol !imap {", "plugin {", "}", "}", "}", "mail_home = /x", "a = b",
        "login_greeting = $mail_home a", "mail_plugins = $mail_plugins x", "local 10.0.0.1 {",
        "remote 10.0.0.0/8 {", "local_name a {", "service imap {", "!include a.conf",
        "!include_try b.conf",
        "namespace a {", "unix_listener x {", "mail_home = 'a # b' # c", "mail_home = a\\", "# c", "x{",
        "mail_home = it's # c", "protocol imap { x }", "\tmail_home\t=\t$mail_home\tx",
        "mail_home = a#b",
        "!include missing.conf", '"mail_home" = x', "= x", "passdb {", "passdb a {",
        "mail_debug = yes", "mail_debug = on", "mail_debug = $auth_verbose", "mail_debug {", "dict {",
        "auth_verbose = yes", "auth_verbose = n", "auth_cache_ttl = 10", "auth_cache_ttl = 5 MIN",
        "imap_idle_notify_interval = 500ms", "default_vsz_limit = 1.5G", "mail_fsync = always",
        "mail_fsync = Always", "client_limit = 5", "client_limit = -1", "mode = 0600", "mode = 08",
        "port = 70000",
        "inet_listener x {", "mailbox b {", "auto = create", "auto = x", "driver = pam",
        "service/imap/client_limit = 3",
        "service/nosuch/client_limit = 3", "plugin/x = y", "login_user = x", "ssl_protocols = TLSv1.2",
        "passdb = c",
        "mail_max_userip_connections = $mail_max_userip_connections", "nosuch {", "prefix = x/",
        "first_valid_uid = 5",
    ),
    Version.V24: (
        "protocol lmtp {", "protocol !imap {", "mail_plugins {", "}", "}", "}", "mail_home = /x",
        "login_greeting = $SET:mail_home a", "mail_plugins = a b", "local 10.0.0.1 {", "notify = yes",
        "remote 10.0.0.0/8 {", "local_name a {", "service imap {", "!include a.conf",
        "!include_try b.conf",
        "namespace a {", "push_notification ox {", "push_notification {", "mail_attribute {",
        "dict file {",
        "path = /x", "group @g x {", "@g = x", "group @g {", "@mailbox_defaults = english",
        "@metric_defaults = x", '"mail_home" = x', "mail_home = a\\", "# c",
        "mail_home = it's # c", "x{", "mail_home = a#b", "mail_plugins = a \"b", "!include missing.conf",
        "mail_home = /h/%{user | lower}", "mail_home = /h/%{user", "mailbox z {",
        "push_notification = ox",
        "mail_debug = yes", "mail_debug = on", "mail_debug = $SET:auth_verbose", "mail_debug {",
        "mail_debug/x = n",
        "auth_verbose = yes", "auth_verbose = n", "auth_cache_ttl = 10", "auth_cache_ttl = 5 MIN",
        "imap_idle_notify_interval = infinite", "default_vsz_limit = 1.5G", "mail_fsync = always",
        "mail_fsync = Always", "client_limit = 5", "client_limit = -1", "mode = 0600", "mode = 08",
        "port = 70000",
        "inet_listener x {", "auto = create", "auto = x", "driver = pam",
        "service/imap/client_limit = 3",
        "service/imap/nosuch = 3", "plugin/x = y", "url = http://h/", "passdb q {", "userdb q {",
        "password = x",
        "auth_mechanisms = plain", "auth_mechanisms {", "mail_debug = %{x}", "nosuch {", "prefix = x/",
        "bogus = 1",
        "auth_policy {", "server_url = http://h/", "mail_max_userip_connections = unlimited", "fields {",
    ),
}  # fmt: skip
COUNT = 150
VERSION_LINES = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
INCLUDED = (
    "",
    "mail_home = /z\n",
    "protocol imap {\n",
    "}\n",
    "mail_home = \\\n",
    "# c\n",
    "mail_plugins = q\n",
)

NEEDS_WHOLE_SECTIONS = re.compile(r"Fatal: Error in configuration file \S+: (?!Missing '}')|must|failed: ")
"""Errors without a line: checks of whole sections at the end."""


def installed(find: Callable[[], Installation]) -> Installation:
    try:
        return find()
    except UnavailableError as error:
        if os.environ.get("PUSHNOTIF_REQUIRE_DOVECOT") == "1":
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def dovecot_of_23() -> Installation:
    return installed(find_23)


@pytest.fixture(scope="module")
def dovecot_of_24() -> Installation:
    return installed(lambda: find_24(os.environ))


def run(command: Sequence[str], **environ: str) -> str:
    """Run a command and return what it says on stderr."""
    answer = subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        env={"PATH": SYSTEM_PATH, "LC_ALL": "C", **environ},
        check=False,
    )
    return answer.stderr


def ours(configuration: Configuration) -> str | None:
    for problem in configuration.problems:
        if problem.severity is Severity.ERROR:
            if problem.name == "variable-syntax":
                return f"Panic: {problem.message}"
            place = "" if rule_named(problem.name).at_end else f" line {problem.span.line}"
            return f"Fatal: Error in configuration file {problem.span.file}{place}: {problem.message}"
    return None


def theirs(stderr: str) -> str | None:
    lines = [line for line in stderr.split("\n") if re.match("doveconf: (Fatal|Panic): ", line)]
    return lines[-1].removeprefix("doveconf: ") if lines else None


def texts(version: Version, seed: int, count: int) -> Iterator[tuple[str, str]]:
    dice = random.Random(seed)
    for _ in range(count):
        lines = dice.choices(LINES[version], k=dice.randrange(1, 10))
        start = VERSION_LINES if version is Version.V24 else ""
        yield start + "\n".join(lines) + dice.choice(("", "\n")), dice.choice(INCLUDED)


def compare(installation: Installation, version: Version, folder: Path) -> int:
    """Compare verdicts and warnings; return how many verdicts there were."""

    def inside(text: str) -> str:
        root = str(installation.filesystem).rstrip("/")
        return text.replace(root, "") if root else text

    compared = 0
    main = folder / "dovecot.conf"
    for text, included in texts(version, seed=20, count=COUNT):
        main.write_text(text)
        (folder / "a.conf").write_text(included)
        answer = run(installation.command("doveconf", "-n", "-c", installation.inside(main)))
        configuration = load(main, version=version)
        expected = theirs(answer)
        if expected is not None and NEEDS_WHOLE_SECTIONS.search(expected):
            continue
        compared += 1
        assert inside(ours(configuration) or "") == (expected or ""), f"{text!r} with {included!r}"
        if expected is None:
            warnings = [
                inside(problem.message)
                for problem in configuration.problems
                if problem.name in ("ambiguous-comment", "shadowed-global")
            ]
            seen = re.findall("^doveconf: Warning: (.*(?:Ambiguous|Global setting).*)$", answer, re.MULTILINE)
            assert warnings == list(dict.fromkeys(seen)), f"{text!r} with {included!r}"
    return compared


def test_23_gives_the_same_verdicts(dovecot_of_23: Installation, tmp_path: Path) -> None:
    assert compare(dovecot_of_23, Version.V23, tmp_path) > COUNT / 2


def test_24_gives_the_same_verdicts(dovecot_of_24: Installation) -> None:
    with tempfile.TemporaryDirectory(dir=dovecot_of_24.filesystem / "tmp") as folder:
        assert compare(dovecot_of_24, Version.V24, Path(folder)) > COUNT / 2


BINARY = {
    "a program": b"\x7fELF\x02\x01\x00\n\xff\x00\x03\n",
    "junk behind settings": b"mail_debug = yes\n\x80\x01 junk\n",
    "UTF-16": "protocols = imap\n".encode("utf-16"),
    "a control character in a value": b"login_greeting = a\x01b\n",
}


@pytest.mark.parametrize("what", BINARY)
@pytest.mark.parametrize("version", Version)
def test_doveadm_refuses_a_binary_main_file_where_metadata_does(
    version: Version, what: str, request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]
) -> None:
    installation: Installation = request.getfixturevalue(f"dovecot_of_{version.value.replace('.', '')}")
    start = VERSION_LINES.encode() if version is Version.V24 else b""
    with tempfile.TemporaryDirectory(dir=installation.filesystem / "tmp") as folder:
        main = Path(folder, "dovecot.conf")
        main.write_bytes(start + BINARY[what])
        given = ("-c", installation.inside(main))
        call = ("mailbox", "metadata", "list", "-u", "nobody", "INBOX")
        answer = run(installation.command("doveadm", *given, *call))
        code = cli.main.run(
            ["metadata", "list", "-c", str(main), "--dovecot-version", version.value, "-u", "nobody", "INBOX"]
        )
    refused = "Error in configuration file" in answer
    assert refused == (what != "a control character in a value"), answer
    said = capfd.readouterr().err
    assert ("the file looks binary: give a configuration file" in said) == refused
    assert code == 75 or not refused


EXPRESSIONS = [
    "%Lu",
    "%Hu_%Nu_%2.256Nu",
    "%-5.-2u",
    "%05.3n",
    "%{sha1;truncate=16,format=base64:user}",
    "%{md5:username}",
    "%{if;5;>;3;a;b}",
    "%{if;%u;~;^B;yes;no}",
    "%%",
    "%b",
    "%{nosuch}",
    "%{user",
]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_23_expands_variables_the_same_way(text: str, dovecot_of_23: Installation, tmp_path: Path) -> None:
    config = tmp_path / "dovecot.conf"
    config.write_text(
        f"base_dir = {tmp_path}/run\nlog_path = /dev/stderr\nssl = no\n"
        "mail_uid = nobody\nmail_gid = nogroup\nfirst_valid_uid = 1\nfirst_valid_gid = 1\n"
        f"mail_location = maildir:{tmp_path}/m:INDEX=/<{text}>\n"
    )
    command = dovecot_of_23.command("doveadm", "-D", "-c", str(config), "mailbox", "list")
    answer = run(command, USER="Bob.Smith@example.com", HOME="/home/bob")
    values = user_values("Bob.Smith@example.com", "doveadm", home="/home/bob")
    try:
        expected = f"index=/<{expand(text, values, Version.V23)}>"
    except VariableError as error:
        expected = f"mail_location: {error}"
    assert expected in answer
