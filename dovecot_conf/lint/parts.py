"""What can be said of a part of a configuration, such as one file of conf.d, without the rest of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dovecot_conf.diagnostics import Diagnostic

NEED_THE_REST = frozenset(
    (
        "include-no-match",
        "required-part-missing",
        "unknown-group",
        "filter-conflict",
        "config-version-first",
        "storage-version-missing",
        "shadowed-global",
        "unknown-self-reference",
        "unknown-variable",
    )
)
"""The problems of the language that other files can cause or cure; those found at the end are as well."""


def independent(problems: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield the problems of the language that a part has by itself."""
    from dovecot_conf.syntax_rules import rule_named  # noqa: PLC0415 - large, and only for parts

    for problem in problems:
        if problem.name not in NEED_THE_REST and not rule_named(problem.name).at_end:
            yield problem
