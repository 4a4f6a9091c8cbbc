"""Which findings make a run fail."""

from __future__ import annotations

from collections.abc import Iterable

from dovecot_conf.diagnostics import Diagnostic, Severity

_RANKS = {Severity.ERROR: 2, Severity.WARNING: 1, Severity.INFO: 0}
NEVER = "never"
THRESHOLDS = (*map(str, Severity), NEVER)
"""What ``--fail-on`` takes: the least severity that fails, or none."""


def fails(found: Iterable[Diagnostic], threshold: str) -> bool:
    """Tell whether one of the findings is as bad as the threshold, or worse."""
    if threshold == NEVER:
        return False
    least = _RANKS[Severity(threshold)]
    return any(_RANKS[item.severity] >= least for item in found)
