"""Which known name a mistyped one is most like."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 200


def nearest(word: str, names: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the name that is most like ``word``, '' when none is; a long text is like no name.

    ``cutoff`` says how much alike they must be: 1 is the same.
    """
    import difflib  # noqa: PLC0415 - only where something is wrong

    if len(word) > _LONGEST:
        return ""
    found = difflib.get_close_matches(word, list(names), n=1, cutoff=cutoff)
    return found[0] if found else ""
