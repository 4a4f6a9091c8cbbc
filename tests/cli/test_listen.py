"""`pushnotif listen` from outside: what it announces, shows and records, and how it ends."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.conftest import Run

REPOSITORY = Path(__file__).parents[2]
FIRST_DAY = REPOSITORY / "fixtures" / "first-day"
SCHEMA = json.loads((REPOSITORY / "docs/schemas/record.schema.json").read_text())
NOTIFICATION = (
    '{"user":"bob","event":"messageNew","folder":"INBOX","imap-uidvalidity":1,"imap-uid":7,'
    '"subject":"Lunch?","unseen":1}'
)
SECRET = "hunter2"


class Listening:
    """The command in a process of its own, and where it listens."""

    def __init__(self, process: subprocess.Popen[str], announced: list[str]) -> None:
        self.process = process
        self.announced = announced
        match = re.fullmatch(
            r"pushnotif: listening on (https?)://(?:\S*@)?(\S+?):(\d+)(/\S*); .*\n", announced[-1]
        )
        assert match is not None, announced
        self.port = int(match[3])

    def send(self, body: str = NOTIFICATION, path: str = "/", *headers: str) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            return exchange(connection, body, path, *headers)

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def end(self, signal_number: int | None = None) -> tuple[int, str, str]:
        """Wait for the end (and ask for it); return the exit code and what was still written."""
        if signal_number is not None:
            self.process.send_signal(signal_number)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


def exchange(connection: socket.socket, body: str, path: str, *headers: str) -> bytes:
    lines = [f"PUT {path} HTTP/1.1", "Host: x", *headers, f"Content-Length: {len(body.encode())}"]
    connection.sendall("\r\n".join([*lines, "Connection: close", "", body]).encode())
    found = b""
    while data := connection.recv(65536):
        found += data
    return found


Listen = Callable[..., Listening]


@pytest.fixture
def listen() -> Iterator[Listen]:
    """Start ``pushnotif listen --port 0`` with more arguments; it is ended after the test."""
    with ExitStack() as stack:

        def start(*arguments: object, **environment: str) -> Listening:
            return stack.enter_context(running(arguments, environment))

        yield start


@contextmanager
def running(
    arguments: tuple[object, ...], environment: dict[str, str], stdout: int = subprocess.PIPE
) -> Iterator[Listening]:
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "listen", "--port", "0", *map(str, arguments)],
        cwd=REPOSITORY,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        assert process.stderr is not None
        announced = [process.stderr.readline()]
        while announced[-1] and "listening on" not in announced[-1]:
            announced.append(process.stderr.readline())
        yield Listening(process, announced)
    finally:
        process.kill()
        process.communicate()


def document(line: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(line)
    jsonschema.validate(parsed, SCHEMA)
    return parsed


def test_each_request_is_a_line_of_json_as_soon_as_it_comes(listen: Listen) -> None:
    listening = listen()
    for number in range(2):
        assert listening.send(path=f"/{number}").startswith(b"HTTP/1.1 200 OK\r\n")
        shown = document(listening.line())
        assert (shown["source"], shown["method"], shown["target"]) == ("listen", "PUT", f"/{number}")
        assert (shown["body"], shown["answer"]["status"]) == (NOTIFICATION, 200)


def test_once_ends_with_the_first_request(listen: Listen) -> None:
    listening = listen("--once", "--path", "/a")
    assert listening.send(path="/b").startswith(b"HTTP/1.1 404 ")
    assert listening.send(path="/a").startswith(b"HTTP/1.1 200 ")
    code, out, err = listening.end()
    assert (code, err) == (0, "")
    assert [document(line)["answer"]["status"] for line in out.splitlines()] == [404, 200]


def test_the_answer_goes_out_before_the_end(listen: Listen) -> None:
    listening = listen("--count", 3)
    assert [listening.send()[:12] for _ in range(3)] == [b"HTTP/1.1 200"] * 3
    assert listening.end()[0] == 0


def test_too_few_requests_in_time_are_code_1(listen: Listen) -> None:
    listening = listen("--count", 2, "--timeout", "1.5", "--path", "/a", "--format", "text")
    listening.send(path="/a")
    listening.send(path="/b")
    code, _, err = listening.end()
    assert code == 1
    assert err == "pushnotif: 1 of 2 requests came in 1.5 s, and 1 that were not accepted\n"


def test_without_a_count_the_end_of_the_time_is_no_failure(run: Run) -> None:
    outcome = run("listen", "--port", 0, "--timeout", 0.01)
    assert (outcome.code, outcome.out) == (0, "")


@pytest.mark.parametrize(
    ("signal_number", "code", "word"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
)
def test_signals_end_it_cleanly(
    listen: Listen, tmp_path: Path, signal_number: int, code: int, word: str
) -> None:
    record = tmp_path / "requests.jsonl"
    listening = listen("--record", record)
    listening.send()
    listening.line()
    ended, out, err = listening.end(signal_number)
    assert (ended, out, err.strip()) == (code, "", f"pushnotif: {word}")
    assert document(record.read_text())["body"] == NOTIFICATION


def test_a_recording_is_complete_when_the_answer_comes(listen: Listen, tmp_path: Path) -> None:
    record = tmp_path / "requests.jsonl"
    listening = listen("--record", record, "--format", "text")
    for count in range(1, 4):
        listening.send()
        assert len(record.read_text().splitlines()) == count
    assert {document(line)["target"] for line in record.read_text().splitlines()} == {"/"}


def test_a_recording_that_can_not_be_written_ends_it(listen: Listen) -> None:
    listening = listen("--record", "/dev/full")
    listening.send()
    assert listening.end() == (2, "", "pushnotif: can't record to /dev/full: No space left on device\n")


def test_lines_of_text_say_what_came_and_what_was_answered(listen: Listen) -> None:
    listening = listen("--format", "text", "--drop", "--fail-every", 2, "--path", "/a")
    for path in ("/a", "/a", "/b\x1b[31m"):
        listening.send(path=path)
    said = "user=bob event=messageNew folder=INBOX uid=7 subject=Lunch?"
    assert re.fullmatch(rf"\d\d:\d\d:\d\d PUT /a {re.escape(said)} -> 200\n", listening.line())
    assert re.fullmatch(rf"\d\d:\d\d:\d\d PUT /a {re.escape(said)} -> drop\n", listening.line())
    assert re.fullmatch(r"\d\d:\d\d:\d\d 127\.0\.0\.1:\d+ -> 400: illegal request line\n", listening.line())


@pytest.mark.parametrize(
    "body", ["hello", "[]", '{"user":["x"]}', "[" * 100_000, '{"user":"a\\u001b[31m\\nb"}']
)
def test_any_body_is_shown_harmlessly(listen: Listen, body: str) -> None:
    listening = listen("--format", "text", "--once")
    listening.send(body)
    code, out, err = listening.end()
    assert (code, err) == (0, "")
    assert out.count("\n") == 1
    assert "\x1b" not in out


FAULTS = [
    (("--status", 503), b"HTTP/1.1 503 Service Unavailable\r\n", "status"),
    (("--drop",), b"", "drop"),
    (("--malformed",), b"pushnotif sends no HTTP", "malformed"),
    (("--delay", 0.05), b"HTTP/1.1 200 OK", "delay"),
    (("--delay", 0.05, "--drop"), b"", "drop"),
    (("--fail-every", 1), b"HTTP/1.1 500 Internal Server Error", "status"),
    (("--probability", 1), b"HTTP/1.1 500 Internal Server Error", "status"),
    (("--probability", 0, "--drop"), b"HTTP/1.1 200 OK", None),
]


@pytest.mark.parametrize(("arguments", "answer", "fault"), FAULTS, ids=str)
def test_faults_are_made_as_told(
    listen: Listen, arguments: tuple[object, ...], answer: bytes, fault: str | None
) -> None:
    listening = listen("--once", *arguments)
    received = listening.send()
    assert received.startswith(answer)
    assert bool(received) == bool(answer)
    assert document(listening.end()[1])["answer"]["fault"] == fault


def test_a_reset_is_one(listen: Listen) -> None:
    listening = listen("--once", "--reset")
    with pytest.raises(ConnectionResetError):
        listening.send()
    assert document(listening.end()[1])["answer"]["fault"] == "reset"


@pytest.mark.parametrize("way", ["option", "environment"])
def test_credentials_are_asked_for_and_shown_to_nobody(listen: Listen, way: str, tmp_path: Path) -> None:
    record = tmp_path / "requests.jsonl"
    pair = f"bob:{SECRET}"
    options = ["--auth", pair] if way == "option" else []
    environment = {"PUSHNOTIF_LISTEN_AUTH": pair} if way == "environment" else {}
    listening = listen("--once", "--record", record, *options, **environment)
    assert listening.announced[-1].startswith("pushnotif: listening on http://<hidden>@127.0.0.1:")
    assert listening.send().startswith(b"HTTP/1.1 401 ")
    encoded = "Ym9iOmh1bnRlcjI="
    assert listening.send(NOTIFICATION, f"/?token={SECRET}", f"Authorization: Basic {encoded}").startswith(
        b"HTTP/1.1 200 "
    )
    code, out, err = listening.end()
    assert code == 0
    written = out + err + record.read_text()
    assert SECRET not in written
    assert encoded not in written


def test_secrets_are_shown_when_asked_for(listen: Listen) -> None:
    listening = listen("--once", "--auth", f"bob:{SECRET}", "--show-secrets")
    assert f"http://bob:{SECRET}@127.0.0.1:" in listening.announced[-1]
    listening.send(NOTIFICATION, "/", "Authorization: Basic Ym9iOmh1bnRlcjI=")
    assert "Ym9iOmh1bnRlcjI=" in listening.end()[1]


def test_the_authority_of_its_certificate_is_written_for_clients(listen: Listen, tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    listening = listen("--once", "--tls", "--ca-file", authority)
    assert listening.announced[0] == (
        f"pushnotif: wrote the authority's certificate: ssl_client_ca_file = {authority}\n"
    )
    context = ssl.create_default_context(cafile=str(authority))
    with context.wrap_socket(
        socket.create_connection(("127.0.0.1", listening.port), timeout=10), server_hostname="127.0.0.1"
    ) as connection:
        assert exchange(connection, NOTIFICATION, "/").startswith(b"HTTP/1.1 200 ")
    assert document(listening.end()[1])["origin"].startswith("https://127.0.0.1:")


def test_who_does_not_name_a_file_is_told_how_to_trust(listen: Listen) -> None:
    assert "--ca-file FILE" in listen("--tls").announced[0]


def test_an_address_that_others_can_reach_is_warned_of(listen: Listen) -> None:
    announced = listen("--bind", "0.0.0.0").announced
    assert announced[0] == "pushnotif: warning: 0.0.0.0 is no loopback address: other machines can connect\n"


def test_a_taken_port_is_one_line(listen: Listen, run: Run) -> None:
    port = listen().port
    outcome = run("listen", "--port", port)
    assert outcome.code == 2
    assert outcome.err.startswith(
        f"pushnotif: can't listen on 127.0.0.1:{port}: Address already in use; choose another --port"
    )
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--once", "--count", "2"], "--once and --count exclude each other"),
        (["--drop", "--reset"], "--drop and --reset exclude each other"),
        (["--status", "500", "--malformed"], "--status and --malformed exclude each other"),
        (["--fail-every", "2", "--probability", "0.5"], "--fail-every and --probability exclude each other"),
        (["--seed", "2"], "--seed needs --probability"),
        (["--path", "notify"], "--path must begin with / and have no ? or #"),
        (["--auth", SECRET], "--auth wants USER:PASS"),
        (["--ca-file", "x"], "--ca-file needs --tls"),
        (["--status", "100"], "Invalid value for '--status'"),
        (["--probability", "nan"], "Invalid value for '--probability'"),
        (["--timeout", "nan"], "Invalid value for '--timeout'"),
        (["--bind", "192.0.2.1"], "can't listen on 192.0.2.1:8009: Cannot assign requested address"),
        (["--record", "/"], "can't record to /: Is a directory"),
        (["--record", str(FIRST_DAY / "broken.conf")], "can't record to "),
        (["--tls", "--ca-file", "/nowhere/ca.pem"], "can't write /nowhere/ca.pem: No such file or directory"),
    ],
)
def test_wrong_usage_is_one_line(run: Run, arguments: list[str], message: str) -> None:
    outcome = run("listen", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"pushnotif: {message}")
    assert outcome.err.count("\n") == 1
    assert SECRET not in outcome.err


def test_a_reader_that_reads_no_more_can_not_keep_it_from_ending(listen: Listen) -> None:
    listening = listen()
    with ExitStack() as stack:
        for _ in range(40):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", listening.port)))
            connection.settimeout(0.3)
            body = "x" * 100_000
            try:
                exchange(connection, body, "/")
            except TimeoutError:
                break
        else:
            pytest.fail("there is room for everything")
        listening.process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        listening.process.send_signal(signal.SIGINT)
        assert listening.process.wait(timeout=20) == 130


def test_a_reader_that_goes_away_ends_it(listen: Listen) -> None:
    listening = listen()
    assert listening.process.stdout is not None
    listening.process.stdout.close()
    listening.process.stdout = None
    listening.send()
    assert listening.process.wait(timeout=20) == 141
    assert listening.process.stderr is not None
    assert listening.process.stderr.read() == ""


def test_quiet_says_nothing_on_stderr(run: Run) -> None:
    assert run("listen", "-q", "--port", 0, "--once", "--timeout", 0.01).err == ""


def screen(*, terminal: str) -> tuple[int, str]:
    """Run the command on a terminal, send it two requests, end it; return code and text."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {"TERM": terminal, "COLUMNS": "", "LINES": "", "NO_COLOR": "1"}
    arguments = ("--status", "404", "--fail-every", "2")
    with running(arguments, environment, stdout=theirs) as listening:
        os.close(theirs)
        for path in ("/one", "/two"):
            listening.send(path=path)
        code = listening.end(signal.SIGINT)[0]
    written = b""
    with os.fdopen(ours, "rb", buffering=0) as stream, suppress(OSError):
        while data := stream.read(65536):
            written += data
    return code, written.decode()


