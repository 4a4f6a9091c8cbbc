"""The grammar of one line: its short cuts find what the whole grammar finds."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from dovecot_conf.grammar import Shape, grammar
from dovecot_conf.versions import Version
from dovecot_conf.whole_grammar import whole_grammar

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
    short, whole = grammar(version), whole_grammar(version)
    shapes = set()
    for text in lines():
        shape, match = short.parse(text)
        expected, expected_match = whole.parse(text)
        assert (shape, match.groupdict()) == (expected, expected_match.groupdict()), text
        shapes.add(shape)
    assert shapes == {shape for shape, _ in whole.tokens}
    assert (Shape.GROUP in shapes) == (version is Version.V24)


def test_an_ordinary_configuration_needs_no_parser_generator() -> None:
    program = (
        "import sys, dovecot_conf;"
        "dovecot_conf.loads('# comment\\n!include_try x\\nplugin {\\n  a = $b\\n}\\n').push('lmtp');"
        "print('pyparsing' in sys.modules);"
        "dovecot_conf.loads('plugin\\n');"
        "print('pyparsing' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["False", "True"]
