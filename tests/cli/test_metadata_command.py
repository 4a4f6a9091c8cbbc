from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.main import run
from cli.render.rows import as_json, flow, pager, tab, table
from tests.cli.conftest import Run
from tests.mailstore.dict_server import Scripted, home_made, listen_tcp, scripted
from tests.redis_server import RedisServer

CONFIGURATION = """\
mail_location = maildir:{root}/%u
mail_attribute_dict = file:{root}/%u.dict
userdb {{
  driver = passwd-file
  args = {root}/users
}}
"""

CONFIGURATION_24 = """\
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
mail_driver = maildir
mail_path = {root}/%{{user}}
mail_attribute {{
  dict proxy {{
    name = metadata
  }}
}}
userdb passwd-file {{
  passwd_file_path = {root}/users
}}
"""


class Site:
    """A configuration with three users; alice and bob have an INBOX."""

    def __init__(self, root: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.capture = capture
        self.configuration = root / "dovecot.conf"
        self.configuration.write_text(CONFIGURATION.format(root=root))
        (root / "users").write_text("alice:::::/h::\nbob:::::/h::\ncarol:::::/h::\n")
        for number, user in enumerate(("alice", "bob")):
            (root / user / "cur").mkdir(parents=True)
            (root / user / "dovecot-uidlist").write_text(f"3 V1 N1 G{str(number) * 32}\n")

    def call(self, *args: str) -> tuple[int, str, str]:
        """Return the exit code, stdout and stderr of `pushnotif metadata`."""
        code = run(["metadata", "-c", str(self.configuration), *args])
        captured = self.capture.readouterr()
        return code, captured.out, captured.err


@pytest.fixture
def site(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Site:
    return Site(tmp_path, capfd)


def test_shared_options_stand_before_or_behind_the_command(site: Site) -> None:
    assert site.call("set", "-u", "alice", "INBOX", "/private/a", "1") == (0, "", "")
    assert site.call("-f", "json", "get", "-u", "alice", "INBOX", "/private/a")[1] == '[{"value":"1"}]'
    assert site.call("get", "INBOX", "-f", "json", "/private/a", "-ualice")[1] == '[{"value":"1"}]'
    assert site.call("get", "-o", "mail_attribute_dict=", "-u", "alice", "INBOX", "/private/a")[0] == 65


def test_a_value_that_looks_like_an_option_needs_two_dashes(site: Site) -> None:
    assert site.call("set", "-u", "alice", "INBOX", "/private/a", "-x")[0] == 64
    assert site.call("set", "-u", "alice", "--", "INBOX", "/private/a", "-x") == (0, "", "")
    assert site.call("get", "-u", "alice", "INBOX", "/private/a")[1] == "-x\n"


def test_the_last_user_wins(site: Site) -> None:
    site.call("set", "-u", "nobody", "-u", "alice", "INBOX", "/private/a", "1")
    assert (site.root / "alice.dict").exists()


def test_a_mask_selects_users_and_adds_their_names(site: Site) -> None:
    site.call("set", "-u", "alice", "INBOX", "/private/a", "1")
    assert site.call("get", "-u", "?l*", "INBOX", "/private/a") == (0, "alice 1\n", "")
    assert site.call("get", "-u", "*b*", "INBOX", "/private/a") == (0, "bob \n", "")
    assert site.call("get", "-u", "nob*", "INBOX", "/private/a") == (0, "", "")


def test_a_file_names_users(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    users = site.root / "some"
    users.write_text("bob\nghost\nalice\n")
    code, out, err = site.call("get", "-F", str(users), "INBOX", "/private/a")
    assert (code, out) == (0, "bob \nalice \n")
    assert err == "pushnotif: Info: User no longer exists, skipping\n"
    code, _, err = site.call("get", "-F", str(site.root / "missing"), "INBOX", "/private/a")
    assert (code, err.count("\n")) == (75, 2)
    assert err.endswith("pushnotif: Error: Failed to iterate through some users\n")


def test_a_server_entry_for_all_users_reaches_each_one_unharmed(site: Site) -> None:
    # doveadm damages the key from the second user on.
    entry = "/private/vendor/vendor.dovecot/http-notify"
    code, _, _ = site.call("set", "-A", "-s", "--create", "", entry, "user=x")
    assert code == 0
    for user in ("alice", "bob", "carol"):
        assert site.call("get", "-u", user, "-s", "", entry)[1] == "user=x\n"


def test_one_failing_user_does_not_stop_the_others(site: Site) -> None:
    code, _, err = site.call("set", "-A", "INBOX", "/private/a", "1")
    assert code == 68
    assert err.count("\n") == 1
    assert "Mailbox doesn't exist: INBOX" in err
    assert (site.root / "alice.dict").exists()
    assert (site.root / "bob.dict").exists()


def test_without_a_user_the_environment_counts(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "alice")
    assert site.call("set", "INBOX", "/private/a", "1") == (0, "", "")
    assert (site.root / "alice.dict").exists()
    monkeypatch.delenv("USER")
    message = "pushnotif: Fatal: USER environment is missing and -u option not used\n"
    assert site.call("get", "INBOX", "/private/a") == (64, "", message)


def test_a_missing_inbox_is_made_only_on_request(site: Site) -> None:
    code, out, err = site.call("set", "-u", "carol", "INBOX", "/private/a", "1")
    assert (code, out, err.count("\n")) == (68, "", 1)
    assert f"Dovecot would make it in {site.root}/carol: --create does" in err
    assert not (site.root / "carol").exists()
    assert site.call("get", "-u", "carol", "INBOX", "/private/a") == (0, "\n", "")
    assert site.call("set", "--create", "-u", "carol", "INBOX", "/private/a", "1") == (0, "", "")
    assert site.call("get", "-u", "carol", "INBOX", "/private/a") == (0, "1\n", "")
    assert sorted(path.name for path in (site.root / "carol").iterdir()) == [
        "cur",
        "dovecot-uidlist",
        "new",
        "tmp",
    ]


def test_other_missing_mailboxes_are_never_made(site: Site) -> None:
    code, _, err = site.call("set", "--create", "-u", "alice", "Nope", "/private/a", "1")
    assert (code, err) == (68, "pushnotif: Error: Failed to open mailbox: Mailbox doesn't exist: Nope\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\x7fELF\0\n\0\n", "this is no dict file of Dovecot's"), (None, "is a directory")],
)
@pytest.mark.parametrize("call", [("get",), ("set", "v"), ("unset",)])
def test_something_else_in_place_of_the_dict_gives_one_line(
    site: Site, content: bytes | None, message: str, call: tuple[str, ...]
) -> None:
    path = site.root / "alice.dict"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    code, out, err = site.call(call[0], "-u", "alice", "INBOX", "/private/a", *call[1:])
    assert (code, out, err.count("\n")) == (75, "", 1)
    assert message in err
    assert content is None or path.read_bytes() == content


@pytest.mark.parametrize("driver", ["fs:metawrap:posix:prefix=/x", "memcached:host=h:password=hush"])
def test_a_dict_driver_that_is_not_supported_gives_one_line(site: Site, driver: str) -> None:
    args = ("get", "-o", f"mail_attribute_dict={driver}", "-u", "alice", "INBOX", "/private/a")
    code, out, err = site.call(*args)
    assert (code, out, err.count("\n")) == (75, "", 1)
    assert "not supported by this version of pushnotif" in err
    assert "hush" not in err


@pytest.mark.parametrize(
    ("driver", "code", "message"),
    [
        ("redis:host=h:password=hush", 75, "dict redis: Invalid IP: h"),
        ("redis:path=/nowhere:password=hush", 75, "connect(/nowhere) failed: No such file or directory"),
        ("fs:posix:prefix=x", 75, "the fs prefix is x, not absolute"),
    ],
)
def test_a_dict_that_can_not_be_asked_does_not_tell_the_password(
    site: Site, driver: str, code: int, message: str
) -> None:
    args = ("get", "-o", f"mail_attribute_dict={driver}", "-u", "alice", "INBOX", "/private/a")
    found, out, err = site.call(*args)
    assert (found, out) == (code, "")
    assert message in err
    assert "hush" not in err


def test_fs_and_redis_are_stores_like_the_file(site: Site, tmp_path: Path, redis_server: RedisServer) -> None:
    for driver in (f"fs:posix:prefix={tmp_path}/fs/", f"redis:port={redis_server.port}:prefix=x/"):
        option = ("-o", f"mail_attribute_dict={driver}", "-u", "alice", "INBOX")
        assert site.call("set", *option, "/private/a", "v w") == (0, "", "")
        assert site.call("get", *option, "/private/a") == (0, "v w\n", "")
        assert site.call("list", *option, "/private/a")[0] == 75
        assert site.call("unset", *option, "/private/a") == (0, "", "")
        assert site.call("get", *option, "/private/a") == (0, "\n", "")


def test_a_userdb_that_can_not_be_asked_gives_one_line(site: Site) -> None:
    site.configuration.write_text("mail_attribute_dict = file:/x\nuserdb {\n driver = ldap\n}\n")
    code, out, err = site.call("get", "-u", "alice", "INBOX", "/private/a")
    assert (code, out, err.count("\n")) == (75, "", 1)
    assert "userdb ldap can't be asked" in err


@pytest.mark.parametrize("path", ["missing.conf", "."])
def test_a_configuration_that_can_not_be_read_gives_one_line(site: Site, path: str) -> None:
    site.configuration = site.root / path
    code, out, err = site.call("get", "-u", "alice", "INBOX", "/private/a")
    assert (code, out, err.count("\n")) == (75, "", 1)


def test_a_mailbox_name_that_is_no_text_gives_one_line(site: Site) -> None:
    code, out, err = site.call("get", "-u", "alice", os.fsdecode(b"\xff"), "/private/a")
    assert (code, out, err.count("\n")) == (68, "", 1)


def test_without_a_dict_our_own_store_is_used_and_announced(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(site.root / "data"))
    site.configuration.write_text("mail_location = maildir:~/Maildir\n")
    code, out, err = site.call("set", "-u", "alice", "-s", "", "/private/a", "1")
    assert (code, out) == (0, "")
    store = site.root / "data" / "pushnotif" / "metadata" / "alice.dict"
    assert err == f"pushnotif: no mail_attribute_dict is set: using pushnotif's own store {store}\n"
    assert store.exists()
    assert site.call("get", "-q", "-u", "alice", "-s", "", "/private/a") == (0, "1\n", "")


def test_the_example_never_touches_the_system(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(site.root / "data"))
    assert run(["metadata", "set", "--demo", "-q", "-u", "bob", "-s", "", "/private/a", "1"]) == 0
    assert (site.root / "data" / "pushnotif" / "metadata" / "bob.dict").exists()


@pytest.mark.parametrize("args", [[], ["-q"], ["frob"], ["--nosuch"], ["frob", "-u", "alice"]])
def test_a_call_without_a_known_command_is_wrong(args: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["metadata", *args]) == 64
    assert capfd.readouterr().err.count("\n") == 1


ROWS = [("alice", "a\tb"), ("bob", "")]
COLUMNS = ("username", "value")


def test_rows_in_all_formats() -> None:
    assert flow(COLUMNS, ROWS, 80) == "alice a\tb\nbob \n"
    assert pager(COLUMNS, ROWS, 80) == "alice\na\tb\n\f\nbob\n\n"
    assert tab(COLUMNS, ROWS, 80) == "Username\tvalue\nalice\ta\tb\nbob\t\n"
    assert as_json(COLUMNS, ROWS, 80) == (
        '[{"username":"alice","value":"a\\tb"},{"username":"bob","value":""}]'
    )


def test_json_escapes_what_doveadm_escapes() -> None:
    assert as_json(("v",), [('"\\\x01\n/é\u2028\udcff',)], 80) == '[{"v":"\\"\\\\\\u0001\\n/é\\u2028\ufffd"}]'


def test_a_table_shares_the_space_that_is_left() -> None:
    assert table(("key",), [("abc",), ("é",)], 11) == "abc    \né      \n"
    assert table((), [], 80) == ""


def test_a_store_below_a_folder_of_others_is_one_clear_line(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("mailstore.dict_file.os.open", refuse)
    monkeypatch.setattr("pathlib.Path.stat", refuse)
    outcome = run("metadata", "get", "--demo", "-q", "-u", "bob", "-s", "", "/private/comment")
    assert outcome.code == 75
    assert "Permission denied" in outcome.err
    assert "internal error" not in outcome.err


def test_a_proxy_dict_asks_its_server_and_fails_as_doveadm_does(site: Site) -> None:
    socket_path = site.root / "dict"
    text = site.configuration.read_text()
    replaced = text.replace(f"file:{site.root}/%u.dict", f"proxy:{socket_path}:metadata")
    site.configuration.write_text(replaced)
    with home_made(socket_path, ["token"]) as server:
        assert site.call("set", "-u", "alice", "INBOX", "/private/Token", "x") == (0, "", "")
        assert server.values == {("alice", "token"): "x"}
        assert site.call("get", "-A", "INBOX", "/private/token")[:2] == (0, "alice x\nbob \ncarol \n")
        assert site.call("list", "-u", "alice", "INBOX", "/private/x") == (0, "", "")
        code, out, err = site.call("set", "-u", "alice", "INBOX", "/private/other", "x")
        why = "Mailbox INBOX: Dict private transaction commit failed: dict-server returned failure: \n"
        assert (code, out) == (75, "")
        assert err == f"pushnotif: Error: {why}pushnotif: Error: Failed to commit transaction: {why}"
    code, out, err = site.call("get", "-u", "alice", "INBOX", "/private/token")
    why = (
        "Mailbox INBOX: Failed to get attribute token: "
        f"net_connect_unix({socket_path}) failed: Connection refused\n"
    )
    assert (code, out) == (75, "")
    assert err == f"pushnotif: Error: {why}pushnotif: Error: Failed to get attribute: {why}"


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_a_dict_server_may_listen_on_tcp(site: Site, version: str) -> None:
    listener = listen_tcp()
    port = listener.getsockname()[1]
    if version == "2.3":
        setting = f"mail_attribute_dict=proxy:tcp:127.0.0.1:{port}:metadata"
    else:
        setting = f"mail_attribute/dict/proxy/socket_path=tcp:127.0.0.1:{port}"
        site.configuration.write_text(CONFIGURATION_24.format(root=site.root))
    with scripted(listener, Scripted([b"*1\n+1\tOv\t1\t2\t3\t4\n"])) as script:
        assert site.call("get", "-o", setting, "-u", "alice", "INBOX", "/private/a") == (0, "v\n", "")
    major = {"2.3": b"H3\t2", "2.4": b"H4\t0"}[version]
    assert script.received == [major + b"\t0\t\tmetadata\nLpriv/" + b"0" * 32 + b"/a\talice\n"]


def test_a_value_that_is_too_long_for_a_dict_server_is_not_sent(site: Site) -> None:
    setting = f"mail_attribute_dict=proxy:{site.root}/nosuch:metadata"
    code, out, err = site.call("set", "-o", setting, "-u", "alice", "INBOX", "/private/a", "x" * 66000)
    assert (code, out) == (75, "")
    assert "a dict server takes lines of at most 65536 bytes" in err
    assert "xxx" not in err


def test_a_mistake_in_the_configuration_is_told_and_the_rest_of_it_counts(site: Site) -> None:
    with site.configuration.open("a") as file:
        file.write("no_such_setting = 1\n")
    code, out, err = site.call("set", "-u", "alice", "INBOX", "/private/a", "1")
    assert (code, out) == (0, "")
    assert err.startswith(f"pushnotif: {site.configuration}:")
    assert "Unknown setting: no_such_setting: Dovecot refuses this configuration (1 in all;" in err
    assert site.call("get", "-q", "-u", "alice", "INBOX", "/private/a") == (0, "1\n", "")
