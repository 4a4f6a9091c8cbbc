"""Findings that an old repository has and keeps for now: recorded in a file, and left out from then on.

A finding is known again by its code, its file and the text of its line, so it may move within the file. Of
the text only a hash is kept, made after secrets were hidden. Findings that are alike are counted.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from dovecot_conf.errors import PushnotifError

VERSION = 1
_HASH_LENGTH = 16
_KEYS = {"path": str, "code": str, "line": str, "count": int}


class BaselineError(PushnotifError):
    """A file holds no baseline."""


class Fingerprint(NamedTuple):
    """What a finding is known by: its file, relative to the baseline, its code, the hash of its line."""

    path: str
    code: str
    line: str


Baseline = Mapping[Fingerprint, int]
"""How many findings of each fingerprint are recorded."""


def hash_of(line: str) -> str:
    """Return the hash of a line, whatever white space is in it. Secrets must have been hidden."""
    text = " ".join(line.split())
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:_HASH_LENGTH]


class Sifted(NamedTuple):
    """Which of the findings, by their place in the list, are new; ``gone`` is what wasn't found again."""

    new: tuple[int, ...]
    gone: Baseline


def sift(found: Iterable[Fingerprint], baseline: Baseline, looked_for: Callable[[str, str], bool]) -> Sifted:
    """Tell the findings that are recorded from the others.

    Of more findings alike than are recorded, the first are taken for the recorded ones. ``looked_for``
    tells by path and code whether this run could have found something: nothing else can be gone.
    """
    left = Counter(baseline)
    new = []
    for number, fingerprint in enumerate(found):
        if left[fingerprint] > 0:
            left[fingerprint] -= 1
        else:
            new.append(number)
    gone = {one: count for one, count in left.items() if count > 0 and looked_for(one.path, one.code)}
    return Sifted(tuple(new), gone)


def recorded(
    found: Iterable[Fingerprint], before: Baseline, looked_for: Callable[[str, str], bool]
) -> Baseline:
    """Return a baseline of all findings, with those of ``before`` that this run didn't look for."""
    kept = {one: count for one, count in before.items() if not looked_for(one.path, one.code)}
    return Counter(found) + Counter(kept)


def to_json(baseline: Baseline) -> str:
    """Return the file of a baseline: one line for each fingerprint, in order."""
    lines = [
        json.dumps({**one._asdict(), "count": count}, ensure_ascii=False)
        for one, count in sorted(baseline.items())
    ]
    findings = "".join(f"{',' if number else ''}\n    {line}" for number, line in enumerate(lines))
    end = "\n  " if lines else ""
    return f'{{\n  "version": {VERSION},\n  "findings": [{findings}{end}]\n}}\n'


def from_json(text: str, path: str) -> Baseline:
    """Read the file of a baseline. Raises BaselineError; ``path`` is for its text."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise BaselineError(f"{path} is no baseline: it is no JSON") from None
    if not isinstance(document, dict) or not isinstance(document.get("findings"), list):
        raise BaselineError(f"{path} is no baseline: it has no list of findings")
    if document.get("version") != VERSION:
        raise BaselineError(f"{path}: a baseline of another version; write it anew with --write-baseline")
    baseline: Counter[Fingerprint] = Counter()
    for number, item in enumerate(document["findings"], 1):
        problem = _problem(item)
        if problem:
            raise BaselineError(f"{path} is no baseline: finding {number} has {problem}")
        baseline[Fingerprint(item["path"], item["code"], item["line"])] += item["count"]
    return baseline


def _problem(item: object) -> str:
    """Say what is wrong with one finding of the file, '' if nothing is."""
    if not isinstance(item, dict):
        return "no keys"
    for key, kind in _KEYS.items():
        if type(item.get(key)) is not kind:
            return f"no {key}, or one of the wrong kind"
    unknown = [key for key in item if key not in _KEYS]
    if unknown:
        return f"an unknown key '{unknown[0]}'"
    return "" if item["count"] >= 1 else "a count below 1"
