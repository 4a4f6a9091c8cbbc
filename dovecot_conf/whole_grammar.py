"""The grammar of one logical line with all its tokens, for the few lines that are no frequent one."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import pyparsing as pp

from dovecot_conf.dialects import DIALECTS
from dovecot_conf.grammar import Shape, patterns
from dovecot_conf.versions import Version


class WholeGrammar(NamedTuple):
    """All tokens of one dialect in their order: the first that matches is what a line is."""

    tokens: tuple[tuple[Shape, pp.Regex], ...]

    def parse(self, text: str) -> tuple[Shape, re.Match[str]]:
        """Return the shape of a logical line, and the match with its parts."""
        # An exception of pyparsing for each token that doesn't match would be kept with its frames.
        for shape, token in self.tokens:
            found = token.re.match(text)
            if found is not None:
                return shape, found
        raise AssertionError("the last token takes every line")


@cache
def whole_grammar(version: Version) -> WholeGrammar:
    """Return all tokens of a dialect."""
    return WholeGrammar(
        tuple(
            (shape, pp.Regex(pattern, flags=re.DOTALL, as_match=True))
            for shape, pattern in patterns(DIALECTS[version]).items()
        )
    )
