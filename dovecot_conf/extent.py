"""Which settings a dump prints."""

from __future__ import annotations

from enum import StrEnum


class Extent(StrEnum):
    """Those that differ from the defaults (``-n``), those that were set, those that ``-a`` lists, or all."""

    CHANGED = "changed"
    SET = "set"
    LISTED = "listed"
    ALL = "all"
