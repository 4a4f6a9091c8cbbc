"""What the rules about secrets and permissions tell apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import Diagnostic, Version, load, loads
from dovecot_conf.lint import Catalogue, lint
from drivers.rules import all_rules
from drivers.rules.security import modes

CATALOGUE = Catalogue(all_rules())
LINES_24 = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
OX = (
    "mail_plugins = notify push_notification\nmail_attribute_dict = file:%h/a\nplugin {\n"
    "  push_notification_driver = ox:url=http://login:hunter2@127.0.0.1:8009/notify\n}\n"
)
SCRIPT = (
    "function dovecot_lua_notify_begin_txn(user) return {} end\n"
    "function dovecot_lua_notify_event_message_new(context, event) end\n"
    "function dovecot_lua_notify_end_txn(context, success) end\n"
)


def found(text: str, version: Version = Version.V23) -> tuple[Diagnostic, ...]:
    items = lint(loads(text, version=version), CATALOGUE)
    return tuple(item for item in items if item.code >= "PN2")


def codes(text: str, version: Version = Version.V23) -> list[str]:
    return [item.code for item in found(text, version)]


@pytest.fixture
def etc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder where modes mean something."""
    folder = tmp_path / "etc"
    folder.mkdir()
    monkeypatch.setattr(modes, "PLACES", (folder,))
    return folder


def found_in(path: Path, text: str, mode: int, root: Path | None = None) -> list[Diagnostic]:
    path.write_text(text)
    path.chmod(mode)
    items = lint(load(path, root=root, version=Version.V23), CATALOGUE, root=root)
    return [item for item in items if item.code >= "PN8"]


@pytest.mark.parametrize(
    "text",
    [
        "doveadm_password = hunter2\n",
        'doveadm_api_key = "hunter2"\n',
        "imapc_password = hunter2\n",
        OX,
        "mail_attribute_dict = redis:host=127.0.0.1:password=hunter2\n",
    ],
)
def test_a_secret_in_a_file_that_everybody_reads_is_told_without_it(etc: Path, text: str) -> None:
    (item,) = found_in(etc / "dovecot.conf", text, 0o644)
    assert item.code == "PN801"
    assert "hunter2" not in item.message + item.hint
    assert found_in(etc / "dovecot.conf", text, 0o640) == []


@pytest.mark.parametrize(
    "text",
    [
        "doveadm_password =\n",
        "doveadm_password = </etc/dovecot/password\n",
        "imapc_password = %w\n",
        "auth_verbose_passwords = sha1\n",
        "disable_plaintext_auth = yes\n",
        OX.replace("login:hunter2@", "login@"),
    ],
)
def test_what_holds_no_secret_may_be_read_by_everybody(etc: Path, text: str) -> None:
    assert found_in(etc / "dovecot.conf", text, 0o644) == []


def test_a_file_with_many_secrets_is_told_once_and_each_file_for_itself(etc: Path) -> None:
    (etc / "a.inc").write_text("doveadm_password = a\ndoveadm_api_key = b\n")
    (etc / "b.inc").write_text("imapc_password = c\n")
    (etc / "b.inc").chmod(0o600)
    items = found_in(etc / "dovecot.conf", "!include a.inc\n!include b.inc\n", 0o644)
    assert [(item.code, Path(item.span.file).name, item.span.line) for item in items] == [
        ("PN801", "a.inc", 1)
    ]


