"""`pushnotif rules`: the catalogue and one rule explained."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from cli.main import run
from dovecot_conf.syntax_rules import SYNTAX_RULES
from drivers.rules import all_rules

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "rules.schema.json"


def test_the_catalogue_lists_every_rule_under_its_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    listed = [line.split()[0] for line in lines if line.startswith("  ")]
    assert listed == sorted(rule.code for rule in (*SYNTAX_RULES, *all_rules()))
    assert "PN3xx the driver chain" in lines


@pytest.mark.parametrize("word", ["PN301", "pn301", "driver-chain-gap"])
def test_a_rule_is_explained_by_code_or_name(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", word]) == 0
    out = capsys.readouterr().out
    assert out.startswith("PN301 driver-chain-gap (error, Dovecot 2.3)\n")
    assert "Bad, Dovecot 2.3:\n    mail_plugins" in out
    assert "Good, Dovecot 2.3:\n    mail_plugins" in out
    assert "PN3xx the driver chain\n" in out
    assert "How to silence: # pushnotif: ignore[PN301] on the line or above (a Lua script: --)\n" in out
    assert out.endswith("Page: docs/rules/PN301.md\n")


@pytest.mark.parametrize("code", ["PN102", "PN301"])
def test_a_rule_says_how_to_fix_it(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", code, "--format", "json"]) == 0
    (rule,) = json.loads(capsys.readouterr().out)["rules"]
    assert run(["rules", code]) == 0
    shown = "".join(f"    {line}\n" for line in rule["how_to_fix"].splitlines())
    assert f"How to fix:\n{shown}\nHow to silence: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("PN301", "Fix: safe (--fix)."),
        ("PN205", "Fix: unsafe (--fix --unsafe-fixes)."),
        ("PN163", "Fix: safe (--fix) or unsafe (--fix --unsafe-fixes), by case."),
    ],
)
def test_an_explanation_says_whether_there_is_a_fix(
    rule: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["rules", rule])
    assert said in capsys.readouterr().out.splitlines()
    run(["rules", "PN401"])
    assert "Fix:" not in capsys.readouterr().out


def test_the_beginning_of_codes_lists_a_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "PN2xx"]) == 0
    out = capsys.readouterr().out
    assert "PN201" in out
    assert "PN301" not in out


def test_an_unknown_rule_is_refused_with_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "driver-chain-gop"]) == 2
    assert capsys.readouterr().err == (
        "pushnotif: no such rule: 'driver-chain-gop'; did you mean 'driver-chain-gap'?\n"
    )


@pytest.mark.parametrize("arguments", [[], ["PN505"], ["PN1"]])
def test_the_json_document_keeps_its_schema(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", *arguments, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, json.loads(SCHEMA.read_text()))
    assert document["rules"]


def test_colour_is_used_only_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "PN301"]) == 0
    assert "\x1b[" not in capsys.readouterr().out
    assert run(["rules", "PN301", "--color", "always"]) == 0
    assert "\x1b[" in capsys.readouterr().out
