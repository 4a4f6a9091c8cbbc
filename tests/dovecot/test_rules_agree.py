"""What the rules say about Dovecot is what the real one does.

The examples of the rules run in `doveadm` without a daemon: it makes a mail user, and with it loads
plugins and drivers. A filter for another protocol is written for doveadm then.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import cli.main
from dovecot_conf.lint.docs import Example, parse_doc
from dovecot_conf.versions import Version
from drivers.rules import all_rules
from tests.dovecot.conftest import unavailable
from tests.dovecot.harness.installations import Installation, UnavailableError, find_23, find_24
from tests.dovecot.harness.processes import run
from tests.dovecot.harness.setups import account

DOCS = {rule.code: parse_doc(rule.__doc__ or "") for rule in all_rules()}
INIT = {
    Version.V23: "Debug: Called init push_notification plugin hook.",
    Version.V24: "Debug: dlog: Called init push_notification plugin hook.",
}
PREFIX = re.compile(
    r"^(?:doveadm|doveconf)(?:\([^)]*\))?(?:<[^>]*>)*: (?P<level>[A-Z][a-z]+: )(?:cmd [a-z ]+: )?"
)
NO_MOUNTS = "setmntent("  # a root without mounts has no list of them
ETC = "/etc/dovecot/"

BASE = {
    Version.V23: """\
mail_location = maildir:<root>/mail
mail_debug = yes
""",
    Version.V24: """\
dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
mail_driver = maildir
mail_path = <root>/mail
mail_home = <root>/mail
log_debug = category=push-notification or category=lua
""",
}
COMMON = """\
base_dir = <root>/run
state_dir = <root>/run
log_path = /dev/stderr
log_timestamp = ""
ssl = no
mail_uid = <user>
mail_gid = <group>
first_valid_uid = 1
first_valid_gid = 1
namespace inbox {
  inbox = yes
}
"""
MAIL = "From: alice@example.org\nSubject: hi\n\nhi\n"
VERSION_FLAGS = {Version.V23: (), Version.V24: ("--no-userdb-lookup",)}


@dataclass(frozen=True)
class Bench:
    """A folder of its own in an installation, where examples run."""

    installation: Installation
    version: Version
    folder: Path

    @property
    def root(self) -> str:
        return self.installation.inside(self.folder)

    def write(self, example: Example) -> None:
        owner = account()
        text = BASE[self.version] + COMMON + self._placed(example.shown)
        for name, value in {"root": self.root, "user": owner.user, "group": owner.group}.items():
            text = text.replace(f"<{name}>", value)
        (self.folder / "dovecot.conf").write_text(text)
        for path, content in example.files:
            target = self.folder / path.removeprefix(ETC).lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
            target.chmod(0o644)

    def _placed(self, text: str) -> str:
        text = re.sub(r"^protocol \w+ \{", "protocol doveadm {", text, flags=re.MULTILINE)
        return text.replace(ETC, f"{self.root}/")

    def doveadm(self, *arguments: str) -> list[str]:
        command = self.installation.command("doveadm", "-D", "-c", f"{self.root}/dovecot.conf", *arguments)
        return self._said(command)

    def lines(self, example: Example) -> list[str]:
        """Return what Dovecot says of the example: reading it, loading a user, calling its script."""
        self.write(example)
        flags = VERSION_FLAGS[self.version]
        said = self.doveadm("mailbox", "status", *flags, "messages", "INBOX")
        if example.files:
            mail = self.folder / "new.eml"
            mail.write_text(MAIL)
            mail.chmod(0o644)
            said += self.doveadm("save", *flags, "-m", "INBOX", f"{self.root}/new.eml")
        return said + self._said(
            self.installation.command("doveconf", "-n", "-c", f"{self.root}/dovecot.conf")
        )

    def _said(self, command: list[str]) -> list[str]:
        environment = {"USER": "bob", "HOME": f"{self.root}/mail"}
        written = run(command, environment=environment).stderr
        lines = [line.replace(f"{self.root}/", ETC) for line in written.splitlines()]
        return [PREFIX.sub(lambda match: match["level"], line) for line in lines]


@pytest.fixture
def bench() -> Iterator[Callable[[Version], Bench]]:
    made: list[Path] = []

    def make(version: Version) -> Bench:
        try:
            installation = find_23() if version is Version.V23 else find_24(os.environ)
        except UnavailableError as error:
            unavailable(str(error))
        # Lua shortens long paths in its messages.
        folder = Path(tempfile.mkdtemp(prefix="pn-", dir=installation.filesystem / "tmp"))
        folder.chmod(0o755)
        made.append(folder)
        owner = account()
        for name in ("mail", "run"):
            (folder / name).mkdir()
            if not owner.runs_everything:
                shutil.chown(folder / name, owner.user, owner.group)
        return Bench(installation, version, folder)

    yield make
    for folder in made:
        shutil.rmtree(folder)


def cases(part: str, *, only_with_lines: bool) -> list[object]:
    return [
        pytest.param(code, example, id=f"{code}-{example.version}")
        for code, doc in DOCS.items()
        for example in getattr(doc, part)
        if not only_with_lines or any(version == example.version for version, _ in doc.says)
    ]


@pytest.mark.parametrize(("code", "example"), cases("bad", only_with_lines=True))
def test_the_real_server_says_of_the_bad_example_what_the_rule_quotes(
    code: str, example: Example, bench: Callable[[Version], Bench]
) -> None:
    lines = bench(example.version).lines(example)
    for version, quoted in DOCS[code].says:
        if version == example.version:
            assert quoted in lines


@pytest.mark.parametrize(("code", "example"), cases("good", only_with_lines=False))
def test_the_real_server_has_no_complaint_about_the_good_example(
    code: str, example: Example, bench: Callable[[Version], Bench]
) -> None:
    lines = bench(example.version).lines(example)
    complaints = [line for line in lines if line.startswith(("Error:", "Fatal:", "Panic:"))]
    assert [line for line in complaints if NO_MOUNTS not in line] == []


LOADED = {
    ("PN202", Version.V23): (0, 1),
    ("PN202", Version.V24): (0, 1),
    ("PN203", Version.V23): (0, 1),
    ("PN212", Version.V23): (0, 1),
    ("PN213", Version.V23): (0, 1),
    ("PN213", Version.V24): (0, 1),
    ("PN214", Version.V23): (0, 1),
    ("PN301", Version.V23): (1, 2),
    ("PN302", Version.V23): (0, 1),
    ("PN303", Version.V23): (1, 1),
    ("PN305", Version.V23): (2, 1),
    ("PN305", Version.V24): (2, 1),
    ("PN306", Version.V23): (1, 2),
    ("PN307", Version.V23): (1, 2),
    ("PN309", Version.V24): (0, 1),
    ("PN312", Version.V23): (1, 2),
    ("PN313", Version.V23): (1, 2),
    ("PN315", Version.V24): (1, 0),
    ("PN316", Version.V24): (1, 0),
}
"""How many dlog drivers load: with the bad example, and with the good one."""


@pytest.mark.parametrize(("code", "version"), LOADED, ids=str)
def test_as_many_drivers_load_as_the_rule_says(
    code: str, version: Version, bench: Callable[[Version], Bench]
) -> None:
    place = bench(version)
    found = tuple(
        place.lines(example).count(INIT[version])
        for examples in (DOCS[code].bad, DOCS[code].good)
        for example in examples
        if example.version is version
    )
    assert found == LOADED[code, version]


REFUSED = {"PN318": "Unknown setting: url", "PN705": "Unknown section name: plugin"}
"""What Dovecot 2.4 ends with, behind the number of a line."""


@pytest.mark.parametrize("code", REFUSED)
def test_the_whole_configuration_is_refused(code: str, bench: Callable[[Version], Bench]) -> None:
    said = bench(Version.V24).lines(DOCS[code].bad[0])
    assert any(line.startswith("Fatal:") and REFUSED[code] in line for line in said)


@pytest.mark.parametrize("version", Version)
def test_without_a_dict_nobody_can_be_switched_on(
    version: Version, bench: Callable[[Version], Bench]
) -> None:
    entry = "/private/vendor/vendor.dovecot/http-notify"
    arguments = ("mailbox", "metadata", "set", *VERSION_FLAGS[version], "-s", "", entry, "user=bob")
    place = bench(version)
    for part, refused in (("bad", True), ("good", False)):
        example = next(item for item in getattr(DOCS["PN601"], part) if item.version is version)
        place.write(example)
        said = place.doveadm(*arguments)
        assert ("Error: Failed to set attribute: Mailbox attributes not enabled" in said) is refused


def test_a_wrong_dict_is_refused_with_the_reason_of_the_rule(bench: Callable[[Version], Bench]) -> None:
    place = bench(Version.V23)
    place.write(DOCS["PN602"].bad[0])
    said = place.doveadm("mailbox", "metadata", "get", "-s", "", "/private/comment")
    assert any("Dictionary URI is missing ':': /var/lib/dovecot/attributes" in line for line in said)


def test_a_dict_in_plugin_is_none(bench: Callable[[Version], Bench]) -> None:
    place = bench(Version.V23)
    for part, refused in (("bad", True), ("good", False)):
        place.write(getattr(DOCS["PN603"], part)[0])
        said = place.doveadm("mailbox", "metadata", "set", "-s", "", "/private/comment", "x")
        assert ("Error: Failed to set attribute: Mailbox attributes not enabled" in said) is refused


def test_memcached_kills_who_sets_an_entry(bench: Callable[[Version], Bench]) -> None:
    place = bench(Version.V23)
    place.write(DOCS["PN610"].bad[0])
    said = place.doveadm("mailbox", "metadata", "set", "-s", "", "/private/comment", "x")
    assert any(line.startswith("Panic: ") for line in said)


PUSH = """\
protocol lmtp {
  mail_plugins = $mail_plugins notify push_notification
}
plugin {
  push_notification_driver = dlog
}
"""


def test_debians_own_configuration_has_no_error(
    tmp_path: Path, bench: Callable[[Version], Bench], capsys: pytest.CaptureFixture[str]
) -> None:
    bench(Version.V23)
    copy = tmp_path / "etc" / "dovecot"
    shutil.copytree("/etc/dovecot", copy)
    assert (
        cli.main.run(["validate", str(copy / "dovecot.conf"), "--format", "concise", "--fail-on", "error"])
        == 0
    )
    (copy / "conf.d" / "99-push.conf").write_text(PUSH)
    assert cli.main.run(["validate", str(copy / "dovecot.conf"), "--select", "PN2,PN3,PN4,PN5,PN6"]) == 0
    assert "ok: " in capsys.readouterr().out
