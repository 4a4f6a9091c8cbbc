"""docs/reference/schemas.md lists the JSON Schemas; --write brings it up to date."""

from __future__ import annotations

import json
import sys
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "reference" / "schemas.md"
HEAD = "|---|---|\n"


def expected() -> str:
    rows = []
    for path in sorted((DOCS / "schemas").iterdir()):
        title = json.loads(path.read_text("utf-8"))["title"]
        rows.append(f"| [{path.name.removesuffix('.schema.json')}](../schemas/{path.name}) | {title} |\n")
    before, _, rest = PAGE.read_text("utf-8").partition(HEAD)
    after = rest[rest.index("\n\n") + 1 :] if "\n\n" in rest else ""
    return before + HEAD + "".join(rows) + after


def test_the_page_lists_every_schema_with_its_title() -> None:
    assert PAGE.read_text("utf-8") == expected(), "run python tests/test_schemas_page.py --write"


def test_every_document_that_is_printed_has_a_version() -> None:
    written_by_people = {"project.schema.json", "scenario.schema.json"}
    for path in (DOCS / "schemas").iterdir():
        schema = json.loads(path.read_text("utf-8"))
        assert "version" in schema.get("required", ()) or path.name in written_by_people


if __name__ == "__main__" and "--write" in sys.argv:
    PAGE.write_text(expected(), "utf-8")
