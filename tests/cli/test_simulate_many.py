"""`pushnotif simulate EVENT --count N`: the same action many times."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.conftest import Run

REPOSITORY = Path(__file__).parents[2]
SCHEMA = json.loads((REPOSITORY / "docs/schemas/load.schema.json").read_text())
CONFIG = """\
protocols = lmtp
mail_plugins = notify push_notification
plugin {
  push_notification_driver = ox:url=http://127.0.0.1:1/ user_from_metadata
}
"""


def sums(run: Run, *arguments: object, code: int = 0) -> dict[str, Any]:
    result = run("simulate", *arguments, "--format", "json")
    assert result.code == code, result.err
    document: dict[str, Any] = json.loads(result.out)
    jsonschema.validate(document, SCHEMA)
    return document


def test_the_sums_of_all_sessions_are_shown(run: Run) -> None:
    found = sums(run, "message-new", "--demo", "--count", 30, "--concurrency", 4)
    assert (found["count"], found["done"], found["failed"]) == (30, 30, 0)
    assert found["outcomes"] == {"logged": 30, "would-send": 30}
    assert found["sessions"]["count"] == 30
    assert found["requests"] == {"count": 0, "latency_ms": None}


def test_people_see_a_table(run: Run) -> None:
    result = run("simulate", "flags-set", "--demo", "--count", 3)
    assert result.out.startswith("3 times flags-set in ")
    assert [word in result.out for word in ("logged", "p50", "p90", "p99", "a session")] == [True] * 5


def test_a_request_that_fails_each_time_is_one_kind_of_error(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "dovecot.conf"
    config.write_text(CONFIG)
    found = sums(
        run, "message-new", "-c", config, "-u", "bob", "--count", 3,
        "--metadata", "/private/vendor/vendor.dovecot/http-notify=user=bob", code=1,
    )  # fmt: skip
    assert found["outcomes"] == {"failed": 3}
    assert found["requests"]["count"] == 3
    assert [error["count"] for error in found["errors"]] == [3]
    assert "Connection refused" in found["errors"][0]["message"]


@pytest.mark.parametrize("option", [("--concurrency", 2), ("--rate", 5)])
def test_what_is_for_many_needs_a_count(option: tuple[str, int], run: Run) -> None:
    result = run("simulate", "message-new", "--demo", *option)
    assert result.code == 2
    assert "need --count" in result.err


def test_uids_end_where_the_protocol_ends_them(run: Run) -> None:
    result = run("simulate", "message-new", "--demo", "--uid", 2**32 - 2, "--count", 3)
    assert result.code == 2
    assert "leads to UIDs above 4294967295" in result.err
    assert run("simulate", "message-new", "--demo", "--uid", 2**32 - 2, "--count", 2).code == 0


def test_after_ctrl_c_what_was_done_is_shown(tmp_path: Path) -> None:
    config = tmp_path / "dovecot.conf"
    with socket.create_server(("127.0.0.1", 0)) as server:
        config.write_text(CONFIG.replace("127.0.0.1:1/", f"127.0.0.1:{server.getsockname()[1]}/"))
        arguments = [
            *("simulate", "message-new", "-c", config, "-u", "bob", "--format", "json"),
            *("--metadata", "/private/vendor/vendor.dovecot/http-notify=user=bob"),
            *("--count", "100000", "--rate", "20"),
        ]
        with subprocess.Popen(
            [sys.executable, "-m", "cli", *arguments],
            cwd=REPOSITORY,
            env={**os.environ, "XDG_DATA_HOME": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                # The second request comes when the first session has ended.
                connection.recv(65536)
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.endswith("pushnotif: interrupted\n")
    document = json.loads(out)
    jsonschema.validate(document, SCHEMA)
    assert 1 <= document["done"] < document["count"]
