"""Every configuration whose verdict was captured from a running Dovecot 2.3.19.1 and 2.4.1.

A verdict about a whole section, found at the end of the configuration, is left out here by the text of its
message; the numbers at the end hold that nothing else is.
"""

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

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "fixtures/reference/config-cases.jsonl")
    .read_text("utf-8")
    .splitlines()
]
PRELUDE = b"dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
VERDICTS = {"v23": Version.V23, "v24": Version.V24, "v24_prelude": Version.V24}

NEEDS_WHOLE_SECTIONS = re.compile(r"Service #|vsz_limit is too low|listen can't be set empty|must not be 0$")
"""Checks of a whole section at the end, which aren't made: of sizes, services and driver options."""

WARNINGS = ("ambiguous-comment", "shadowed-global")
WITHOUT_LINE = ("unclosed-section", "filter-conflict", "service-name-missing")
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
    return verdict["error"] and without_repetition(verdict["error"].split("\n")[-1])


def without_repetition(text: str) -> str:
    """How often a path can be made longer depends on the length of the folder's name."""
    return re.sub(r"(\./)+", "./", text)


def as_doveconf_says(configuration: Configuration, folder: Path) -> str | None:
    for problem in configuration.problems:
        if problem.severity is Severity.ERROR:
            place = "" if problem.name in WITHOUT_LINE else f" line {problem.span.line}"
            text = f"Fatal: Error in configuration file {problem.span.file}{place}: {problem.message}"
            if problem.name in ALONE:
                text = f"Fatal: {problem.message}"
            elif problem.name == "variable-syntax":
                text = f"Panic: {problem.message}"
            return without_repetition(text.replace(str(folder), "/etc/dovecot"))
    return None


JUDGED = [run for run in runs() if not NEEDS_WHOLE_SECTIONS.search(expected_error(run[0][run[1]]) or "")]


@pytest.mark.parametrize("run", JUDGED, ids=identify)
def test_the_first_error_is_doveconfs(run: tuple[dict[str, Any], str], tmp_path: Path) -> None:
    case, key = run
    assert as_doveconf_says(read(case, key, tmp_path), tmp_path) == expected_error(case[key])


@pytest.mark.parametrize("run", runs(), ids=identify)
def test_printing_the_tree_gives_the_bytes_back(run: tuple[dict[str, Any], str], tmp_path: Path) -> None:
    case, key = run
    configuration = read(case, key, tmp_path)
    assert dovecot_conf.print_tree(configuration.document) == content(case, key)


@pytest.mark.parametrize("run", [run for run in JUDGED if run[0][run[1]]["ok"]], ids=identify)
def test_the_warnings_are_doveconfs(run: tuple[dict[str, Any], str], tmp_path: Path) -> None:
    case, key = run
    configuration = read(case, key, tmp_path)
    warnings = [problem.message for problem in configuration.problems if problem.name in WARNINGS]
    expected = [text.removeprefix("Warning: ") for text in case[key]["warnings"]]
    ours = [text for text in expected if "Ambiguous '#'" in text or "Global setting" in text]
    assert [text.replace(str(tmp_path), "/etc/dovecot") for text in warnings] == ours


def test_only_verdicts_on_whole_sections_are_left_out() -> None:
    assert Counter(key for _, key in runs()) == {"v23": 329, "v24": 329, "v24_prelude": 276}
    assert Counter(key for _, key in JUDGED) == {"v23": 328, "v24": 328, "v24_prelude": 268}


VALUES = [
    (case, key, question, answer)
    for case, key in JUDGED
    for question, answer in case[key]["values"].items()
    if not isinstance(answer, dict)
]


def unquoted(text: str) -> str:
    """2.4's doveconf quotes values with blanks at an end, or a ``#``."""
    match = re.fullmatch(r'"(.*)"', text, re.DOTALL)
    return re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL) if match else text


NORMALISED = ("imap_idle_notify_interval", "default_vsz_limit", "mail_max_userip_connections")
SECTIONS = ("plugin", "namespace", "push_notification", "mail_attribute", "import_environment")


def comparable(case: dict[str, Any], key: str, question: str, answer: str) -> bool:
    """Without whole sections, values that doveconf does not expand, and types that 2.3 rewrites."""
    name = question.split(" ", maxsplit=1)[0]
    unexpanded = "-x" not in question and ("$" in answer or answer.startswith("<"))
    rewritten = key == "v23" and name in NORMALISED
    own_list_only = key != "v23" and name == "mail_plugins" and " = " in answer
    return not (name in (*SECTIONS, "dovecot_config_version") or unexpanded or rewritten or own_list_only)


def by_meaning(name: str, text: str) -> str:
    if name in ("auth_verbose", "mail_debug"):
        return {"y": "yes", "1": "yes"}.get(text.lower(), text.lower())
    return text


@pytest.mark.parametrize(
    ("case", "key", "question", "answer"),
    [value for value in VALUES if comparable(*value)],
    ids=lambda part: part["id"] if isinstance(part, dict) else None,
)
def test_values_are_those_doveconf_shows(
    case: dict[str, Any], key: str, question: str, answer: str, tmp_path: Path
) -> None:
    configuration = read(case, key, tmp_path)
    name, *filters = question.replace(" -x", "").split(" -f ")
    asked = dict(part.split("=") for part in filters)
    asked = {"local_name" if word == "lname" else word: value for word, value in asked.items()}
    found = configuration.settings(asked.pop("protocol", None), **asked).get(name)
    if found is None:
        assert answer in ("Dovecot (Debian) ready.", "Dovecot ready.", "", "no")
    elif (case["id"], key) == ("flt-029", "v24_prelude"):
        assert found.text == "/p", "a process goes by the order of opening, doveconf -f by nesting"
    else:
        expected = answer if key == "v23" else unquoted(answer)
        assert by_meaning(name, found.text) == by_meaning(name, expected)


def test_most_values_are_compared() -> None:
    assert len(VALUES) == 401
    assert sum(comparable(*value) for value in VALUES) == 316
