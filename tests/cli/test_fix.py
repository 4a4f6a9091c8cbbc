"""`pushnotif validate --fix`, `--unsafe-fixes` and `--diff`: what is written, shown and returned."""

from __future__ import annotations

import io
import json
import os
import stat
import sys
from pathlib import Path

import pytest

import cli.replacing
from cli.main import run
from cli.output import OutputError

LOADED = "mail_plugins = notify push_notification  # both\n"
GAP = """\
plugin {
  push_notification_driver = dlog   # the first
  push_notification_driver3 = dlog:third\t# the other
}
"""
CLOSED = GAP.replace("driver3", "driver2")
MISSPELLED = "login_greting = Hello\n"


@pytest.fixture
def write(tmp_path: Path) -> object:
    def write_file(text: str | bytes, name: str = "dovecot.conf") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write_file


def feed(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_safe_fixes_are_made_in_the_file(write, capsys) -> None:
    path = write(LOADED + GAP)
    assert run(["validate", "--fix", str(path)]) == 0
    assert path.read_text() == LOADED + CLOSED
    assert capsys.readouterr().out.splitlines()[1:] == ["fixed 1 finding in 1 file"]


def test_a_second_run_writes_nothing(write, capsys) -> None:
    path = write(LOADED + GAP)
    run(["validate", "--fix", str(path)])
    before = path.stat()
    assert run(["validate", "--fix", str(path)]) == 0
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_is_left_is_shown_and_decides_the_exit_code(write, capsys) -> None:
    path = write(LOADED + GAP + MISSPELLED)
    assert run(["validate", "--fix", str(path)]) == 1
    out = capsys.readouterr().out
    assert "PN161" in out
    assert "PN301" not in out
    assert out.splitlines()[-2:] == ["fixed 1 finding in 1 file", "1 fixable with --fix --unsafe-fixes"]
    assert run(["validate", "--fix", "--unsafe-fixes", str(path)]) == 0
    assert path.read_text() == LOADED + CLOSED + "login_greeting = Hello\n"


def test_without_fix_it_is_said_what_could_be_fixed(write, capsys) -> None:
    path = write(LOADED + GAP + MISSPELLED)
    run(["validate", str(path)])
    out = capsys.readouterr().out
    assert "error[PN301] [*] driver-chain-gap" in out
    assert "error[PN161] unknown-setting" in out
    assert out.splitlines()[-1] == "[*] 1 fixable with --fix, 1 more with --unsafe-fixes as well"


def test_other_formats_keep_stdout_for_the_findings(write, capsys) -> None:
    path = write(LOADED + GAP)
    assert run(["validate", "--fix", "--format", "json", str(path)]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["diagnostics"] == []
    assert captured.err == "pushnotif: fixed 1 finding in 1 file\n"


def test_counting_by_rule_says_what_was_fixed_as_well(write, capsys) -> None:
    path = write(LOADED + GAP)
    assert run(["validate", "--fix", "--statistics", str(path)]) == 0
    assert capsys.readouterr().err == "pushnotif: fixed 1 finding in 1 file\n"


def test_a_rule_that_is_ignored_is_not_fixed(write, capsys) -> None:
    path = write(LOADED + GAP)
    assert run(["validate", "--fix", "--ignore", "PN301", str(path)]) == 0
    assert path.read_text() == LOADED + GAP
    silenced = write(LOADED + GAP.replace("# the other", "# pushnotif: ignore[PN301]"), "silenced.conf")
    before = silenced.read_text()
    assert run(["validate", "--fix", str(silenced)]) == 0
    assert silenced.read_text() == before


def test_included_files_are_fixed(write, tmp_path: Path, capsys) -> None:
    part = write(GAP, "conf.d/90-push.conf")
    main = write(LOADED + "!include conf.d/*.conf\n")
    assert run(["validate", "--fix", str(main)]) == 0
    assert part.read_text() == CLOSED


def test_files_below_a_root_are_written_there(write, tmp_path: Path, capsys) -> None:
    part = write(GAP, "etc/dovecot/push.conf")
    main = write(LOADED + "!include /etc/dovecot/push.conf\n", "etc/dovecot/dovecot.conf")
    assert run(["validate", "--fix", "--root", str(tmp_path), str(main)]) == 0
    assert part.read_text() == CLOSED


def test_a_file_with_two_names_is_fixed_once(write, tmp_path: Path, capsys) -> None:
    part = write(GAP, "push.conf")
    (tmp_path / "same.conf").symlink_to("push.conf")
    mains = [write(f"{LOADED}!include {name}.conf\n", f"{name}-main.conf") for name in ("push", "same")]
    assert run(["validate", "--fix", *map(str, mains)]) == 0
    assert part.read_text() == CLOSED
    assert (tmp_path / "same.conf").is_symlink()


def test_mode_and_links_stay(write, tmp_path: Path, capsys) -> None:
    path = write(LOADED + GAP)
    path.chmod(0o640)
    link = tmp_path / "link.conf"
    link.symlink_to(path.name)
    assert run(["validate", "--fix", str(link)]) == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert path.read_text() == LOADED + CLOSED
    assert sorted(tmp_path.iterdir()) == [path, link]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_stays(write, capsys) -> None:
    path = write(LOADED + GAP)
    os.chown(path, 12, 34)
    assert run(["validate", "--fix", str(path)]) == 0
    assert (path.stat().st_uid, path.stat().st_gid) == (12, 34)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"auth_verbose = true\r\n# caf\xe9\r\n", b"auth_verbose = yes\r\n# caf\xe9\r\n"),
        (b"# \xff\nauth_verbose = true", b"# \xff\nauth_verbose = yes"),
        (b"plugin {a = b}\r\n", b"plugin {\r\n  a = b\r\n}\r\n"),
        (b"protocol imap\n{ # why\n}\n", b"protocol imap {\n# why\n}\n"),
        (b"auth_verbose =\\\n  \\\n  true\n", b"auth_verbose =\\\n  \\\n  yes\n"),
    ],
)
def test_line_ends_bytes_and_comments_stay(before: bytes, after: bytes, write, capsys) -> None:
    path = write(before)
    run(["validate", "--fix", str(path)])
    assert path.read_bytes() == after


