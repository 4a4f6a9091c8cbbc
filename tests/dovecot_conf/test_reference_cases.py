"""Every configuration whose verdict was captured from a running Dovecot 2.3.19.1 and 2.4.1."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import dovecot_conf
from dovecot_conf import Configuration, Severity, Version
from dovecot_conf.conditions import Condition
from dovecot_conf.dump import DumpOptions, look_up
from dovecot_conf.dump_errors import AmbiguousNameError, FilterConflictError
from dovecot_conf.extent import Extent
from dovecot_conf.nets import parse_net
from dovecot_conf.syntax_rule import DAEMON_ONLY
from dovecot_conf.syntax_rules import rule_named

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "fixtures/reference/config-cases.jsonl")
    .read_text("utf-8")
    .splitlines()
]
PRELUDE = b"dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
VERDICTS = {"v23": Version.V23, "v24": Version.V24, "v24_prelude": Version.V24}

WARNINGS = ("ambiguous-comment", "shadowed-global")
ALONE = ("storage-version-missing",)


def runs() -> list[tuple[dict[str, Any], str]]:
    return [(case, key) for case in CASES for key in VERDICTS if key in case]


def identify(run: tuple[dict[str, Any], str]) -> str:
    return f"{run[0]['id']}-{run[1]}"


def content(case: dict[str, Any], key: str) -> bytes:
    text = base64.b64decode(case["text_b64"]) if "text_b64" in case else case["text"].encode()
    return PRELUDE + text if key == "v24_prelude" else text


def read(case: dict[str, Any], key: str, folder: Path) -> Configuration:
    for name, text in case.get("files", {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    main = folder / "dovecot.conf"
    main.write_bytes(content(case, key))
    return dovecot_conf.load(main, version=VERDICTS[key], environ=case.get("env", {}))


def expected_error(verdict: dict[str, Any]) -> str | None:
    """The last line of doveconf's error, the first being the same without a place."""
    return verdict["error"] and comparable(verdict["error"].split("\n")[-1])


def comparable(text: str) -> str:
    """How often a path can be made longer depends on the length of the folder's name.

    The number of a service without a name depends on the packages that were installed.
    """
    return re.sub(r"(\./)+", "./", re.sub("Service #[0-9]+", "Service #…", text))


def as_doveconf_says(configuration: Configuration, folder: Path) -> str | None:
    for problem in configuration.problems:
        if problem.severity is Severity.ERROR:
            place = "" if rule_named(problem.name).at_end else f" line {problem.span.line}"
            text = f"Fatal: Error in configuration file {problem.span.file}{place}: {problem.message}"
            if problem.name in ALONE:
                text = f"Fatal: {problem.message}"
            elif problem.name == "variable-syntax":
                text = f"Panic: {problem.message}"
            return comparable(text.replace(str(folder), "/etc/dovecot"))
    return None


@pytest.mark.parametrize("run", runs(), ids=identify)
def test_the_first_error_is_doveconfs(run: tuple[dict[str, Any], str], tmp_path: Path) -> None:
    case, key = run
    assert as_doveconf_says(read(case, key, tmp_path), tmp_path) == expected_error(case[key])


@pytest.mark.parametrize("run", runs(), ids=identify)
def test_printing_the_tree_gives_the_bytes_back(run: tuple[dict[str, Any], str], tmp_path: Path) -> None:
    case, key = run
    configuration = read(case, key, tmp_path)
    assert dovecot_conf.print_tree(configuration.document) == content(case, key)


@pytest.mark.parametrize("run", [run for run in runs() if run[0][run[1]]["ok"]], ids=identify)
def test_the_warnings_are_doveconfs(run: tuple[dict[str, Any], str], tmp_path: Path) -> None:
    case, key = run
    configuration = read(case, key, tmp_path)
    warnings = [problem.message for problem in configuration.problems if problem.name in WARNINGS]
    expected = [text.removeprefix("Warning: ") for text in case[key]["warnings"]]
    ours = [text for text in expected if "Ambiguous '#'" in text or "Global setting" in text]
    assert [text.replace(str(tmp_path), "/etc/dovecot") for text in warnings] == ours


def test_all_cases_are_judged() -> None:
    assert Counter(key for _, key in runs()) == {"v23": 329, "v24": 329, "v24_prelude": 276}


VALUES = [
    (case, key, question, answer) for case, key in runs() for question, answer in case[key]["values"].items()
]
"""What ``doveconf -h`` with these arguments printed: a text, or an error."""


def options(case: dict[str, Any], question: str) -> tuple[str, DumpOptions]:
    """The name and the options of a question such as ``mail_home -x -f protocol=imap``."""
    name, *filters = question.replace(" -x", "").split(" -f ")
    asked: dict[str, Any] = {}
    for part in filters:
        word, _, value = part.partition("=")
        asked[{"lname": "local_name"}.get(word, word)] = (
            parse_net(value) if word in ("local", "remote") else value
        )
    return name, DumpOptions(
        extent=Extent.ALL,
        asked=Condition(**asked),
        value_only=True,
        show_secrets=True,
        expanding=" -x" in question,
        environ=case.get("env", {}),
    )


def identify_value(part: object) -> str | None:
    return part["id"] if isinstance(part, dict) and "id" in part else None


@pytest.mark.parametrize(
    ("case", "key", "question", "answer"),
    [value for value in VALUES if isinstance(value[3], str)],
    ids=identify_value,
)
def test_values_are_those_doveconf_shows(
    case: dict[str, Any], key: str, question: str, answer: str, tmp_path: Path
) -> None:
    configuration = read(case, key, tmp_path)
    assert look_up(configuration, *options(case, question)).removesuffix("\n") == answer


@pytest.mark.parametrize(
    ("case", "key", "question", "answer"),
    [value for value in VALUES if isinstance(value[3], dict)],
    ids=identify_value,
)
def test_where_doveconf_shows_no_value_we_say_why(
    case: dict[str, Any], key: str, question: str, answer: dict[str, Any], tmp_path: Path
) -> None:
    configuration = read(case, key, tmp_path)
    said = answer["stderr"].replace("/etc/dovecot", str(tmp_path))
    if "Multiple settings matched" in said:
        with pytest.raises(AmbiguousNameError):
            look_up(configuration, *options(case, question))
    elif "Conflict in setting" in said:
        with pytest.raises(FilterConflictError) as conflict:
            look_up(configuration, *options(case, question))
        assert str(conflict.value) in said
    else:
        found = [
            f"line {problem.span.line}: {problem.message.removesuffix(DAEMON_ONLY)}"
            for problem in configuration.problems
        ]
        assert said.partition("dovecot.conf ")[2] in found


def test_all_values_are_compared() -> None:
    assert len(VALUES) == 423
