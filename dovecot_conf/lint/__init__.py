"""The linter: rules, their catalogue, and a run of them over one configuration.

:data:`RULES` are the rules of plugins and driver chains; drivers bring more (``drivers.rules``). A
program makes a :class:`Catalogue` of all it wants and calls :func:`lint`.
"""

from dovecot_conf.lint.catalogue import FAMILIES, Catalogue, Entry, Selection, SelectionError
from dovecot_conf.lint.context import Context, gather
from dovecot_conf.lint.docs import Example, RuleDoc, parse_doc
from dovecot_conf.lint.registry import RULES
from dovecot_conf.lint.rule import Rule
from dovecot_conf.lint.runner import lint

__all__ = [
    "FAMILIES",
    "RULES",
    "Catalogue",
    "Context",
    "Entry",
    "Example",
    "Rule",
    "RuleDoc",
    "Selection",
    "SelectionError",
    "gather",
    "lint",
    "parse_doc",
]
