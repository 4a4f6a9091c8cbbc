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
_LANGUAGE, _TEXT = "PN1", "PN10"

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
    most, progress = len(now.diagnostics), False
    for _ in range(MAX_ROUNDS):
        texts = Texts(now.texts, now.places)
        able = (item for item in now.diagnostics if is_wanted(item, unsafe=unsafe))
        batch = _choose((item for item in able if _name(item) not in refused), texts, most)
        if not batch.diagnostics:
            if not (progress and refused):
                break
            # What was refused may go well with what has been fixed since.
            progress = False
            refused.clear()
            continue
        edited = Edited(batch.edits)
        attempt = changed | edited.apply(now.texts)
        after = judge(attempt)
        problem = _problem(batch, edited, (now, texts), after)
        if _state(original, attempt) in seen:
            problem = "it would undo another fix"
        if not problem:
            applied += batch.diagnostics
            changed, now, most, progress = attempt, after, most * 2, True
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
    """Return what speaks against a batch, '' when every finding of it is gone and no error is new.

    What shows because a section can be read now was there before: an error counts as new if it is one of
    the text itself, or in a line that was edited.
    """
    judged, texts = before
    after_texts = Texts(after.texts, after.places)
    keys = _keys(after.diagnostics, after_texts)
    found = Counter(keys)
    expected = Counter(_keys(judged.diagnostics, texts, edited))
    of_batch = Counter(_keys(batch.diagnostics, texts, edited))
    for key, count in of_batch.items():
        if found[key] > expected[key] - count:
            return f"{key[0]} would still be found"
    allowed = Counter(item.code for item in judged.diagnostics)
    allowed.subtract(item.code for item in batch.diagnostics)
    allowed.subtract(item.code for item in after.diagnostics)
    for item, (code, place, offset) in zip(after.diagnostics, keys, strict=True):
        if (
            allowed[code] >= 0
            or not _is_error(item)
            or found[code, place, offset] <= expected[code, place, offset]
        ):
            continue
        if code.startswith(_TEXT) or edited.in_a_line_with(place, offset, after.texts.get(place, "")):
            return f"it would bring {code} at {item.span}"
    return ""


def _is_error(item: Diagnostic) -> bool:
    return item.severity is Severity.ERROR and item.code.startswith(_LANGUAGE)


def _keys(diagnostics: Iterable[Diagnostic], texts: Texts, edited: Edited | None = None) -> list[_Key]:
    """Return the findings with their places, those after ``edited`` if given."""
    keys = []
    for item in diagnostics:
        place, offset = texts.start(item.span)
        keys.append((item.code, place, edited.moved(place, offset) if edited is not None else offset))
    return keys
