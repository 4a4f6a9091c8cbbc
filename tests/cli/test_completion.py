"""Completion, asked for as bash, zsh and fish do it at a press of TAB."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

import cli.main
from cli.complete import VARIABLE
from cli.complete.shells import SHELLS
from cli.complete.words import typed
from tests.ci_files import OURS, REPOSITORY, put_program
from tests.cli.command_tree import CONTEXTS
from tests.cli.conftest import Run
from tests.tools import needed

# What is typed; what is offered then, among other words or (the second list) alone.
CASES = [
    ("pushnotif ", ["validate", "metadata", "completion"], []),
    ("pushnotif val", [], ["validate"]),
    ("pushnotif --ver", [], ["--version"]),
    ("pushnotif lua ", [], ["check", "stubs"]),
    ("pushnotif simulate message-", ["message-new", "message-expunge"], []),
    ("pushnotif metadata ", ["set", "doctor", "export"], []),
    ("pushnotif metadata set --us", ["--user", "--user-file", "--userdb"], []),
    ('pushnotif metadata set -u bob -s "" /private/v', [], ["/private/vendor/vendor.dovecot/http-notify"]),
    ("pushnotif metadata get -f ta", [], ["tab", "table"]),
    ("pushnotif metadata import ent", [], ["entries.jsonl"]),
    ("pushnotif rules PN30", ["PN301", "PN309"], []),
    ("pushnotif rules driver-chain", [], ["driver-chain-gap"]),
    ("pushnotif validate --select PN301,PN40", ["PN301,PN401", "PN301,PN409"], []),
    ("pushnotif validate --format ", ["sarif", "concise"], []),
    ("pushnotif validate --format=j", [], ["--format=json", "--format=junit"]),
    ("pushnotif validate --dovecot-version ", [], ["auto", "2.3", "2.4"]),
    ("pushnotif validate dove", [], ["dovecot.conf"]),
    ("pushnotif validate -c dove", [], ["dovecot.conf"]),
    ("pushnotif validate --config=dove", [], ["--config=dovecot.conf"]),
    ("pushnotif validate --output sar", [], ["sarif="]),
    ("pushnotif validate --output sarif=my", [], ["sarif=my.sarif"]),
    ("pushnotif lua check pu", [], ["push.lua"]),
    ("pushnotif config -c dovecot.conf plugin/push", ["plugin/push_notification_driver2"], []),
    ("pushnotif config -c dovecot.conf mail_attr", [], ["mail_attribute_dict"]),
    ("pushnotif config --dovecot-version 2.4 mail_pa", [], ["mail_path"]),
    ("pushnotif config -f protocol=lm", [], ["protocol=lmtp"]),
    ("pushnotif drivers -c dovecot.conf -o mail_plugi", [], ["mail_plugin_dir=", "mail_plugins="]),
    ("pushnotif drivers --protocol ", ["lmtp", "imap"], []),
    ("pushnotif completion ", [], ["bash", "zsh", "fish"]),
    ("pushnotif nosuch ", [], []),
]
IDS = [line for line, _, _ in CASES]
# Those in which shells differ: spaces behind words, quotes, =, files.
IN_SHELLS = [
    case
    for case in CASES
    if case[0].endswith((" val", "=j", "=dove", "=my", " dove", " sar", "/v", "PN40", "mail_plugi"))
]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with files, our command on the path, and a completion script for each shell."""
    shutil.copy(REPOSITORY / "fixtures/first-day/dovecot-2.3.conf", tmp_path / "dovecot.conf")
    for name in ("push.lua", "entries.jsonl", "my.sarif"):
        (tmp_path / name).write_text("")
    put_program(tmp_path / "programs", "pushnotif", OURS)
    for shell, complete in SHELLS.items():
        (tmp_path / f"completion.{shell}").write_text(
            complete(cli.main.pushnotif, {}, "pushnotif", VARIABLE).source()
        )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}/programs:{os.environ['PATH']}")
    return tmp_path


