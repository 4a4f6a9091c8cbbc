"""The rule on docs/contributing/add-a-rule.md is one: its examples hold, and it could be registered."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from dovecot_conf import load
from dovecot_conf.lint import Catalogue, Context, Rule, lint_context
from dovecot_conf.lint.docs import Example, parse_doc
from drivers.rules import all_rules
from tests.pages import blocks
from tests.readme import DOCS, REPOSITORY

PAGE = (DOCS / "contributing" / "add-a-rule.md").read_text("utf-8")


@pytest.fixture
def rule(tmp_path: Path) -> Rule:
    (code,) = (block.text for block in blocks(PAGE) if block.language == "python")
    path = tmp_path / "dlog_only.py"
    path.write_text(code)
    spec = importlib.util.spec_from_file_location("dlog_only", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Rule = module.DlogOnly()
    return found


def test_its_examples_hold(rule: Rule, tmp_path: Path) -> None:
    catalogue = Catalogue((*all_rules(), rule))
    main = tmp_path / "dovecot.conf"

    def fires(example: Example) -> list[str]:
        main.write_text(example.text)
        return [
            found.code for found in lint_context(Context(load(main)), catalogue) if found.code == rule.code
        ]

    doc = parse_doc(rule.__doc__ or "")
    assert {example.version for example in doc.bad} == set(rule.versions)
    assert [fires(example) for example in doc.bad] == [[rule.code]] * len(doc.bad)
    assert [fires(example) for example in doc.good] == [[]] * len(doc.good)


def test_its_code_and_name_are_free(rule: Rule) -> None:
    assert not {rule.code, rule.name} & {word for one in all_rules() for word in (one.code, one.name)}


def test_the_places_that_the_page_names_exist() -> None:
    (table,) = [part for part in PAGE.split("\n\n") if part.startswith("| Family")]
    places = [
        word for row in table.splitlines()[2:] for word in row.split("|")[3].replace("`", "").split(",")
    ]
    assert all(any(REPOSITORY.glob(place.strip())) for place in places)
