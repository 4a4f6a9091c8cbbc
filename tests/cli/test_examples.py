"""Each command's ``--help`` ends with examples, and each of them does what it says.

They run in a folder with the files that they name, which stand for an administrator's own.
"""

from __future__ import annotations

import http.client
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import click
import pytest

import cli.main
from tests.cli.command_tree import CONTEXTS
from tests.cli.example_site import example_site, examples_in_help

__all__ = ["example_site"]

pytestmark = pytest.mark.usefixtures("example_site")
SHELL_WORDS = re.compile(r"[<>|*$]")
INTERRUPTED = 130


def expected_code(context: click.Context, command: str) -> int:
    """Return the exit code that an example promises: 0 where it says nothing."""
    examples = {example.command: example.code for example in getattr(context.command, "examples", ())}
    return examples.get(command, 0)


CASES = [
    pytest.param(command, expected_code(context, command), id=command)
    for context in CONTEXTS.values()
    for command in examples_in_help(context)
]
WAITING = [case for case in CASES if str(case.values[0]).startswith("pushnotif listen")]
ENDING = [case for case in CASES if case not in WAITING]


@pytest.mark.parametrize("path", CONTEXTS)
def test_the_help_of_each_command_ends_with_examples_of_it(path: str) -> None:
    found = examples_in_help(CONTEXTS[path])
    assert found
    assert all(f"{command} ".startswith(f"{path} ") for command in found)


@pytest.mark.parametrize(("command", "code"), ENDING)
def test_an_example_does_what_it_says(
    command: str, code: int, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    if SHELL_WORDS.search(command):
        done = subprocess.run(["/bin/sh", "-c", command], check=False)
        found = done.returncode
    else:
        program, *arguments = shlex.split(command)
        assert program == "pushnotif"
        found = cli.main.run(arguments)
    printed = capfd.readouterr()
    assert (found, "Traceback" in printed.err) == (code, False), printed.err


# what waits


@pytest.fixture
def started(request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start an example of ``listen`` on a free port; give it and the URL that it announces."""
    command = f"exec {request.param} --port 0"
    with subprocess.Popen(
        ["/bin/sh", "-c", command], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stderr is not None
        try:
            yield process, announced_url(process.stderr)
        finally:
            process.kill()


def announced_url(stderr: IO[str]) -> str:
    seen = []
    for line in stderr:
        seen.append(line)
        if match := re.search(r"listening on (\S+);", line):
            return match[1]
    pytest.fail("".join(seen))


@pytest.mark.parametrize(("started", "code"), WAITING, indirect=["started"])
def test_an_example_that_waits_ends_as_it_says(started: tuple[subprocess.Popen[str], str], code: int) -> None:
    process, url = started
    if code == INTERRUPTED:
        process.send_signal(signal.SIGINT)
    else:
        send_a_request(url)
    assert process.wait(20) == code


def send_a_request(url: str) -> None:
    parts = urlsplit(url)
    assert parts.scheme == "http"
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    connection.request("PUT", parts.path, "{}", {"Content-Type": "application/json"})
    connection.getresponse().read()
    connection.close()
