"""The docstring of each rule is its documentation; its examples must be true."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import Diagnostic, load
from dovecot_conf.lint import Catalogue, Context, Rule, lint_context
from dovecot_conf.lint.docs import Example, parse_doc
from dovecot_conf.lint.entries import entries
from dovecot_conf.source import SourceFile
from drivers.rules import DRIVER_RULES, all_rules
from drivers.rules.security import modes

CATALOGUE = Catalogue(all_rules())
BESIDE = ("/etc/nginx/", "/etc/apache2/")


@pytest.fixture(autouse=True)
def modes_of_files_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the folder of a test be a place where permissions mean something."""
    monkeypatch.setattr(modes, "PLACES", (tmp_path,))


def findings(example: Example, root: Path, mode: int = 0o644) -> tuple[Diagnostic, ...]:
    for path, content in example.files:
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
        target.chmod(0o600 if "/private/" in path else 0o644)
    main = root / "dovecot.conf"
    main.write_text(example.text)
    main.chmod(mode)
    others = tuple(SourceFile(path, text) for path, text in example.files if path.startswith(BESIDE))
    context = Context(load(main, root=root, version=example.version), root, others=others)
    return lint_context(context, CATALOGUE)


def examples(part: str) -> list[object]:
    return [
        pytest.param(rule, example, id=f"{rule.code}-{example.version}-{number}")
        for rule in DRIVER_RULES
        for number, example in enumerate(getattr(parse_doc(rule.__doc__ or ""), part))
    ]


@pytest.mark.parametrize(("rule", "example"), examples("bad"))
def test_the_bad_example_fires_its_rule(rule: Rule, example: Example, tmp_path: Path) -> None:
    found = findings(example, tmp_path)
    assert rule.code in {diagnostic.code for diagnostic in found}
    assert {rule.severity} == {diagnostic.severity for diagnostic in found if diagnostic.code == rule.code}


@pytest.mark.parametrize(("rule", "example"), examples("good"))
def test_the_good_example_is_clean(rule: Rule, example: Example, tmp_path: Path) -> None:
    assert findings(example, tmp_path, 0o600) == ()


@pytest.mark.parametrize("rule", DRIVER_RULES, ids=lambda rule: rule.code)
def test_a_rule_has_examples_for_each_of_its_dialects(rule: Rule) -> None:
    doc = parse_doc(rule.__doc__ or "")
    assert {example.version for example in doc.bad} == set(rule.versions)
    assert {example.version for example in doc.good} == set(rule.versions)


def test_codes_and_names_are_used_once() -> None:
    found = entries(CATALOGUE.rules)
    assert len({entry.code for entry in found}) == len(found)
    assert len({entry.name for entry in found}) == len(found)
