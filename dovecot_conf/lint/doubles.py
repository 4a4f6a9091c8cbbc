"""Findings that say of a line what another one says better."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from dovecot_conf.diagnostics import Diagnostic

_REFUSED = "unknown-setting"
"""Of a setting that isn't one, the value says nothing."""

_BETTER: Mapping[str, frozenset[str]] = {
    # Dovecot calls it old and says that nothing comes in its place; the second is said with the reason.
    "obsolete-setting": frozenset(("old-ssl-protocols",)),
    # The closing brace stands behind the opening one.
    "unclosed-section": frozenset(("text-after-brace",)),
    # What follows is lost together with the line.
    "ambiguous-comment": frozenset(("missing-section-brace",)),
    # Without the sign there would be no file of that content to look for; a script is told as such.
    "unreadable-value-file": frozenset(("file-by-content", "lua-script-unreadable", _REFUSED)),
    # Dovecot asks for one of several names, the rule knows which.
    "unknown-setting": frozenset(("block-short-key",)),
    # The value is refused as it is written, before anybody asks for the variable.
    "unknown-variable": frozenset(
        (
            *("boolean-value", "number-value", "time-value", "size-value", "choice-value", "port-value"),
            *("unexpanded-value", _REFUSED),
        )
    ),
    "percent-variable-old": frozenset((_REFUSED,)),
    "dollar-variable-old": frozenset((_REFUSED,)),
    # Dovecot refuses the value before it is taken for a list of plugins.
    "plugin-variable-literal": frozenset(("unknown-variable",)),
}
"""The names of rules, and of those whose findings on the same lines leave nothing for them to say."""


def without_doubles(found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return findings without those that another one of them makes superfluous, in the same order."""
    if not any(item.name in _BETTER for item in found):
        return tuple(found)
    told: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    for item in found:
        for line in _lines(item):
            told[item.span.file, line].add(item.name)
    return tuple(item for item in found if not _is_double(item, told))


def _is_double(item: Diagnostic, told: Mapping[tuple[str, int], set[str]]) -> bool:
    better = _BETTER.get(item.name)
    return better is not None and any(better & told[item.span.file, line] for line in _lines(item))


def _lines(item: Diagnostic) -> range:
    return range(item.span.line, item.span.end_line + 1)