def output_of(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    return done.stdout


# An interactive bash: M-* puts all that TAB would offer into the line, which C-x C-p then prints.
BASH = """
PS1="ready>"
source ./completion.bash
bind 'set enable-bracketed-paste off'
bind -x '"\\C-x\\C-p": printf "offered:<%s>" "$READLINE_LINE"'
"""


def read_until(terminal: int, pattern: bytes) -> str:
    """Read what a terminal shows until the pattern is there; return its first group."""
    printed = b""
    while (match := re.search(pattern, printed, re.DOTALL)) is None:
        assert select.select([terminal], [], [], 30)[0], printed
        printed += os.read(terminal, 4096)
    return b"".join(match.groups()).decode()


def ask_bash(line: str) -> list[str]:
    Path("bashrc").write_text(BASH)
    ours, theirs = pty.openpty()
    command = [needed("bash"), "--rcfile", "bashrc", "-i", "+m"]
    environment = os.environ | {"INPUTRC": "/dev/null", "TERM": "dumb", "HISTFILE": "/dev/null"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as bash:
        os.close(theirs)
        read_until(ours, rb"ready>")
        os.write(ours, f"{line}\033*\x18\x10".encode())
        shown = read_until(ours, b"offered:<(.*?)>")
        os.write(ours, b"\x15exit\n")
        with contextlib.suppress(OSError):
            while os.read(ours, 4096):
                pass
        os.close(ours)
        bash.wait(60)
    kept = line[: max(line.rfind(" "), line.rfind("=")) + 1]
    begun, word = line[len(kept) :], kept.rpartition(" ")[2]
    return [word + offered for offered in shown.removeprefix(kept).split() if offered != begun]


def ask_zsh(line: str) -> list[str]:
    script = str(Path(__file__).with_name("complete_in_zsh.zsh"))
    printed = output_of(needed("zsh"), "-f", script, "./completion.zsh", line)
    return list(dict.fromkeys(re.findall(r"offered:(\S+)", printed)))


def ask_fish(line: str) -> list[str]:
    command = "source ./completion.fish; complete -C $argv[1]"
    printed = output_of(needed("fish"), "--no-config", "-c", command, line)
    return [answer.partition("\t")[0] for answer in printed.splitlines()]


ASK: dict[str, Callable[[str], list[str]]] = {"bash": ask_bash, "zsh": ask_zsh, "fish": ask_fish}


def check(offered: list[str], among: list[str], alone: list[str]) -> None:
    if among:
        assert set(among) <= set(offered)
    else:
        assert sorted(offered) == sorted(alone)


@pytest.mark.parametrize(("line", "among", "alone"), IN_SHELLS, ids=[line for line, _, _ in IN_SHELLS])
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.usefixtures("site")
def test_a_tab_offers_what_fits(shell: str, line: str, among: list[str], alone: list[str]) -> None:
    check(ASK[shell](line), among, alone)


def offered_in_process(line: str, monkeypatch: pytest.MonkeyPatch, run: Run) -> list[str]:
    """Ask as fish does, which takes whole words."""
    *words, incomplete = line.split(" ")
    monkeypatch.setenv("COMP_WORDS", "".join(f"{word.strip(chr(34))}\n" for word in words))
    monkeypatch.setenv("COMP_CWORD", incomplete)
    monkeypatch.setenv(VARIABLE, "fish_complete")
    done = run()
    assert (done.code, done.err) == (0, "")
    answers = [answer.partition(",") for answer in done.out.splitlines()]
    return ["FILE" if kind == "file" else word.partition("\t")[0] for kind, _, word in answers]


@pytest.mark.parametrize(("line", "among", "alone"), CASES, ids=IDS)
@pytest.mark.usefixtures("site")
def test_the_command_answers_a_shell_that_asks(
    line: str, among: list[str], alone: list[str], monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    offered = offered_in_process(line, monkeypatch, run)
    if "FILE" in offered:
        assert alone in (["dovecot.conf"], ["push.lua"], ["entries.jsonl"], ["sarif="])
    else:
        check(offered, among, alone)


@pytest.mark.parametrize("path", CONTEXTS)
def test_all_options_of_every_command_are_offered(
    path: str, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    offered = offered_in_process(f"{path} --", monkeypatch, run)
    options = [param for param in CONTEXTS[path].command.params if isinstance(param, click.Option)]
    known = {name for option in options if not option.hidden for name in option.opts}
    assert {name for name in known if name.startswith("--")} <= set(offered)


def test_a_shell_that_is_not_known_gets_nothing(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setenv(VARIABLE, "tcsh_complete")
    assert (run().code, run().out) == (1, "")


@pytest.mark.parametrize(
    ("words", "current", "args", "incomplete", "outside"),
    [
        ("pushnotif\nvalidate\n--format\n=\nj", 4, ["validate"], "--format=j", "--format="),
        ("pushnotif\nvalidate\n--format\n=", 3, ["validate"], "--format=", "--format="),
        ("pushnotif\nvalidate\n--format=j", 2, ["validate"], "--format=j", ""),
        ("pushnotif\nget\n--via\n=\nimap\n:\n//bob@", 6, ["get"], "--via=imap://bob@", "--via=imap:"),
        ("pushnotif\n-o\na\n=\n", 4, ["-o", "a="], "", ""),
        ('pushnotif\nset\n-s\n""\n\'my bo', 4, ["set", "-s", ""], "my bo", ""),
        ("pushnotif\nrules\n", 2, ["rules"], "", ""),
        ("pushnotif rules PN", 2, ["rules"], "PN", ""),
        ("pushnotif rules ", 2, ["rules"], "", ""),
    ],
)
def test_words_that_bash_divides_are_put_together(
    words: str, current: int, args: list[str], incomplete: str, outside: str
) -> None:
    assert typed(words, current, divided=True) == (args, incomplete, outside)


# the command


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_a_shell_is_printed(shell: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    named = run("completion", shell)
    monkeypatch.setenv("SHELL", f"/usr/bin/{shell}")
    assert (named.code, named.out) == (0, run("completion").out)
    assert f"{shell}_complete" in named.out


@pytest.mark.parametrize(("variable", "why"), [("/bin/tcsh", "$SHELL is tcsh"), ("", "$SHELL isn't set")])
def test_without_a_known_shell_one_is_asked_for(
    variable: str, why: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL", variable)
    done = run("completion")
    assert done.code == 2
    assert done.err == (
        f"pushnotif: name a shell: bash, zsh, fish ({why}) (see 'pushnotif completion --help')\n"
    )
    assert run("completion", "tcsh").code == 2


def test_only_what_is_asked_for_is_imported() -> None:
    """The list of commands, and of their options, imports no command but its own."""
    code = "import sys, cli.main; cli.main.run(); print(*sys.modules, sep='\\n', file=sys.stderr)"
    environment = {
        "COMP_WORDS": "pushnotif\n",
        "COMP_CWORD": "1",
        VARIABLE: "bash_complete",
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "plain,validate" in done.stdout
    commands = {target.partition(":")[0] for target in cli.main.COMMANDS.values()}
    assert not commands & set(done.stderr.splitlines())
