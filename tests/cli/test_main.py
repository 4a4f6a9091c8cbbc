"""The front door: names, exit codes, and what happens when something goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

import cli.main
from dovecot_conf.errors import PushnotifError
from dovecot_conf.versions import RELEASES
from drivers.scripting import LUA_APIS

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def failing_command(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], int]:
    """Run a command line whose only command raises the given exception; return the exit code."""

    def run(error: BaseException) -> int:
        @click.command()
        def broken() -> None:
            raise error

        monkeypatch.setattr(cli.main.LazyGroup, "get_command", lambda *_: broken)
        return cli.main.run(["validate"])

    return run


def test_a_mistyped_command_is_refused_with_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main.run(["validat"]) == 2
    assert capsys.readouterr().err == (
        "pushnotif: no such command 'validat'; did you mean 'validate'? (see 'pushnotif --help')\n"
    )


def test_a_far_off_command_is_refused_with_the_known_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main.run(["zzz"]) == 2
    assert "known: validate, rules, config, drivers, simulate, metadata" in capsys.readouterr().err


def test_every_command_of_the_group_can_be_imported_and_has_help() -> None:
    context = click.Context(cli.main.pushnotif)
    for name in cli.main.COMMANDS:
        command = cli.main.pushnotif.get_command(context, name)
        assert command is not None
        assert command.help


@pytest.mark.parametrize("arguments", [[], ["simulate"]])
def test_without_a_command_the_help_is_shown(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main.run(arguments) == 2
    assert capsys.readouterr().err.startswith("Usage: pushnotif")


def test_the_version_names_the_dovecot_versions(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main.run(["--version"]) == 0
    first, tested, files, apis = capsys.readouterr().out.splitlines()
    assert first == f"pushnotif {cli.__version__} (behaves as Dovecot 2.3.19.1 and 2.4.1)"
    assert tested == "tested beside real servers: Dovecot 2.3.19.1 and 2.4.1"
    assert all(release.number in files for release in RELEASES)
    assert apis.endswith(f"Dovecot {', '.join(LUA_APIS)}")
    assert all(any(release.number.startswith(api) for release in RELEASES) for api in LUA_APIS)


def test_the_version_is_told_without_loading_what_commands_need() -> None:
    code = "import sys, cli.main; cli.main.run(['--version']); print(len(sys.modules), *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded & {"importlib.metadata", "rich", "pyparsing", "dovecot_conf.loading", "cli.common"}


def test_lists_of_commands_say_something_short_of_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(cli.main.SUMMARIES) == set(cli.main.COMMANDS)
    assert cli.main.run(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name, summary in cli.main.SUMMARIES.items():
        assert len(summary) <= 60
        assert f"  {name:12}{summary}" in lines


def test_with_a_command_of_no_summary_its_own_help_is_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.main, "SUMMARIES", {})
    assert cli.main.run(["--help"]) == 0
    assert "lua         Help with writing Lua push scripts." in capsys.readouterr().out


def test_an_error_of_ours_is_one_line_and_exit_code_2(
    failing_command: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert failing_command(PushnotifError("the cause")) == 2
    assert capsys.readouterr().err == "pushnotif: the cause\n"


def test_ctrl_c_ends_with_130(
    failing_command: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert failing_command(KeyboardInterrupt()) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_defect_shows_its_place_and_not_its_text(
    failing_command: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert failing_command(ValueError("password=hunter2")) == 70
    error = capsys.readouterr().err
    assert "ValueError at test_main.py:" in error
    assert "hunter2" not in error


def test_a_closed_pipe_is_no_traceback() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed_pipe:
        result = subprocess.run(
            [sys.executable, "-m", "cli", "rules"],
            cwd=REPOSITORY,
            stdout=closed_pipe,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert result.returncode == 141
    assert result.stderr == b""


FIRST_DAY = REPOSITORY / "fixtures" / "first-day"
DRIVERS = ["drivers", "-c", str(FIRST_DAY / "dovecot-2.3.conf"), "--protocol", "lda"]
SIMULATE = ["simulate", "message-new", "--demo", "-q"]
METADATA = ["metadata", "get", "--demo", "-q", "-u", "bob", "-s", "", "/private/comment"]


def shell(
    arguments: list[str], redirection: str, data_home: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" -m cli "$@" {redirection}', sys.executable, *arguments],
        capture_output=True,
        encoding="latin-1",
        cwd=REPOSITORY,
        env={**os.environ, "XDG_DATA_HOME": str(data_home), **environment},
        check=False,
    )


@pytest.mark.parametrize("arguments", [["rules"], DRIVERS, SIMULATE, METADATA, ["--version"]], ids=" ".join)
@pytest.mark.parametrize("redirection", [">&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_take_nothing_and_do_no_harm(
    arguments: list[str], redirection: str, tmp_path: Path
) -> None:
    done = shell(arguments, redirection, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "arguments", [["rules"], DRIVERS, SIMULATE, METADATA, ["--version"], ["--help"]], ids=" ".join
)
def test_a_full_disk_below_stdout_is_one_line_on_stderr(arguments: list[str], tmp_path: Path) -> None:
    done = shell(arguments, ">/dev/full", tmp_path)
    assert done.stderr == "pushnotif: can't write the result: No space left on device\n"
    assert done.returncode == 2


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize("color", ["never", "always"])
@pytest.mark.parametrize("arguments", [DRIVERS, SIMULATE], ids=["drivers", "simulate"])
def test_a_terminal_without_a_character_gets_an_escape_sequence(
    arguments: list[str], color: str, encoding: str, tmp_path: Path
) -> None:
    done = shell([*arguments, "--color", color], "", tmp_path, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u2717" in done.stdout or "\\u2713" in done.stdout
