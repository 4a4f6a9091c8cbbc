"""What doveconf of 2.3 makes of old names (``fixtures/captured/old-names.jsonl``), and what we do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dovecot_conf import Configuration, Severity, Version, load
from dovecot_conf.conditions import UNFILTERED
from dovecot_conf.dump import DumpOptions, dump
from dovecot_conf.explain import Explainer
from dovecot_conf.extent import Extent
from dovecot_conf.syntax_rule import DAEMON_ONLY
from dovecot_conf.syntax_rules import rule_named

CAPTURED = Path(__file__).parents[2] / "fixtures/captured/old-names.jsonl"
CASES = [json.loads(line) for line in CAPTURED.read_text("utf-8").splitlines()]
CRASH = "Dovecot crashes"
LOGGED_AS_ERROR = "old-ssl-protocols"
"""doveconf goes on, but doesn't call it a warning."""


def read(text: str, folder: Path) -> Configuration:
    main = folder / "dovecot.conf"
    main.write_text(text, encoding="utf-8", newline="\n")
    return load(main, version=Version.V23)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_first_error_and_the_warnings_before_it_are_doveconfs(
    case: dict[str, Any], tmp_path: Path
) -> None:
    error, warnings = None, []
    for problem in read(case["text"], tmp_path).problems:
        if problem.severity is Severity.ERROR:
            at_end = rule_named(problem.name).at_end
            error = {"message": problem.message, "line": None if at_end else problem.span.line}
            break
        if problem.name != LOGGED_AS_ERROR and DAEMON_ONLY not in problem.message:
            warnings.append(problem.message.replace(str(tmp_path), "/etc/dovecot"))
    if error is not None and CRASH in error["message"]:
        error = {"message": CRASH, "line": None}
    assert error == case["error"]
    assert list(dict.fromkeys(warnings)) == case["warnings"]


@pytest.mark.parametrize("case", [case for case in CASES if case["output"]], ids=lambda case: case["id"])
def test_the_dump_is_doveconfs(case: dict[str, Any], tmp_path: Path) -> None:
    shown = dump(read(case["text"], tmp_path), DumpOptions(Extent.CHANGED, UNFILTERED))
    assert shown.partition("\n")[2] == case["output"]


def test_the_value_carried_over_is_the_effective_one(tmp_path: Path) -> None:
    configuration = read("ssl_disable = YES\nprotocol imap {\n  mail = maildir:~/M\n}\n", tmp_path)
    assert configuration.settings().value("ssl") == "no"
    assert configuration.settings("imap").value("mail_location") == "maildir:~/M"


def test_an_explanation_shows_the_line_as_it_stands(tmp_path: Path) -> None:
    configuration = read("auth default {\n  mechanisms = plain login\n}\nlogin_chroot = yes\n", tmp_path)
    explainer = Explainer(configuration, UNFILTERED)
    (origin,) = explainer.explain("auth_mechanisms").origins
    assert (origin.key, origin.text, origin.span.line, origin.span.column) == (
        "mechanisms",
        "plain login",
        2,
        3,
    )
    explanation = explainer.explain("service/imap-login/chroot")
    assert explanation.value == "login"
    assert [(origin.key, origin.text) for origin in explanation.origins] == [("login_chroot", "yes")]
