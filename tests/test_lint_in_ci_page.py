"""docs/how-to/lint-in-ci.md shows files that the CI systems accept, and names all that there is."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from cli.reports import FORMATS
from tests import readme
from tests.ci_files import ACTION, HOOKS, check_schema

PAGE = readme.REPOSITORY / "docs" / "how-to" / "lint-in-ci.md"
TEXT = PAGE.read_text("utf-8")
PRE_COMMIT, WORKFLOW = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def test_the_page_names_every_format() -> None:
    assert re.findall(r"^\| `(\w+)` \| .* \| .* \| .* \|$", TEXT, re.MULTILINE) == list(FORMATS)


def test_the_hooks_of_the_page_exist() -> None:
    (repository,) = yaml.safe_load(PRE_COMMIT)["repos"]
    assert [hook["id"] for hook in repository["hooks"]] == [hook["id"] for hook in HOOKS]


def test_the_workflow_of_the_page_is_one(tmp_path: Path) -> None:
    (tmp_path / "workflow.yml").write_text(WORKFLOW)
    check_schema("vendor.github-workflows", tmp_path / "workflow.yml")
    steps = yaml.safe_load(WORKFLOW)["jobs"]["validate"]["steps"]
    (step,) = (step for step in steps if "pushnotif" in step["uses"])
    assert step["uses"] == "./.pushnotif/.github/actions/validate"
    assert set(step["with"]) <= set(ACTION["inputs"])


def test_the_page_explains_every_input_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([\w-]+)` \| [^|]* \| ([^|]*) \|$", TEXT, re.MULTILINE))
    assert list(rows) == list(ACTION["inputs"])
    for name, value in ACTION["inputs"].items():
        if value.get("default"):
            assert rows[name] == f"`{value['default']}`"
