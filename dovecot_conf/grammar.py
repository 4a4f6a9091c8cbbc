"""The grammar of one logical line: regular-expression tokens that each take a whole statement.

A logical line is joined, trimmed and without its comment (see :mod:`dovecot_conf.lines`). The tokens
stand in the order in which ``config_parse_line`` of Dovecot 2.3.19.1 and 2.4.1 looks for them, and
the last one takes anything, so every line has exactly one shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum, auto
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from dovecot_conf.dialects import DIALECTS, Dialect
from dovecot_conf.versions import Version

if TYPE_CHECKING:
    import pyparsing as pp


class Shape(Enum):
    """What a logical line is; the named groups of its match are in brackets."""

    SETTING = auto()
    """``key = value`` [key, quoted_key; file, quoted, variable or plain]"""
    INCLUDE = auto()
    """``!include`` and ``!include_try`` [optional, pattern]"""
    SECTION_END = auto()
    """``}``"""
    GROUP = auto()
    """``group @label name {``, 2.4 only [label, name, garbage]"""
    NAMELESS_GROUP = auto()
    """``group @label``, 2.4 only"""
    SECTION = auto()
    """``word name {`` [word, quoted_word, name, quoted_name, garbage]"""
    BAD = auto()
    """anything else"""


_FREQUENT = (Shape.SETTING, Shape.SECTION_END, Shape.SECTION, Shape.INCLUDE)
"""The shapes of nearly all lines. Their tokens exclude each other and all others."""


class Grammar(NamedTuple):
    """The tokens of one dialect.

    ``frequent`` are the matchers of tokens that nearly all lines are. They are tried before the whole
    grammar, which takes a while to load and to run.
    """

    version: Version
    frequent: tuple[tuple[Shape, Callable[[str], re.Match[str] | None]], ...]

    def parse(self, text: str) -> tuple[Shape, re.Match[str]]:
        """Return the shape of a logical line, and the match with its parts."""
        for shape, matcher in self.frequent:
            found = matcher(text)
            if found is not None:
                return shape, found
        return whole_grammar(self.version).parse(text)


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


def _patterns(dialect: Dialect) -> dict[Shape, str]:
    white = f"[{re.escape(dialect.white)}]"
    black = f"[^{re.escape(dialect.white)}]"
    bare = f"[^{re.escape(dialect.white)}=]"
    key, word = f"(?P<key>{bare}*)", f"(?P<word>{bare}+){white}+"
    not_include, end = f"(?!!include(?:_try)?{white})", r"\}\Z"
    include = rf"!include(?P<optional>_try)?(?:{white}+|\Z)(?P<pattern>.*)"
    not_group = ""
    if dialect.quoted_keys:
        quoted = r'"(?P<quoted_{0}>(?:\\.|[^"\\])*)"'
        key = f'(?:{quoted.format("key")}|(?!"){key})'
        word = f'(?:{quoted.format("word")}{white}*|(?!"){word})'
        not_include = rf'(?!!include(?:_try)?{white}|"!include(?:_try)?(?:"|\Z))'
        include = (
            rf'(?:!include(?P<optional>_try)?(?:{white}+|\Z)|"!include(?P<quoted_optional>_try)?(?:"{white}*|\Z))'
            r"(?P<pattern>.*)"
        )
        # A quote that is opened and not closed ends with the line.
        end = r'(?:\}|"\}"?)\Z'
    patterns = {
        Shape.SETTING: (
            rf"{not_include}{key}{white}*={white}*"
            rf"(?:<{white}*(?P<file>.*)"
            r"|(?P<quoted>(?P<quote>[\"'])(?:.*(?P=quote))?)\Z"
            r"|(?P<variable>(?![\"'])[^$]*\$.*)"
            r"|(?P<plain>.*))"
        ),
        Shape.INCLUDE: include,
        Shape.SECTION_END: end,
    }
    if dialect.groups:
        group = rf"group{white}+(?!\{{)"
        not_group = f"(?!{group})"
        patterns[Shape.GROUP] = (
            rf"{group}(?P<label>{black}+){white}+(?P<name>{black}+){white}+\{{(?P<garbage>.*)"
        )
        patterns[Shape.NAMELESS_GROUP] = rf"{group}{black}+\Z"
    patterns[Shape.SECTION] = (
        rf"{not_include}{not_group}{word}"
        rf'(?:"(?P<quoted_name>[^"]*)"{white}*|(?P<name>(?!["{{]){black}+){white}+)?\{{(?P<garbage>.*)'
    )
    patterns[Shape.BAD] = ".*"
    return patterns


@cache
def grammar(version: Version) -> Grammar:
    """Return the grammar of a dialect."""
    patterns = _patterns(DIALECTS[version])
    matchers = ((shape, re.compile(patterns[shape], re.DOTALL).match) for shape in _FREQUENT)
    return Grammar(version, tuple(matchers))


@cache
def whole_grammar(version: Version) -> WholeGrammar:
    """Return all tokens of a dialect."""
    import pyparsing as pp  # noqa: PLC0415 - takes as long to load as all the rest

    return WholeGrammar(
        tuple(
            (shape, pp.Regex(pattern, flags=re.DOTALL, as_match=True))
            for shape, pattern in _patterns(DIALECTS[version]).items()
        )
    )
