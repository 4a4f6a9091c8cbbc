"""What comments to the linter did, once all other rules have looked at the files."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.lint.catalogue import Catalogue
from dovecot_conf.lint.context import Context
from dovecot_conf.lint.directives import Directive, Surroundings, Word
from dovecot_conf.lint.rule import Rule
from dovecot_conf.lint.suppressions import continues

FAMILY = "PN9"
"""Rules about comments can't be judged by what comments silence."""


class Review(NamedTuple):
    """One comment after a run.

    ``unknown`` are its words that stand for no rule, ``unused`` those that silenced nothing although all
    of their rules looked at the file.
    """

    directive: Directive
    unknown: tuple[Word, ...]
    unused: tuple[Word, ...]
    around: Surroundings
    catalogue: Catalogue


class CommentRule(Rule):
    """A rule about comments to the linter."""

    def check(self, context: Context) -> Iterator[Diagnostic]:  # noqa: ARG002 - known only after all others
        """Find nothing: what comments silence is known after all other rules, see ``check_comment``."""
        return iter(())

    @abstractmethod
    def check_comment(self, review: Review) -> Iterator[Diagnostic]:
        """Yield the findings about one comment."""


def review(
    directive: Directive,
    catalogue: Catalogue,
    used: frozenset[Word],
    ran: Callable[[str], bool],
    lines: Sequence[str],
) -> Review:
    """Say what became of a comment.

    ``used`` are the words that silenced something, ``ran`` tells whether the rule of a code looked at the
    file, ``lines`` are those of the file.
    """
    unknown: list[Word] = []
    unused: list[Word] = []
    for word in directive.words:
        codes = catalogue.match(word.text)
        judged = [code for code in codes if not code.startswith(FAMILY)]
        if not codes and (word.text or len(directive.words) == 1):
            unknown.append(word)
        elif judged and word not in used and all(map(ran, judged)):
            unused.append(word)
    number = directive.span.line
    around = Surroundings(
        lines[number - 1] if number <= len(lines) else "",
        is_last=number >= len(lines),
        ends_statement=number > 1 and continues(lines[number - 2]),
    )
    return Review(directive, tuple(unknown), tuple(unused), around, catalogue)
