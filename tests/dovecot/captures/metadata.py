"""What ``doveadm mailbox metadata`` prints and stores: transcripts of several calls."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

from tests.dovecot.captures.common import GUIDS, INPUTS, UIDVALIDITY, Bench, Record
from tests.dovecot.harness.server import Dovecot
from tests.dovecot.harness.setups import Setup

SETUP = Setup(plugins=())


def capture(bench: Bench) -> Iterator[Record]:
    """Run each transcript of ``metadata.toml`` on each version, for a user of its own."""
    cases = tomllib.loads((INPUTS / "metadata.toml").read_text(encoding="utf-8"))["case"]
    for case in cases:
        for version in bench.pools:
            yield _transcript(bench, version, case)


def _transcript(bench: Bench, version: str, case: dict[str, Any]) -> Record:
    server = bench.server(version, SETUP)
    user = case["name"]
    server.make_maildir(user, GUIDS, UIDVALIDITY)
    return {
        "name": f"{case['name']}@{version}",
        "version": version,
        "about": case["about"],
        "user": user,
        "guids": GUIDS,
        "calls": [_call(bench, server, user, argv) for argv in case["calls"]],
        "dict": _entries(server, user),
    }


def _call(bench: Bench, server: Dovecot, user: str, argv: list[str]) -> Record:
    """Run one call; the order of what ``list`` prints is not fixed, so its lines are sorted."""
    action, *rest = argv
    full = ["mailbox", "metadata", action, "-u", user, *rest]
    result = server.doveadm(*full)
    stdout = "".join(sorted(result.stdout.splitlines(keepends=True))) if action == "list" else result.stdout
    return {
        "argv": [action, "-u", user, *rest],
        "stdout": stdout,
        "stderr": bench.stable(result.stderr, server),
        "exit_code": result.exit_code,
    }


def _entries(server: Dovecot, user: str) -> list[list[str]] | None:
    """Return the pairs of the dict file as written in it, sorted (their order is not fixed)."""
    file = server.dict_file(user)
    if not file.exists():
        return None
    lines = file.read_bytes().decode("utf-8", "surrogateescape").split("\n")[:-1]
    return sorted([key, value] for key, value in zip(lines[::2], lines[1::2], strict=True))
