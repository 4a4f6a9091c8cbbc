"""The grammar of one logical line: regular-expression tokens that each take a whole statement.

A logical line is joined, trimmed and without its comment (see :mod:`dovecot_conf.lines`). The tokens
stand in the order in which ``config_parse_line`` of Dovecot 2.3.19.1 and 2.4.1 looks for them, and
the last one takes anything, so every line has exactly one shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import Enum, auto
from functools import cache, partial

from dovecot_conf.dialects import DIALECTS, Dialect
from dovecot_conf.versions import Version


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


Matcher = Callable[[str], re.Match[str] | None]

_FREQUENT = (Shape.SETTING, Shape.SECTION_END, Shape.SECTION)
"""With INCLUDE, the shapes of nearly all lines. Their tokens exclude each other and all others."""


class Grammar:
    """The tokens of one dialect.

    ``frequent`` are the matchers of tokens that nearly all lines are. They are tried before the whole
    grammar, which takes a while to load and to run.
    """

    def __init__(self, version: Version, frequent: Iterable[tuple[Shape, Matcher]]) -> None:
        self._version = version
        self._frequent = tuple(frequent)

    def parse(self, text: str) -> tuple[Shape, re.Match[str]]:
        """Return the shape of a logical line, and the match with its parts."""
        for shape, matcher in self._frequent:
            found = matcher(text)
            if found is not None:
                return shape, found
        from dovecot_conf.whole_grammar import whole_grammar  # noqa: PLC0415 - pyparsing, for few lines

        return whole_grammar(self._version).parse(text)


def patterns(dialect: Dialect) -> dict[Shape, str]:
    """Return the regular expressions of all tokens of a dialect, in their order."""
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
    found = {
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
        found[Shape.GROUP] = (
            rf"{group}(?P<label>{black}+){white}+(?P<name>{black}+){white}+\{{(?P<garbage>.*)"
        )
        found[Shape.NAMELESS_GROUP] = rf"{group}{black}+\Z"
    found[Shape.SECTION] = (
        rf"{not_include}{not_group}{word}"
        rf'(?:"(?P<quoted_name>[^"]*)"{white}*|(?P<name>(?!["{{]){black}+){white}+)?\{{(?P<garbage>.*)'
    )
    found[Shape.BAD] = ".*"
    return found


@cache
def grammar(version: Version) -> Grammar:
    """Return the grammar of a dialect."""
    tokens = patterns(DIALECTS[version])
    matchers = [(shape, re.compile(tokens[shape], re.DOTALL).match) for shape in _FREQUENT]
    # The last of them, which few lines of a small configuration get to, is compiled where it is tried.
    rare = partial(re.match, tokens[Shape.INCLUDE], flags=re.DOTALL)
    return Grammar(version, (*matchers, (Shape.INCLUDE, rare)))