def test_the_fixed_text_of_stdin_goes_to_stdout(monkeypatch, capsysbinary) -> None:
    feed(monkeypatch, f"{LOADED}{GAP}{MISSPELLED}# \xe9\n".encode("latin-1"))
    assert run(["validate", "--fix", "-"]) == 1
    captured = capsysbinary.readouterr()
    assert captured.out == f"{LOADED}{CLOSED}{MISSPELLED}# \xe9\n".encode("latin-1")
    assert b"PN161" in captured.err


def test_stdin_without_mistakes_passes_unchanged(monkeypatch, capsysbinary) -> None:
    feed(monkeypatch, b"mail_debug = no")
    assert run(["validate", "--fix", "-q", "-"]) == 0
    assert capsysbinary.readouterr().out == b"mail_debug = no"


def test_a_diff_is_shown_and_nothing_is_written(write, capsys) -> None:
    path = write(LOADED + GAP)
    assert run(["validate", "--diff", str(path)]) == 1
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [
        f"--- {path}",
        f"+++ {path}",
        "@@ -1,5 +1,5 @@",
        f" {LOADED.rstrip()}",
        " plugin {",
        "   push_notification_driver = dlog   # the first",
        "-  push_notification_driver3 = dlog:third\t# the other",
        "+  push_notification_driver2 = dlog:third\t# the other",
        " }",
    ]
    assert captured.err == "pushnotif: would fix 1 finding in 1 file\n"
    assert path.read_text() == LOADED + GAP


def test_where_nothing_would_change_the_diff_is_empty(write, capsys) -> None:
    assert run(["validate", "--diff", str(write(LOADED + CLOSED + MISSPELLED))]) == 0
    assert capsys.readouterr().out == ""


def test_a_diff_says_that_the_last_line_has_no_end(write, capsys) -> None:
    assert run(["validate", "--diff", str(write("auth_verbose = true"))]) == 1
    assert capsys.readouterr().out.splitlines()[3:] == [
        "-auth_verbose = true",
        "\\ No newline at end of file",
        "+auth_verbose = yes",
        "\\ No newline at end of file",
    ]


def test_a_diff_is_coloured_when_wanted(write, capsys) -> None:
    run(["validate", "--diff", "--color", "always", str(write(LOADED + GAP))])
    assert "\x1b[32m+  push_notification_driver2" in capsys.readouterr().out


def test_a_diff_hides_secrets(write, capsys) -> None:
    text = "doveadm_password = geheim\nauth_verbose = true\n"
    path = write(text)
    assert run(["validate", "--diff", str(path)]) == 1
    assert "geheim" not in capsys.readouterr().out
    assert run(["validate", "--diff", "--show-secrets", str(path)]) == 1
    assert "geheim" in capsys.readouterr().out


def test_scripts_are_fixed_as_well(write, tmp_path: Path, capsys) -> None:
    name = "dovecot_lua_notify_event_messageexpunge"
    script = write(
        "function dovecot_lua_notify_begin_txn(user) return {} end -- begins\n"
        f"function {name}(context, event) end\n",
        "etc/push.lua",
    )
    main = write(
        "mail_plugins = notify mail_lua push_notification push_notification_lua\n"
        "plugin {\n  push_notification_driver = lua:file=/etc/push.lua\n}\n"
    )
    arguments = ["validate", "--root", str(tmp_path), "--fix", str(main)]
    run(arguments)
    assert name in script.read_text()
    run([*arguments, "--unsafe-fixes"])
    assert script.read_text().splitlines() == [
        "function dovecot_lua_notify_begin_txn(user) return {} end -- begins",
        "function dovecot_lua_notify_event_message_expunge(context, event) end",
    ]


def test_a_file_that_changed_meanwhile_is_not_written(write) -> None:
    path = write("new\n")
    with pytest.raises(OutputError, match="shown was changed since it was read"):
        cli.replacing.replace_file(path, "shown", b"old\n", b"fixed\n")
    assert path.read_text() == "new\n"


def test_a_read_only_file_gives_one_line_and_the_others_are_written(write, monkeypatch, capsys) -> None:
    closed, opened = write(LOADED + GAP, "closed.conf"), write(LOADED + GAP, "open.conf")
    access = os.access

    def only_opened(path: Path, mode: int) -> bool:
        return Path(path) != closed and access(path, mode)

    monkeypatch.setattr(cli.replacing.os, "access", only_opened)
    assert run(["validate", "--fix", "-q", str(closed), str(opened)]) == 2
    assert capsys.readouterr().err == f"pushnotif: can't write {closed}: it is read-only\n"
    assert closed.read_text() == LOADED + GAP
    assert opened.read_text() == LOADED + CLOSED


def test_the_built_in_example_is_never_written(capsys, monkeypatch) -> None:
    monkeypatch.setattr(cli.replacing, "replace_file", None)
    assert run(["validate", "--fix", "--demo", "--fail-on", "info"]) == 0


@pytest.mark.parametrize("arguments", [["--unsafe-fixes"], ["--fix", "--diff"]])
def test_options_that_make_no_sense_are_refused(arguments: list[str], write, capsys) -> None:
    assert run(["validate", *arguments, str(write(GAP))]) == 2
    assert capsys.readouterr().err.count("\n") == 1
