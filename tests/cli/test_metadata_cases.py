"""The calls of `doveadm mailbox metadata` captured from running Dovecot 2.3.19.1 and 2.4.1."""

from __future__ import annotations

import json
import stat
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cli.main import run

FIXTURES = Path(__file__).parents[2] / "fixtures"
CASES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (FIXTURES / "reference" / "metadata-cases.jsonl").read_text("utf-8").splitlines()
]
GUIDS = {"INBOX": "1" * 32, "Sent": "2" * 32}
FOLDERS = {"INBOX": "", "Sent": ".Sent"}
USERS = ("alice", "bob", "carol", "dave")

# What pushnotif does differently, on purpose.
REFUSED = {"set-prefix-only": "doveadm stores an entry without a name and damages the mailbox's index log"}
OWN_USAGE_TEXT = {
    "noop-sub": "doveadm shows the usage of all its mailbox commands",
    "no-sub": "doveadm shows the usage of all its mailbox commands",
}

CONFIGURATIONS = {
    "2.3.19.1": """\
mail_location = maildir:{root}/mail/%u
mail_attribute_dict = file:{root}/mail/%u.dict
namespace inbox {{
  inbox = yes
  separator = /
}}
userdb {{
  driver = passwd-file
  args = {root}/users
}}
""",
    "2.4.1": """\
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
mail_driver = maildir
mail_path = {root}/mail/%{{user}}
mail_attribute {{
  dict file {{
    path = {root}/mail/%{{user}}.dict
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
userdb passwd-file {{
  passwd_file_path = {root}/users
}}
""",
}


def name_of(case: dict[str, Any]) -> str:
    return str(case["id"].split("@")[0])


def prepare(case: dict[str, Any], root: Path) -> Path:
    """Make the users, mailboxes and dict of a case; return the configuration."""
    mail = root / "mail"
    mail.mkdir(mode=0o755)
    (root / "users").write_text("".join(f"{user}:::::{root}/mail/home-{user}::\n" for user in USERS))
    configuration = root / "dovecot.conf"
    configuration.write_text(CONFIGURATIONS[case["dovecot"]].format(root=root))
    for condition in case["preconditions"]:
        if "mailbox" in condition:
            folder = mail / "alice" / FOLDERS[condition["mailbox"]]
            for name in ("cur", "new", "tmp"):
                (folder / name).mkdir(parents=True)
            guid = GUIDS[condition["mailbox"]]
            (folder / "dovecot-uidlist").write_text(f"3 V1700000000 N1 G{guid}\n")
        elif "dict" in condition:
            path = mail / "alice.dict"
            path.write_bytes(condition["dict"].encode())
            path.chmod(0o600)
        else:
            assert run(["metadata", "-c", str(configuration), *condition["run"]]) == 0
    return configuration


def pairs(text: str | None) -> list[list[str]] | None:
    """Return the pairs of lines in a dict file, sorted; a key without a value is none."""
    if text is None:
        return None
    lines = text.split("\n")[:-1]
    return sorted([list(pair) for pair in zip(lines[0::2], lines[1::2], strict=False)])


def own_words(text: str) -> str:
    """Return doveadm's errors as pushnotif says them: with its own name."""
    text = text.replace("doveadm mailbox metadata", "usage: pushnotif metadata")
    return "".join(f"pushnotif: {line}" for line in text.splitlines(keepends=True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_call_does_what_doveadm_does(
    case: dict[str, Any], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    configuration = prepare(case, tmp_path)
    capfdbinary.readouterr()
    code = run(["metadata", "-c", str(configuration), *case["global_args"], *case["argv"]])
    captured = capfdbinary.readouterr()
    store = tmp_path / "mail" / "alice.dict"
    if name_of(case) in REFUSED:
        assert code == 64
        assert captured.err.count(b"\n") == 1
        assert not store.exists()
        return
    assert code == case["exit_code"]
    stdout = captured.out.decode()
    if case["global_args"] == ["-f", "json"] and "stdout" in case["unordered"]:
        assert Counter(map(str, json.loads(stdout))) == Counter(map(str, json.loads(case["stdout"])))
    elif "stdout" in case["unordered"]:
        assert sorted(stdout.splitlines()) == sorted(case["stdout"].splitlines())
    else:
        assert stdout == case["stdout"]
    if name_of(case) not in OWN_USAGE_TEXT:
        assert captured.err.decode() == own_words(case["stderr"])
    after = store.read_bytes().decode() if store.exists() else None
    assert pairs(after) == pairs(case["dict_after"])
    if store.exists():
        assert oct(stat.S_IMODE(store.stat().st_mode)) == case["dict_mode_after"]


def test_every_captured_call_is_tried() -> None:
    deviating = [case["id"] for case in CASES if name_of(case) in {*REFUSED, *OWN_USAGE_TEXT}]
    assert len(CASES) == 161
    assert len(deviating) == 6
