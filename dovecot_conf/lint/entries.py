"""All rules with their documentation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dovecot_conf import syntax_rules
from dovecot_conf.diagnostics import Applicability, Severity
from dovecot_conf.lint.docs import Example, RuleDoc, parse_doc
from dovecot_conf.lint.fixes.language import fixes_of
from dovecot_conf.lint.rule import Rule
from dovecot_conf.syntax_rules import SYNTAX_RULES, SyntaxRule
from dovecot_conf.versions import Version


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule as the catalogue shows it; ``fixes`` are the kinds of fixes that its findings can have."""

    code: str
    name: str
    severity: Severity
    versions: tuple[Version, ...]
    doc: RuleDoc
    fixes: tuple[Applicability, ...] = ()

    @property
    def family(self) -> str:
        """The first digits of the code: ``PN3``."""
        return self.code[:3]


def entries(rules: Iterable[Rule]) -> tuple[Entry, ...]:
    """Return the rules of the language and ``rules``, in the order of their codes."""
    found = [*map(_syntax_entry, SYNTAX_RULES), *map(_rule_entry, rules)]
    return tuple(sorted(found, key=lambda entry: entry.code))


def _rule_entry(rule: Rule) -> Entry:
    doc = parse_doc(type(rule).__doc__ or "")
    return Entry(rule.code, rule.name, rule.severity, rule.versions, doc, rule.fixes)


def _syntax_entry(rule: SyntaxRule) -> Entry:
    summary, _, explanation = rule.explanation.partition(". ")
    examples = (_shown(rule.bad),), (_shown(rule.good),)
    doc = RuleDoc(summary.rstrip(".") + ".", explanation, *examples, fix=_sentence(rule.hint))
    return Entry(rule.code, rule.name, rule.severity, rule.versions, doc, fixes_of(rule.code))


def _sentence(hint: str) -> str:
    """Return a hint as a sentence of its own."""
    return f"{hint[0].upper()}{hint[1:].rstrip('.')}." if hint else ""


def _shown(example: syntax_rules.Example) -> Example:
    return Example(example.version, example.text, example.text, tuple(example.files.items()))
