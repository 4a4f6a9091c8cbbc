"""docs/reference/fixes.md lists the rules that have fixes; --write brings it up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from dovecot_conf.lint import Catalogue
from dovecot_conf.lint.entries import entries
from drivers.rules import all_rules

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "fixes.md"
HEAD = "|---|---|---|\n"


def expected() -> str:
    start = PAGE.read_text().partition(HEAD)[0]
    rows = [
        f"| {entry.code} | {entry.name} | {', '.join(entry.fixes)} |\n"
        for entry in entries(Catalogue(all_rules()).rules)
        if entry.fixes
    ]
    return start + HEAD + "".join(rows)


def test_the_page_lists_the_rules_that_have_fixes() -> None:
    assert PAGE.read_text() == expected()


if __name__ == "__main__" and "--write" in sys.argv:
    PAGE.write_text(expected())
