"""The grammar of one line: its short cuts find what the whole grammar finds."""

from __future__ import annotations

import random
import re

import pytest

from dovecot_conf.grammar import Shape, grammar
from dovecot_conf.versions import Version

PIECES = (
    "!include", "!include_try", "group", "@label", "name", "a/b", "=", "<", "$SET:x", "$x", '"', "'", '\\"',
    "{", "}", " ", "\t", "\r", "x", '"a b"', '"}"', "é",
)  # fmt: skip


def lines() -> list[str]:
    dice = random.Random(33)
    drawn = ["".join(dice.choices(PIECES, k=dice.randint(0, 7))).strip(" \t") for _ in range(20_000)]
    return ["", "}", '"}"', "!include", "!include=x", '"!include"x {', "group @a {", "group @a b {", *drawn]


@pytest.mark.parametrize("version", list(Version))
def test_a_short_cut_gives_what_the_whole_grammar_gives(version: Version) -> None:
    found = grammar(version)
    shapes = set()
    for text in lines():
        shape, match = found.parse(text)
        whole: re.Match[str] = found.statement.parse_string(text)[0]
        assert (shape, match.groupdict()) == (found.shapes[whole.re], whole.groupdict()), text
        shapes.add(shape)
    assert shapes == set(found.shapes.values())
    assert (Shape.GROUP in shapes) == (version is Version.V24)
