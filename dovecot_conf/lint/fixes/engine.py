"""Applies fixes to the texts of files until nothing is left to fix.

In each round the fixes that don't meet are made, then everything is read and judged again: what overlapped
has its turn in a later round. A round that doesn't remove its findings, or that makes the language say
something new, is taken back and tried with half of its fixes; one fix that does so alone is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.lint.fixes.placing import Edited, PlacedEdit, Texts, touch

MAX_ROUNDS = 100
_LANGUAGE = "PN1"

_Key = tuple[str, str, int]
"""The code of a finding, its file and its offset."""


class Judged(NamedTuple):
    """What a look at all files says.

    ``texts`` are the files that may be changed, by place: the one name of a file, whatever paths lead
    there; ``places`` are these by the paths that spans name.
    """

    diagnostics: tuple[Diagnostic, ...]
    texts: Mapping[str, str]
    places: Mapping[str, str]


Judge = Callable[[Mapping[str, str]], Judged]
"""Judges all files anew; those named by place have another text than on disk."""


class Refused(NamedTuple):
    """A fix that was taken back, and why."""

    diagnostic: Diagnostic
    reason: str


class Fixed(NamedTuple):
    """What came of it: the new texts by place, what was fixed, what is left, and what was taken back."""

    texts: Mapping[str, str]
    applied: tuple[Diagnostic, ...]
    remaining: tuple[Diagnostic, ...]
    refused: tuple[Refused, ...]


class _Batch(NamedTuple):
    diagnostics: list[Diagnostic]
    edits: list[PlacedEdit]


def is_wanted(diagnostic: Diagnostic, *, unsafe: bool) -> bool:
    """Tell whether a finding has a fix that may be made."""
    fix = diagnostic.fix
    return fix is not None and (unsafe or fix.applicability is Applicability.SAFE)


def fix_all(judge: Judge, *, unsafe: bool = False) -> Fixed:
    """Make the fixes that may be made, the unsafe ones only if ``unsafe``."""
    changed: dict[str, str] = {}
    now = judge(changed)
    original = now.texts
    seen = {_state(original, changed)}
    applied: list[Diagnostic] = []
    refused: dict[tuple[str, str, str], Refused] = {}
    most = len(now.diagnostics)
    for _ in range(MAX_ROUNDS):
        texts = Texts(now.texts, now.places)
        able = (item for item in now.diagnostics if is_wanted(item, unsafe=unsafe))
        batch = _choose((item for item in able if _name(item) not in refused), texts, most)
        if not batch.diagnostics:
            break
        edited = Edited(batch.edits)
        attempt = changed | edited.apply(now.texts)
        after = judge(attempt)
        problem = _problem(batch, edited, (now, texts), after)
        if _state(original, attempt) in seen:
            problem = "it would undo another fix"
        if not problem:
            applied += batch.diagnostics
            changed, now, most = attempt, after, most * 2
            seen.add(_state(original, changed))
        elif len(batch.diagnostics) > 1:
            most = len(batch.diagnostics) // 2
        else:
            refused[_name(batch.diagnostics[0])] = Refused(batch.diagnostics[0], problem)
    return Fixed(_new(original, changed), tuple(applied), now.diagnostics, tuple(refused.values()))


def _new(original: Mapping[str, str], changed: Mapping[str, str]) -> dict[str, str]:
    return {place: text for place, text in changed.items() if text != original.get(place)}


def _state(original: Mapping[str, str], changed: Mapping[str, str]) -> int:
    """Return a number that tells what the files are like."""
    return hash(frozenset(_new(original, changed).items()))


def _name(diagnostic: Diagnostic) -> tuple[str, str, str]:
    """Return what a finding is known by, wherever other fixes move it."""
    return diagnostic.code, diagnostic.span.file, diagnostic.message


def _choose(diagnostics: Iterable[Diagnostic], texts: Texts, most: int) -> _Batch:
    """Choose fixes that don't meet; those that ask for the same edits go together."""
    batch, made, groups = _Batch([], []), set[tuple[PlacedEdit, ...]](), set[str]()
    for diagnostic in diagnostics:
        if len(batch.diagnostics) >= max(1, most):
            break
        fix = diagnostic.fix
        edits = texts.edits(fix) if fix is not None else None
        if fix is None or not edits:
            continue
        if edits not in made:
            if fix.group in groups or touch(edits, batch.edits):
                continue
            made.add(edits)
            batch.edits.extend(edits)
            if fix.group:
                groups.add(fix.group)
        batch.diagnostics.append(diagnostic)
    return batch


def _problem(batch: _Batch, edited: Edited, before: tuple[Judged, Texts], after: Judged) -> str:
    """Return what speaks against a batch, '' when every finding of it is gone and no error is new."""
    judged, texts = before
    found = Counter(_keys(after.diagnostics, Texts(after.texts, after.places)))
    expected = Counter(_keys(judged.diagnostics, texts, edited))
    gone = expected.copy()
    gone.subtract(_keys(batch.diagnostics, texts, edited))
    for key in _keys(batch.diagnostics, texts, edited):
        if found[key] > gone[key]:
            return f"{key[0]} would still be found"
    after_texts = Texts(after.texts, after.places)
    for item, key in zip(after.diagnostics, _keys(after.diagnostics, after_texts), strict=True):
        is_error = item.severity is Severity.ERROR and item.code.startswith(_LANGUAGE)
        if is_error and found[key] > expected[key]:
            return f"it would bring {item.code} at {item.span}"
    return ""


def _keys(diagnostics: Iterable[Diagnostic], texts: Texts, edited: Edited | None = None) -> list[_Key]:
    """Return the findings with their places, those after ``edited`` if given."""
    keys = []
    for item in diagnostics:
        place, offset = texts.start(item.span)
        keys.append((item.code, place, edited.moved(place, offset) if edited is not None else offset))
    return keys