def test_modes_mean_nothing_in_a_checkout(etc: Path, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout" / "etc"
    checkout.mkdir(parents=True)
    text = "doveadm_password = hunter2\n"
    assert found_in(checkout / "dovecot.conf", text, 0o666, root=tmp_path / "checkout") == []
    assert found_in(checkout / "dovecot.conf", text, 0o666) == []


def test_a_link_into_etc_is_judged_by_where_it_leads(etc: Path, tmp_path: Path) -> None:
    (etc / "dovecot.conf").write_text("doveadm_password = hunter2\n")
    (tmp_path / "link.conf").symlink_to(etc / "dovecot.conf")
    items = lint(load(tmp_path / "link.conf"), CATALOGUE)
    assert [item.code for item in items] == ["PN801"]


@pytest.mark.parametrize(("mode", "wanted"), [(0o644, ["PN806"]), (0o640, []), (0o400, [])])
def test_a_key_is_for_root(etc: Path, mode: int, wanted: list[str]) -> None:
    key = etc / "key.pem"
    key.write_text("-----BEGIN PRIVATE KEY-----\n")
    key.chmod(mode)
    items = found_in(etc / "dovecot.conf", f"ssl_key = <{key}\n", 0o644)
    assert [item.code for item in items] == wanted


@pytest.mark.parametrize(("mode", "wanted"), [(0o646, ["PN807"]), (0o664, [])])
def test_a_script_that_everybody_may_change_is_told(etc: Path, mode: int, wanted: list[str]) -> None:
    script = etc / "push.lua"
    script.write_text(SCRIPT)
    script.chmod(mode)
    text = (
        "mail_plugins = notify mail_lua push_notification push_notification_lua\n"
        f"plugin {{\n  push_notification_driver = lua:file={script}\n}}\n"
    )
    assert [item.code for item in found_in(etc / "dovecot.conf", text, 0o644)] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("auth_debug_passwords = yes\n", ["PN802"]),
        ("auth_verbose_passwords = plain\n", ["PN802"]),
        ("auth_verbose_passwords = plain:6\n", ["PN802"]),
        ("auth_verbose_passwords = sha1\nauth_debug_passwords = no\n", []),
        ("mail_debug = yes\n" + OX, ["PN803"]),
        ("mail_debug = yes\n" + OX.replace("login:hunter2@", ""), []),
        ("protocol pop3 {\n  mail_plugins =\n  mail_debug = yes\n}\n" + OX, []),
        ("disable_plaintext_auth = no\n", ["PN808"]),
        ("disable_plaintext_auth = no\nssl = required\n", []),
    ],
)
def test_what_is_logged_or_sent_in_the_clear(text: str, wanted: list[str]) -> None:
    assert [code for code in codes(text) if code >= "PN8"] == wanted


@pytest.mark.parametrize(
    ("inside", "wanted"),
    [
        ("port = 24245", ["PN804"]),
        ("port = 24245\n    ssl = yes", []),
        ("port = 0", []),
        ("address = 127.0.0.1 ::1\n    port = 24245", []),
        ("address = 127.0.0.1 10.0.0.1\n    port = 24245", ["PN804"]),
    ],
)
def test_doveadm_is_told_where_others_reach_it_without_tls(inside: str, wanted: list[str]) -> None:
    for name in ("", " http"):
        text = f"service doveadm {{\n  inet_listener{name} {{\n    {inside}\n  }}\n}}\n"
        assert codes(text) == wanted


def test_blocks_of_one_listener_are_read_together() -> None:
    block = "service doveadm {{\n  inet_listener http {{\n    {}\n  }}\n}}\n"
    assert codes(block.format("port = 8080") + block.format("ssl = yes")) == []


def test_other_services_may_listen() -> None:
    assert codes("service lmtp {\n  inet_listener lmtp {\n    port = 24\n  }\n}\n") == []


@pytest.mark.parametrize(
    ("service", "socket", "mode", "wanted"),
    [
        ("auth", "auth-userdb", "0666", []),
        ("auth", "auth-userdb", "0777", ["PN805"]),
        ("auth", "auth-userdb", "0660", []),
        ("auth", "auth-master", "0666", ["PN805"]),
        ("auth", "auth-client", "0666", []),
        ("auth", "/var/spool/postfix/private/auth", "0666", []),
        ("dict", "dict", "0666", ["PN805"]),
        ("dict", "dict", "0660", []),
        ("doveadm", "doveadm-server", "0666", ["PN805"]),
        ("lmtp", "lmtp", "0666", []),
        ("dict", "dict", "$mode", []),
    ],
)
def test_a_socket_is_told_when_it_gives_something_away(
    service: str, socket: str, mode: str, wanted: list[str]
) -> None:
    text = f"service {service} {{\n  unix_listener {socket} {{\n    mode = {mode}\n  }}\n}}\n"
    assert codes(text) == wanted
    if mode.isdecimal() and "/" not in socket:
        assert [code for code in codes(LINES_24 + text, Version.V24) if code >= "PN8"] == wanted


@pytest.mark.parametrize(
    ("uri", "wanted"),
    [
        ("redis:host=10.0.0.1:password=hunter2", ["PN812"]),
        ("redis:host=8.8.8.8:port=1:password=hunter2", ["PN812"]),
        ("redis:host=10.0.0.1", []),
        ("redis:password=hunter2", []),
        ("redis:host=::1:password=hunter2", []),
        ("redis:path=/run/redis:host=10.0.0.1:password=hunter2", []),
    ],
)
def test_the_password_of_redis_is_told_where_it_leaves_the_machine(uri: str, wanted: list[str]) -> None:
    items = found(f"dict {{\n  quota = {uri}\n}}\n")
    assert [item.code for item in items] == wanted
    assert all("hunter2" not in item.message + item.hint for item in items)
    assert codes(f"plugin {{\n  quota_dict = {uri}\n}}\n") == []
