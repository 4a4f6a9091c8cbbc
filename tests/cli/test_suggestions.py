"""A mistyped word is answered with the one that was probably meant, on each level of the command line."""

from __future__ import annotations

import click
import pytest

from tests.cli.command_tree import CONTEXTS
from tests.cli.conftest import Run

GROUPS = [path for path, context in CONTEXTS.items() if isinstance(context.command, click.Group)]
COMMANDS = [path for path in CONTEXTS if path not in GROUPS]


def mistyped(word: str) -> str:
    """Return a word with two letters in the wrong order, or one too many where there are too few."""
    end = len(word) - 2
    swapped = word[:end] + word[end:][::-1]
    return swapped if swapped != word and end > 2 else word + "x"


def said(run: Run, *arguments: str) -> tuple[int, str]:
    """Return the exit code and the last line on stderr, which is no traceback."""
    done = run(*arguments)
    assert "Traceback" not in done.err
    return done.code, done.err.splitlines()[-1]


@pytest.mark.parametrize("path", GROUPS)
def test_a_command_of_each_group(path: str, run: Run) -> None:
    context = CONTEXTS[path]
    assert isinstance(context.command, click.Group)
    for name in context.command.list_commands(context):
        code, line = said(run, *path.split()[1:], mistyped(name))
        assert code in (2, 64)
        assert f"; did you mean '{name}'? (see '{path} --help')" in line


@pytest.mark.parametrize("path", CONTEXTS)
def test_an_option_of_each_command(path: str, run: Run) -> None:
    params = CONTEXTS[path].command.params
    options = [param for param in params if isinstance(param, click.Option) and not param.hidden]
    names = [name for option in options for name in option.opts if name.startswith("--") and len(name) > 5]
    for name in names:
        code, line = said(run, *path.split()[1:], mistyped(name))
        assert code in (2, 64)
        assert f"did you mean '{name}'?" in line


def choices() -> list[tuple[str, str, str]]:
    return [
        (path, param.opts[0], str(choice))
        for path in COMMANDS
        for param in CONTEXTS[path].command.params
        if isinstance(param, click.Option) and isinstance(param.type, click.Choice)
        for choice in param.type.choices
        if str(choice).isalpha() and len(str(choice)) > 3
    ]


@pytest.mark.parametrize(("path", "option", "choice"), choices())
def test_a_choice_of_each_option(path: str, option: str, choice: str, run: Run) -> None:
    code, line = said(run, *path.split()[1:], option, mistyped(choice))
    assert code == (64 if path.startswith("pushnotif metadata") else 2)
    assert line.endswith(f"; did you mean '{choice}'? (see '{path} --help')")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ("completion bsah", 2, "did you mean 'bash'?"),
        ("config --demo -f protcol=lmtp", 2, "did you mean 'protocol'?"),
        ("config --demo mail_plugin", 0, "no setting mail_plugin here; did you mean 'mail_plugins'?"),
        ("config --demo --explain mail_plugin", 0, "did you mean 'mail_plugins'?"),
        ("metadata get -f tabel -u bob INBOX /private/a", 75, "did you mean 'table'?"),
        ("metadata doctor --demo -f jsno", 75, "did you mean 'json'?"),
        ("rules driver-chain-gpa", 2, "did you mean 'driver-chain-gap'?"),
        ("validate --demo --ignore notify-mising", 2, "did you mean 'notify-missing'?"),
        ("validate --demo --output jsno=report", 2, "did you mean 'json'?"),
        ("simulate mesage-new", 2, "no such event 'mesage-new'; did you mean 'message-new'?"),
    ],
)
def test_other_words(arguments: str, code: int, words: str, run: Run) -> None:
    found, line = said(run, *arguments.split())
    assert (found, words in line) == (code, True), line


@pytest.mark.parametrize("arguments", ["--demo validate", "-c x drivers", "lua --kind luarc stubs"])
def test_an_option_before_the_command_it_belongs_to(arguments: str, run: Run) -> None:
    code, line = said(run, *arguments.split())
    assert code == 2
    assert " here: it goes behind the name of a command (see 'pushnotif" in line


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("zzz", "no such command 'zzz'; known: validate, rules, "),
        ("lua zzz", "no such command 'zzz'; known: check, stubs (see 'pushnotif lua --help')"),
        ("metadata zzz", "no such command 'zzz'; known: "),
        ("validate --zzzzzzz", "no such option '--zzzzzzz' (see 'pushnotif validate --help')"),
        ("metadata get --zzzzzzz", "get: unrecognized option '--zzzzzzz'"),
    ],
)
def test_a_word_that_is_like_none_gets_no_suggestion(arguments: str, line: str, run: Run) -> None:
    _, found = said(run, *arguments.split())
    assert found.startswith(f"pushnotif: {line}")
    assert "did you mean" not in found


def test_the_words_of_getopt_stand_alone_before_the_suggestion(run: Run) -> None:
    assert run("metadata", "get", "--demo", "-q", "--usr", "bob").err == (
        "pushnotif: get: unrecognized option '--usr'\npushnotif: did you mean '--user'?\n"
    )


@pytest.mark.parametrize("command", ["doctor", "drivers", "simulate message-new"])
def test_an_argument_without_its_option(command: str, run: Run) -> None:
    for word, option in (("bob", "-u"), ("my.conf", "-c"), ("/dev/null", "-c")):
        code, line = said(run, *command.split(), word)
        assert code == 2
        expected = f"unexpected argument '{word}'; did you mean '{option} {word}'?"
        assert line == f"pushnotif: {expected} (see 'pushnotif {command} --help')"


@pytest.mark.parametrize("words", [["a", "b"], ["a" * 5000], ["a b"]])
def test_arguments_that_no_option_takes(words: list[str], run: Run) -> None:
    code, line = said(run, "doctor", *words)
    assert code == 2
    assert line.startswith("pushnotif: unexpected argument 'a")
    assert "did you mean" not in line


def test_an_argument_where_no_option_takes_one(run: Run) -> None:
    assert "did you mean" not in said(run, "listen", "bob")[1]


@pytest.mark.parametrize(("option", "expected"), [("--port", "a whole number"), ("--delay", "a number")])
def test_what_is_no_number(option: str, expected: str, run: Run) -> None:
    code, line = said(run, "listen", option, "abc")
    assert (code, line) == (
        2,
        f"pushnotif: Invalid value for '{option}': 'abc' is not {expected} (see 'pushnotif listen --help')",
    )
