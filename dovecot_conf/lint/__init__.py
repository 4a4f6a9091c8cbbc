"""The linter: rules, their catalogue, and a run of them over one configuration.

:data:`RULES` are the rules of plugins and driver chains; drivers bring more (``drivers.rules``). A
program makes a :class:`Catalogue` of all it wants and calls :func:`lint`. What the rules say about
themselves is read by :mod:`dovecot_conf.lint.entries`, only where it is to be shown.
"""

from dovecot_conf.lint.catalogue import FAMILIES, Catalogue, SelectionError
from dovecot_conf.lint.context import Context, gather
from dovecot_conf.lint.registry import RULES
from dovecot_conf.lint.rule import Rule
from dovecot_conf.lint.runner import about_comments, in_order, lint, lint_context, lint_contexts, reported
from dovecot_conf.lint.selection import Layer, PathRules, Selection, severities_of
from dovecot_conf.lint.suppressions import Suppressions

__all__ = [
    "FAMILIES",
    "RULES",
    "Catalogue",
    "Context",
    "Layer",
    "PathRules",
    "Rule",
    "Selection",
    "SelectionError",
    "Suppressions",
    "about_comments",
    "gather",
    "in_order",
    "lint",
    "lint_context",
    "lint_contexts",
    "reported",
    "severities_of",
]
