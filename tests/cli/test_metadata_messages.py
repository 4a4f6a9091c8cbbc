"""How messages of `pushnotif metadata` are spelled, and what is printed beside those of a wrong call."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.main import run

STORES = {
    "2.3": "mail_location = maildir:{root}/%u\nmail_attribute_dict = file:{root}/%u.dict\n"
    "userdb {{\n  driver = static\n  args = home={root} allow_all_users=yes\n}}\n",
    "2.4": "dovecot_config_version = 2.4.0\nmail_driver = maildir\nmail_path = {root}/%{{user}}\n"
    "mail_attribute {{\n  dict file {{\n    path = {root}/%{{user}}.dict\n  }}\n}}\n"
    "userdb static {{\n  static_allow_all_users = yes\n  fields {{\n    home = {root}\n  }}\n}}\n",
}
SLASH = "namespace inbox {\n  inbox = yes\n  separator = /\n}\n"
COMMAND = {"2.3": "", "2.4": "cmd mailbox metadata %s: "}
OF_DOVEADM = {"2.3": "", "2.4": "doveadm: "}
VERSIONS = pytest.mark.parametrize("version", STORES)


class Site:
    """A configuration of one version, in which everybody is a user and alice has an INBOX."""

    def __init__(self, root: Path, version: str, capture: pytest.CaptureFixture[str]) -> None:
        self.capture = capture
        self.version = version
        self.configuration = root / "dovecot.conf"
        self.configuration.write_text(STORES[version].format(root=root) + SLASH)
        (root / "alice" / "cur").mkdir(parents=True)
        (root / "alice" / "dovecot-uidlist").write_text(f"3 V1 N1 G{'1' * 32}\n")

    def call(self, *args: str) -> tuple[int, str, str]:
        self.capture.readouterr()
        code = run(["metadata", "-c", str(self.configuration), *args])
        captured = self.capture.readouterr()
        return code, captured.out, captured.err.replace("pushnotif: ", "")

    def prefix(self, command: str) -> str:
        return COMMAND[self.version].replace("%s", command)


@pytest.fixture
def site(tmp_path: Path, version: str, capfd: pytest.CaptureFixture[str]) -> Site:
    return Site(tmp_path, version, capfd)


@VERSIONS
@pytest.mark.parametrize("name", ["inbox/X", "Inbox/X", "INBOX/X"])
def test_inbox_at_the_beginning_of_a_name_is_spelled_in_capitals(site: Site, name: str) -> None:
    code, _, err = site.call("list", "-u", "alice", name, "/private/k")
    why = "Failed to iterate mailbox attributes: Mailbox doesn't exist: INBOX/X"
    assert (code, err) == (68, f"Error: {site.prefix('list')}Mailbox INBOX/X: {why}\n")


@pytest.mark.parametrize("version", ["2.3"])
def test_a_newline_stays_in_a_message_of_23(site: Site) -> None:
    _, _, err = site.call("get", "-u", "alice", "a\nb", "/private/k")
    assert err == "Error: Failed to get attribute: Mailbox doesn't exist: a\nb\n"


@pytest.mark.parametrize("version", ["2.4"])
def test_each_line_of_a_message_of_24_has_the_level_in_front(site: Site) -> None:
    _, _, err = site.call("get", "-u", "alice", "a\nb", "/private/k")
    assert err.splitlines()[1] == "Error: b"
    _, _, err = site.call("get", "-u", "alice", "INBOX", "/foo\nbar")
    assert err.splitlines()[1].startswith("Fatal: bar': Must begin")


@VERSIONS
@pytest.mark.parametrize(("formatter", "start"), [("json", "[]"), ("tab", "\n"), ("table", ""), ("flow", "")])
@pytest.mark.parametrize("wrong", [("-x", "INBOX", "/private/k"), ("INBOX", "/private/k", "extra")])
def test_a_wrong_call_prints_an_empty_result(
    site: Site, formatter: str, start: str, wrong: tuple[str, ...]
) -> None:
    code, out, _ = site.call("-f", formatter, "get", "-u", "alice", *wrong)
    assert (code, out) == (64, start)


@VERSIONS
def test_24_looks_at_the_key_before_it_misses_the_value(site: Site) -> None:
    code, _, err = site.call("set", "-u", "alice", "INBOX", "/foo")
    start = {"2.3": "usage: ", "2.4": "Fatal: Invalid metadata key '/foo'"}[site.version]
    assert code == 64
    assert err.startswith(start)


@VERSIONS
def test_an_entry_without_a_name_needs_no_mailbox_in_24(site: Site) -> None:
    code = site.call("get", "-u", "alice", "Nope", "/private")[0]
    assert code == {"2.3": 68, "2.4": 0}[site.version]
