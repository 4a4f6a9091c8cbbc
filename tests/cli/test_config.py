"""`pushnotif config` as a user sees it: output, remarks, exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.main import run
from dovecot_conf.syntax_rule import V24_LINES

CONFIG = """\
mail_plugins = quota
doveadm_password = geheim
protocol lmtp {
  mail_plugins = $mail_plugins notify
}
plugin {
  push_notification_driver = ox:url=http://u:geheim@h/
}
"""


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "dovecot.conf"
    path.write_text(CONFIG)
    return str(path)


def test_n_prints_what_differs_from_the_defaults(
    config: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["config", "-n", "-c", config]) == 0
    out = capsysbinary.readouterr().out.decode()
    assert out.startswith(
        f"# 2.3.19.1: {config}\ndoveadm_password = # hidden, use -P to show it\nmail_plugins = quota\n"
    )
    assert out.endswith(
        "plugin {\n  push_notification_driver = ox:url=http://#hidden_use-P_to_show#@h/\n}\n"
        "protocol lmtp {\n  mail_plugins = quota notify\n}\n"
    )


def test_h_prints_the_value_alone_for_the_filter(
    config: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["config", "-h", "-f", "protocol=lmtp", "-c", config, "mail_plugins"]) == 0
    assert capsysbinary.readouterr().out == b"quota notify\n"


def test_a_name_without_a_setting_prints_nothing_but_a_remark(
    config: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["config", "-c", config, "dovecot.conf"]) == 0
    captured = capsysbinary.readouterr()
    assert captured.out == b""
    assert captured.err == b"pushnotif: no setting dovecot.conf here; -c names a file\n"
    assert run(["config", "-q", "-c", config, "dovecot.conf"]) == 0
    assert capsysbinary.readouterr() == (b"", b"")


def test_big_p_shows_secrets(config: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["config", "-n", "-P", "-c", config]) == 0
    assert b"doveadm_password = geheim\n" in capsysbinary.readouterr().out


def test_explain_hides_secrets_too(config: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    names = ["doveadm_password", "plugin/push_notification_driver"]
    assert run(["config", "--explain", "-c", config, *names]) == 0
    assert b"geheim" not in capsysbinary.readouterr().out


def test_a_broken_file_prints_its_errors_and_nothing_else(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "broken.conf"
    path.write_text("mail_plugins = a\nprotocol lmtp\n}\n")
    assert run(["config", "-n", "-c", str(path)]) == 1
    captured = capsysbinary.readouterr()
    assert captured.out == b""
    assert captured.err.startswith(f"pushnotif: {path}:2:1: Expecting '{{'\n".encode())


@pytest.mark.parametrize(
    "arguments",
    [
        ["-h", "--dovecot-version", "2.4"],
        ["--explain"],
        ["-f", "colour=red", "-n"],
        ["-f", "local=10.0.0.0/99", "-n"],
        ["-o", "mail_plugins=x", "-n"],
        ["--explain", "-n", "mail_plugins"],
    ],
)
def test_wrong_calls_exit_with_2(config: str, arguments: list[str]) -> None:
    assert run(["config", "-c", config, *arguments]) == 2


def test_only_the_value_of_everything_is_everything_in_2_3(
    config: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["config", "-c", config, "-n"]) == 0
    expected = capsysbinary.readouterr().out
    assert run(["config", "-c", config, "-n", "-h"]) == 0
    assert capsysbinary.readouterr().out == expected


def test_a_value_is_judged_as_it_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "dovecot.conf"
    path.write_text("mail_debug = $ENV:DEBUG\n")
    monkeypatch.setenv("DEBUG", "yes")
    assert run(["config", "-c", str(path), "-x", "-h", "mail_debug"]) == 0
    assert capsysbinary.readouterr().out == b"yes\n"
    assert run(["config", "-c", str(path), "-h", "mail_debug"]) == 1


def test_one_setting_is_printed_although_a_group_is_unknown(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "dovecot.conf"
    head = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
    path.write_text(f"{head}login_greeting = a\n@x = y\n")
    assert run(["config", "-c", str(path), "-h", "login_greeting"]) == 0
    assert capsysbinary.readouterr().out == b"a\n"
    assert run(["config", "-c", str(path), "-n"]) == 1


def test_an_unknown_variable_is_an_error_only_when_expanding(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "dovecot.conf"
    path.write_text("login_greeting = $nope\n")
    assert run(["config", "-n", "-c", str(path)]) == 0
    assert b"login_greeting = $nope\n" in capsysbinary.readouterr().out
    assert run(["config", "-n", "-x", "-c", str(path)]) == 1
    assert b"Unknown variable: $nope" in capsysbinary.readouterr().err


def test_a_password_in_an_error_is_hidden_without_p(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "dovecot.conf"
    path.write_text(f"{V24_LINES}push_notification ox {{\n  url = http://u:geheim@h:port/\n}}\n")
    assert run(["config", "-n", "-c", str(path)]) == 1
    shown = "Invalid push_notification_ox_url 'http://<hidden>@h:port/': Invalid host port"
    assert capsys.readouterr().err == f"pushnotif: {path}:4:3: {shown}\n"
    run(["config", "-n", "-P", "-c", str(path)])
    assert "http://u:geheim@h:port/" in capsys.readouterr().err
