"""Filters of 2.3 that contradict each other, which doveconf finds at the end of the file.

``config_all_parsers_check`` of 2.3.19.1 looks up the settings of every filter's own condition. Where two
filters hold of which the later one isn't the more general one, they must not set the same key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from dovecot_conf.conditions import Condition
from dovecot_conf.nets import Net
from dovecot_conf.scopes23 import Scope23


def conflict(matching: Sequence[Scope23]) -> Iterator[tuple[str, Scope23]]:
    """Yield each setting that is in conflict, with the filter that doveconf names.

    ``matching`` are the filters that hold in one of them, the one that wins first.
    """
    taken: set[str] = set()
    for before, scope in pairwise(matching):
        taken.update(_keys(before))
        if not _is_more_general(scope.condition, before.condition):
            both = [key for key in _keys(scope) if key in taken]
            if both:
                yield both[0].rpartition("/")[2], scope


def _keys(scope: Scope23) -> list[str]:
    """Return what can be in conflict; passdbs, userdbs, namespaces and plugin keys are added up."""
    return [key for key in scope.values if "/" not in key or key.startswith("service/")]


def _is_more_general(condition: Condition, other: Condition) -> bool:
    return not (
        _bits(condition.local) > _bits(other.local)
        or _bits(condition.remote) > _bits(other.remote)
        or (condition.local_name is not None and other.local_name is None)
        or (condition.protocol is not None and other.protocol is None)
    )


def _bits(net: Net | None) -> int:
    return net.bits if net is not None else 0
