"""The kinds of problems that reading a configuration finds, as one table.

An *error* is what ``doveconf -n`` refuses. What only the daemons and ``doveconf -x`` meet, because
only they expand ``$`` and ``<file``, is a warning with a code of its own (``daemon_only``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from dovecot_conf import limits
from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.syntax_rule import Example, SyntaxRule
from dovecot_conf.syntax_rules_blocks import BLOCK_RULES
from dovecot_conf.syntax_rules_settings import SETTING_RULES
from dovecot_conf.syntax_rules_text import TEXT_RULES
from dovecot_conf.syntax_rules_values import VALUE_RULES
from dovecot_conf.syntax_rules_whole import WHOLE_RULES
from dovecot_conf.syntax_rules_whole24 import WHOLE_RULES_24
from dovecot_conf.tree import Flaw

__all__ = ["SYNTAX_RULES", "Example", "SyntaxRule", "diagnose", "diagnose_all", "rule_named"]

SYNTAX_RULES: tuple[SyntaxRule, ...] = (
    *TEXT_RULES,
    *BLOCK_RULES,
    *VALUE_RULES,
    *SETTING_RULES,
    *WHOLE_RULES_24,
    *WHOLE_RULES,
)

_BY_NAME = {rule.name: rule for rule in SYNTAX_RULES}


def rule_named(name: str) -> SyntaxRule:
    """Return a rule by its readable name. Raises KeyError."""
    return _BY_NAME[name]


def diagnose(flaw: Flaw) -> Diagnostic:
    """Make the diagnostic of a flaw."""
    return _BY_NAME[flaw.rule].diagnose(flaw)


def diagnose_all(flaws: Iterable[Flaw]) -> Iterator[Diagnostic]:
    """Yield the diagnostics of flaws; of very many of one kind, the first ones only."""
    counts: Counter[str] = Counter()
    for flaw in flaws:
        counts[flaw.rule] += 1
        if counts[flaw.rule] < limits.MAX_ALIKE:
            yield diagnose(flaw)
        elif counts[flaw.rule] == limits.MAX_ALIKE:
            yield diagnose(flaw.replace(hint="there are more like this one, which are not shown"))
