"""Which known name a mistyped one is most like."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from operator import eq

_LONGEST = 200
_ADVICE = ("did you mean ", "?")
_OFFER = "write one of: "


def advice(near: str) -> str:
    """Return the hint that asks for a near name, '' for none."""
    return near.join(_ADVICE) if near else ""


def advised(hint: str) -> str:
    """Return the name that a hint of :func:`advice` asks for, '' for another hint."""
    start, end = _ADVICE
    name = hint.removeprefix(start).removesuffix(end)
    return name if hint == advice(name) else ""


def offer(words: Iterable[str]) -> str:
    """Return the hint that offers some words."""
    return _OFFER + ", ".join(words)


def offered(hint: str) -> tuple[str, ...]:
    """Return the words that a hint of :func:`offer` offers, none for another hint."""
    return tuple(hint.removeprefix(_OFFER).split(", ")) if hint.startswith(_OFFER) else ()


def nearest(word: str, names: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the name that is most like ``word``, '' when none is; a long text is like no name.

    ``cutoff`` says how much alike they must be: 1 is the same. Of names that are equally like it that one
    counts which has the most characters in the same places.
    """
    length = len(word)
    if length > _LONGEST:
        return ""
    # No name of so different a length is like it, so the slow comparison is spared.
    similar = [name for name in names if 2.0 * min(length, len(name)) >= cutoff * (length + len(name))]
    if not similar:
        return ""
    import difflib  # noqa: PLC0415 - only where something is wrong

    def likeness(name: str) -> float:
        return difflib.SequenceMatcher(None, name, word).ratio()

    found = difflib.get_close_matches(word, similar, n=len(similar), cutoff=cutoff)
    if len(found) < 2:
        return "".join(found)
    best = likeness(found[0])
    alike = takewhile(lambda name: likeness(name) == best, found)
    return max(alike, key=lambda name: sum(map(eq, name, word)))
