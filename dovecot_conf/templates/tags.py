"""The tags in the text of a template: what stands between the delimiters, and what it does to the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from dovecot_conf.templates.suffixes import TAG_SIGNS


class Does(Enum):
    """What a tag does."""

    OPENS = auto()
    """begins something that ends with another tag: a condition, a loop"""
    DEFINES = auto()
    """begins something that is there for others to use, and ends with another tag"""
    TURNS = auto()
    """the next branch of it"""
    TURNS_LAST = auto()
    """the branch that is taken when no other is"""
    CLOSES = auto()
    """ends it"""
    NOTHING = auto()
    """leaves no text: a comment, an assignment"""
    WRITES = auto()
    """leaves text that isn't known"""


class Tag(NamedTuple):
    """A tag: ``start`` and ``end`` are offsets in the text."""

    start: int
    end: int
    does: Does


_TAG = re.compile(
    r"""
      \{\#.{0,2000}?\#\}                                   (?# Jinja's comments)
    | \{%(?P<jinja>.{0,2000}?)%\}
    | \{\{\{.{0,2000}?\}\}\} | \{\{(?!%)(?P<braces>.{0,2000}?)\}\}
    | <%(?P<erb>.{0,2000}?)%>
    | (?P<word> \$\{[^{}\n]+\}
      | (?<![A-Za-z0-9_@])@[A-Za-z_][A-Za-z0-9_]*@(?![A-Za-z0-9_@])
      | (?<![A-Za-z0-9_])__[A-Z][A-Z0-9_]*?__(?![A-Za-z0-9_])
      | %%[A-Z][A-Z0-9_]+%%
      | (?<![%A-Za-z0-9])%[a-z][a-z0-9_]{2,}\b
      | \$(?!(?:ENV|SET):)[A-Z][A-Z0-9_]+\b )
    """,
    re.VERBOSE | re.DOTALL,
)
_OBVIOUS = re.compile(
    r"\{\#.{0,2000}?\#\}|(?P<Jinja>\{%.{0,2000}?%\})|(?P<Go>\{\{-?\s*(?:(?:if|range|end|with)\b|[.$]).{0,2000}?\}\})"
    r"|(?P<ERB><%.{0,2000}?%>)|(?P<placeholder>\{\{.{0,2000}?\}\})",
    re.DOTALL,
)
_RAW_END = re.compile(r"\{%[-+]?\s*end(?:raw|verbatim)\s*[-+]?%\}")

_FIRST_WORD = re.compile(r"[-+~=]?\s*(?:\}\s*)?(?P<word>[#/]?[\w.]+|[}|!&*])?")

_JINJA_OPENS = frozenset(
    (
        *("if", "ifequal", "ifnotequal", "unless", "case", "for", "with", "filter", "block"),
        *("call", "autoescape", "trans", "spaceless"),
    )
)
_JINJA_TURNS = {"elif": Does.TURNS, "elsif": Does.TURNS, "when": Does.TURNS, "else": Does.TURNS_LAST}
_JINJA_WRITES = frozenset(("include", "extends"))
_BRACES_OPEN = frozenset(("if", "range", "with", "block"))
_ERB_OPENS = re.compile(r"^\s*(?:if|unless|case|while|until|for|begin)\b|(?:\bdo|\{)\s*(?:\|[^|]*\|)?\s*$")
_ERB_TURNS = re.compile(r"^\s*(?:\}\s*)?(?P<word>elsif|else|when)\b")
_ERB_CLOSES = re.compile(r"^\s*(?:end\b|\})")


def tags(text: str) -> Iterator[Tag]:
    """Yield the tags of a template, in the order of the text; those of raw text are none."""
    position = 0
    while (match := _TAG.search(text, position)) is not None:
        position = match.end()
        does = _what(match)
        yield Tag(match.start(), match.end(), does)
        if match["jinja"] is not None and _word(match["jinja"]) in ("raw", "verbatim"):
            end = _RAW_END.search(text, position)
            if end is not None:
                yield Tag(end.start(), end.end(), Does.NOTHING)
                position = end.end()


def language(text: str) -> str:
    """Return what a text that is obviously a template is written in, '' for another text.

    Only what no configuration has is a sign: ``${NAME}`` and ``@NAME@`` are none. Comments count for nothing.
    """
    if not any(sign in text for sign in TAG_SIGNS):
        return ""
    written = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("#"))
    found = {str(match.lastgroup) for match in _OBVIOUS.finditer(written)}
    for name in ("Jinja", "Go", "ERB"):
        if name in found:
            return f"{name} template"
    return "template" if "placeholder" in found else ""


def _what(match: re.Match[str]) -> Does:
    if match["jinja"] is not None:
        return _jinja(match["jinja"])
    if match["braces"] is not None:
        return _braces(match["braces"])
    if match["erb"] is not None:
        return _erb(match["erb"])
    return Does.NOTHING if match[0].startswith("{#") else Does.WRITES


def _word(body: str) -> str:
    match = _FIRST_WORD.match(body)
    return (match["word"] or "") if match is not None else ""


def _jinja(body: str) -> Does:
    word = _word(body)
    if word.startswith("end"):
        return Does.CLOSES
    if word in ("macro", "set"):
        return Does.NOTHING if word == "set" and "=" in body else Does.DEFINES
    if word in _JINJA_OPENS:
        return Does.OPENS
    if word in _JINJA_WRITES:
        return Does.WRITES
    return _JINJA_TURNS.get(word, Does.NOTHING)


def _braces(body: str) -> Does:
    """Judge ``{{ }}``: Go's and Handlebars' words, or a value of any of them."""
    word = _word(body)
    text = body.strip("-~ \t\n")
    does = Does.WRITES
    if word == "else" and text != "else":
        does = Does.TURNS
    elif word == "else":
        does = Does.TURNS_LAST
    elif text == "end" or word.startswith("/"):
        does = Does.CLOSES
    elif word == "define" and text != word:
        does = Does.DEFINES
    elif word.startswith("#") or (word in _BRACES_OPEN and text != word):
        does = Does.OPENS
    elif text.startswith(("/*", "!")) or re.match(r"\$\w+\s*:?=", text) or _is_comment(text):
        does = Does.NOTHING
    return does


def _is_comment(text: str) -> bool:
    """Tell whether an expression of Ansible writes a comment."""
    return re.search(r"\|\s*comment\b", text) is not None


def _erb(body: str) -> Does:
    """Judge ``<% %>`` of ERB and EPP."""
    if body.startswith(("#", "%")):
        return Does.NOTHING
    if body.startswith("="):
        return Does.WRITES
    code = body.strip("- \t\n")
    turns = _ERB_TURNS.match(code)
    if turns is not None:
        return Does.TURNS_LAST if turns["word"] == "else" else Does.TURNS
    if _ERB_OPENS.search(code) and not code.startswith("|"):
        return Does.OPENS
    return Does.CLOSES if _ERB_CLOSES.match(code) else Does.NOTHING
