"""All rules by code and name, and which of them a run wants."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from dovecot_conf.errors import PushnotifError
from dovecot_conf.lint.rule import Rule
from dovecot_conf.near import nearest

FAMILIES = {
    "PN1": "the configuration language",
    "PN2": "plugins",
    "PN3": "the driver chain",
    "PN4": "ox",
    "PN5": "lua",
    "PN6": "METADATA",
    "PN7": "versions and migration",
    "PN8": "security",
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
        for word in (part.strip() for text in words for part in text.split(",")):
            matched = self.match(word)
            if not matched:
                raise self._unknown(word)
            found |= matched
        return frozenset(found)

    def match(self, word: str) -> frozenset[str]:
        """Return the codes that one word stands for, none for an unknown word."""
        named = self._by_name.get(word.lower())
        if named is not None:
            return frozenset((named,))
        if not _FAMILY.fullmatch(word):
            return frozenset()
        start = word.upper().rstrip("X")
        return frozenset(code for code in self._by_name.values() if code.startswith(start))

    def _unknown(self, word: str) -> SelectionError:
        known = [*self._by_name.values(), *self._by_name]
        shape = word.upper() if word.upper().startswith("PN") else word.lower()
        near = nearest(shape, known)
        advice = f"did you mean '{near}'?" if near else "'pushnotif rules' lists them"
        return SelectionError(f"no such rule: '{word}'; {advice}")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which codes to report: ``chosen`` (all if None) without ``ignored``."""

    chosen: frozenset[str] | None = None
    ignored: frozenset[str] = frozenset()

    @classmethod
    def of(cls, catalogue: Catalogue, select: Sequence[str], ignore: Sequence[str]) -> Selection:
        """Make a selection of what a user typed. Raises SelectionError for an unknown rule."""
        return cls(catalogue.codes(select) if select else None, catalogue.codes(ignore))

    def __contains__(self, code: object) -> bool:
        return code not in self.ignored and (self.chosen is None or code in self.chosen)
