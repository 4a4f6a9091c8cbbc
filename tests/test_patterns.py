"""Regular expressions that every Python matches alike."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
PACKAGES = ("cli", "dovecot_conf", "drivers", "mailstore")
RAW = re.compile(r"(?i:b?rb?|f?rf?)['\"]")
HOLDING_GROUP = re.compile(r"(?<!\\)\)(?:[*+?]|\{[0-9,]+\})\+|\(\?>")


def raw_strings(path: Path) -> Iterator[tuple[int, str]]:
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.STRING and RAW.match(token.string):
                yield token.start[0], token.string


def test_no_group_is_possessive_or_atomic() -> None:
    # Python 3.11.2, that of Debian 12, forgets what such a group matched when something in it went back.
    found = [
        f"{path.relative_to(REPOSITORY)}:{line}"
        for package in PACKAGES
        for path in sorted((REPOSITORY / package).rglob("*.py"))
        for line, text in raw_strings(path)
        if HOLDING_GROUP.search(text)
    ]
    assert not found


def test_such_groups_would_be_seen() -> None:
    for pattern in (r"(?:ab?)*+", r"(?:a|b)++", r"(?>a.*?b)", r"(?:a){1,3}+"):
        assert HOLDING_GROUP.search(pattern)
    for pattern in (r"[^a]*+(?:b[^a]*+)*", r"\)*+", r"(?:a)+b"):
        assert not HOLDING_GROUP.search(pattern)
