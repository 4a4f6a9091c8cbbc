"""`pushnotif validate --proxy-config`."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from cli.main import run

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "validate.schema.json").read_text())
OPEN = "server {\n  location / {\n    proxy_pass http://login:hunter2@127.0.0.1:8009;\n  }\n}\n"


@pytest.fixture
def main(tmp_path: Path) -> str:
    path = tmp_path / "dovecot.conf"
    path.write_text("mail_plugins = notify\nlog_path = /dev/stderr\n")
    return str(path)


@pytest.fixture
def proxy(tmp_path: Path) -> str:
    path = tmp_path / "appsuite.conf"
    path.write_text(OPEN)
    return str(path)


def test_the_finding_is_shown_with_the_line_of_the_web_server(main: str, proxy: str, capsys) -> None:
    assert run(["validate", "-q", main, "--proxy-config", proxy, "--fail-on", "warning"]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("warning[PN809] preliminary-open: everybody can reach /preliminary/http-notify")
    assert out[1:5] == [f" --> {proxy}:2:3", "  |", "2 |   location / {", "  |   ^^^^^^^^^^"]


def test_a_warning_fails_no_run_by_itself(main: str, proxy: str) -> None:
    assert run(["validate", "-q", main, "--proxy-config", proxy]) == 0


def test_the_file_is_among_the_files_of_the_json_document(main: str, proxy: str, capsys) -> None:
    run(["validate", "--format", "json", main, "--proxy-config", proxy])
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, SCHEMA)
    assert document["files"] == [main, proxy]
    assert [(item["file"], item["line"], item["code"]) for item in document["diagnostics"]] == [
        (proxy, 2, "PN809")
    ]


def test_two_configurations_of_dovecot_tell_it_once(main: str, proxy: str, tmp_path: Path, capsys) -> None:
    other = tmp_path / "other.conf"
    other.write_text("mail_plugins = notify\n")
    run(["validate", "--format", "concise", main, str(other), *["--proxy-config", proxy] * 2])
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_secrets_of_the_web_server_are_hidden(main: str, proxy: str, capsys) -> None:
    Path(proxy).write_text(OPEN.replace("  location / {\n    proxy", "  location / { proxy"))
    run(["validate", "-q", main, "--proxy-config", proxy])
    out = capsys.readouterr().out
    assert "location /" in out
    assert "hunter2" not in out


def test_a_malformed_file_is_one_finding(main: str, proxy: str, capsys) -> None:
    Path(proxy).write_text("server {\n  listen 80\n}\n")
    assert run(["validate", "--format", "concise", main, "--proxy-config", proxy]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f'{proxy}:3:1: PN810 this is no configuration of nginx: unexpected "}}": a ";" is missing before it'
    ]


def test_a_binary_file_is_one_finding_at_most(main: str, proxy: str, capsys) -> None:
    Path(proxy).write_bytes(bytes(range(256)) * 20)
    run(["validate", "--format", "concise", main, "--proxy-config", proxy])
    assert len(capsys.readouterr().out.splitlines()) <= 1


def test_a_missing_file_is_wrong_usage(main: str, capsys) -> None:
    assert run(["validate", main, "--proxy-config", "/nonexistent"]) == 2
    assert "/nonexistent" in capsys.readouterr().err
