"""The documentation of each rule says what to do."""

from __future__ import annotations

import pytest

from dovecot_conf.lint.entries import Entry, entries
from drivers.rules import all_rules


@pytest.mark.parametrize("entry", [pytest.param(entry, id=entry.code) for entry in entries(all_rules())])
def test_each_rule_says_how_to_fix_it(entry: Entry) -> None:
    assert entry.doc.fix
