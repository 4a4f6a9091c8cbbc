"""Settings of 2.4 that name files, and settings that it refuses in groups."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import Configuration, Version, load
from dovecot_conf.conditions import UNFILTERED
from dovecot_conf.dump import DumpOptions, look_up
from dovecot_conf.extent import Extent
from dovecot_conf.syntax_rule import DAEMON_ONLY

VERSION_LINES = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"


def read(text: str, folder: Path) -> Configuration:
    main = folder / "dovecot.conf"
    main.write_text(VERSION_LINES + text, encoding="utf-8")
    return load(main, version=Version.V24)


def problems(text: str, folder: Path) -> list[tuple[str, int, str]]:
    return [
        (problem.name, problem.span.line, problem.message.removesuffix(DAEMON_ONLY))
        for problem in read(text, folder).problems
    ]


def test_a_file_that_is_missing_or_a_folder_is_a_problem_of_processes(tmp_path: Path) -> None:
    missing = f"lua_file: open({tmp_path}/no.lua) failed: No such file or directory"
    assert problems("passdb lua {\n  lua_file = no.lua\n}\n", tmp_path) == [
        ("unreadable-value-file", 4, missing)
    ]
    folder = f"crypt_private_key_file: read({tmp_path}) failed: Is a directory"
    assert problems(f"crypt_private_key_file = {tmp_path}\n", tmp_path) == [
        ("unreadable-value-file", 3, folder)
    ]


@pytest.mark.parametrize("value", ["key.pem", "inline:text", "", "%{home}/key.pem", "/etc/passwd"])
def test_other_values_are_fine(value: str, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("a key\n")
    assert problems(f"crypt_private_key_file = {value}\n", tmp_path) == []


def test_what_is_in_a_file_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("the secret itself\n")
    ((name, line, message),) = problems("crypt_private_key_file = <key.pem\n", tmp_path)
    assert (name, line) == ("unreadable-value-file", 3)
    assert "is taken for the name of a file" in message
    assert "secret" not in message


def test_expanding_completes_the_name(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("a key\n")
    configuration = read("crypt_private_key_file = key.pem\n", tmp_path)
    name = "crypt_private_key_file"
    written = DumpOptions(Extent.ALL, UNFILTERED, value_only=True)
    assert look_up(configuration, name, written) == "key.pem\n"
    expanded = DumpOptions(Extent.ALL, UNFILTERED, value_only=True, expanding=True)
    assert look_up(configuration, name, expanded) == f"{tmp_path}/key.pem\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("base_dir = /x", "base_dir: base_dir cannot currently be defined inside groups"),
        (
            "import_environment/A = b",
            "import_environment/A: import_environment cannot currently be defined inside groups",
        ),
        (
            "dovecot_storage_version = 2.4.1",
            "dovecot_storage_version: dovecot_storage_version cannot currently be defined inside groups",
        ),
    ],
)
def test_what_groups_refuse(line: str, message: str, tmp_path: Path) -> None:
    assert ("setting-in-group", 4, message) in problems(f"group @a b {{\n  {line}\n}}\n", tmp_path)


def test_a_second_name_crashes_the_real_one(tmp_path: Path) -> None:
    assert problems("doveadm_proxy_port = 5\n", tmp_path) == [
        ("dovecot-crash", 3, "doveadm_proxy_port: Dovecot crashes on the name doveadm_proxy_port")
    ]
