"""All rules by code and name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from dovecot_conf.errors import PushnotifError
from dovecot_conf.lint.rule import Rule
from dovecot_conf.near import nearest
from dovecot_conf.versions import Version

FAMILIES = {
    "PN1": "the configuration language",
    "PN2": "plugins",
    "PN3": "the driver chain",
    "PN4": "ox",
    "PN5": "lua",
    "PN6": "METADATA",
    "PN7": "versions and migration",
    "PN8": "security",
    "PN9": "the linter itself",
}

_FAMILY = re.compile(r"PN(?:\d{1,3}|\d{1,2}x{1,2})?", re.IGNORECASE)


class SelectionError(PushnotifError):
    """A rule was named that does not exist."""


class Catalogue:
    """The rules of a program: those of the language and ``rules``, in the order of their codes."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules: tuple[Rule, ...] = tuple(sorted(rules, key=lambda rule: rule.code))

    @cached_property
    def _by_name(self) -> dict[str, str]:
        """All codes by their names."""
        from dovecot_conf.syntax_rules import SYNTAX_RULES  # noqa: PLC0415 - large, and rarely asked for

        named = {rule.name: rule.code for rule in SYNTAX_RULES}
        return named | {rule.name: rule.code for rule in self.rules}

    def codes(self, words: Iterable[str]) -> frozenset[str]:
        """Return the codes that ``words`` stand for.

        A word is a code (``PN301``), the beginning of codes (``PN3``, ``PN3xx``), a name
        (``driver-chain-gap``), or several of these with commas between them. Raises SelectionError
        for a word that stands for nothing.
        """
        found: set[str] = set()
        for word in split_words(words):
            found |= self.known(word)
        return frozenset(found)

    def known(self, word: str) -> frozenset[str]:
        """Return the codes that one word stands for. Raises SelectionError for an unknown word."""
        matched = self.match(word)
        if not matched:
            advice = self.advice(word) or "'pushnotif rules' lists them"
            raise SelectionError(f"no such rule: '{word}'; {advice}")
        return matched

    @cached_property
    def versions(self) -> dict[str, tuple[Version, ...]]:
        """The versions that each code is about."""
        from dovecot_conf.syntax_rules import SYNTAX_RULES  # noqa: PLC0415 - large, and rarely asked for

        about = {rule.code: rule.versions for rule in SYNTAX_RULES}
        return about | {rule.code: rule.versions for rule in self.rules}

    def match(self, word: str) -> frozenset[str]:
        """Return the codes that one word stands for, none for an unknown word."""
        named = self._by_name.get(word.lower())
        if named is not None:
            return frozenset((named,))
        if not _FAMILY.fullmatch(word):
            return frozenset()
        start = word.upper().rstrip("X")
        return frozenset(code for code in self._by_name.values() if code.startswith(start))

    def advice(self, word: str) -> str:
        """Return which rule an unknown word may mean, as a question; '' if it is like none."""
        known = [*self._by_name.values(), *self._by_name]
        shape = word.upper() if word.upper().startswith("PN") else word.lower()
        near = nearest(shape, known)
        return f"did you mean '{near}'?" if near else ""


def split_words(texts: Iterable[str]) -> Iterator[str]:
    """Yield the words of texts in which commas separate them."""
    return (part.strip() for text in texts for part in text.split(","))


def specificity(word: str) -> int:
    """Return how exactly a word names rules: the digits of a family (``PN3xx``: 1), 3 for one rule."""
    if not _FAMILY.fullmatch(word):
        return len("301")
    return len(word.rstrip("Xx")) - len("PN")