def test_on_a_terminal_a_table_is_kept_up_to_date() -> None:
    code, written = screen(terminal="xterm-256color")
    assert code == 130
    last = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written[written.rindex("time") :]).split("\r\n")
    assert last[0].split() == ["time", "request", "user", "event", "folder", "uid", "answer", "subject"]
    rows = [line.split()[1:] for line in last[2:4]]
    said = ["bob", "messageNew", "INBOX", "7"]
    assert rows == [["PUT", "/one", *said, "200", "Lunch?"], ["PUT", "/two", *said, "404", "Lunch?"]]
    assert "2 requests: 1 × 200, 1 × 404" in "\n".join(last)
    assert written.endswith("\x1b[?25h")


def test_a_terminal_that_can_not_move_its_cursor_gets_lines() -> None:
    written = screen(terminal="dumb")[1].splitlines()
    assert [line.split()[1:3] for line in written] == [["PUT", "/one"], ["PUT", "/two"]]


def test_without_a_terminal_and_tls_nothing_of_them_is_imported() -> None:
    program = (
        "import sys; from cli.main import run; code = run(sys.argv[1:]);"
        "print(code, sorted({'rich', 'lupa', 'httpcore', 'trustme', 'cryptography'} & set(sys.modules)))"
    )
    arguments = ["listen", "-q", "--port", "0", "--timeout", "0.01"]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "0 []\n"


def test_a_simulation_arrives(listen: Listen, run: Run, tmp_path: Path) -> None:
    listening = listen("--once", "--path", "/notify", "--auth", "bob:pass")
    configuration = tmp_path / "dovecot.conf"
    configuration.write_text(
        "mail_plugins = notify push_notification\nmail_attribute_dict = file:/x\n"
        "mail_location = maildir:~/Maildir\nuserdb {\n  driver = static\n  args = home=/nowhere\n}\n"
        "plugin {\n"
        f"  push_notification_driver = ox:url=http://bob:pass@127.0.0.1:{listening.port}/notify\n}}\n"
    )
    entry = "/private/vendor/vendor.dovecot/http-notify=user=bob"
    outcome = run(
        *("simulate", "message-new", "-c", configuration, "-u", "bob", "--subject", "Lunch?"),
        *("--metadata", entry, "--format", "json"),
    )
    assert outcome.code == 0
    [sent] = json.loads(outcome.out)["transactions"][0]["drivers"][0]["requests"]
    received = document(listening.end()[1])
    assert received["headers"] == sent["headers"]
    assert (received["method"], received["body"]) == (sent["method"], sent["body"])
