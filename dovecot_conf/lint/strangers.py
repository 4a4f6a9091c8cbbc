"""Files that are no Dovecot configuration, though they are read as one: nothing in them is known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from dovecot_conf.configuration import Configuration
from dovecot_conf.diagnostics import Diagnostic
from dovecot_conf.tree import Invalid, Section, Setting

FEWEST = 10
"""With fewer mistakes than this each is worth a line of its own, unless it shows what the file is."""

_MOST_GOOD = 0.1
"""Any text has some lines that could be settings."""

_REFUSED = frozenset(
    ("missing-section-brace", "text-after-brace", "missing-key", "unknown-setting", "unknown-section")
)

_KINDS = (
    ({"map", "connect"}, "this is a file for a dict, such as sql:…:/this/file: dict { } names it"),
    ({"connect", "driver"}, "this is a file for SQL, which the args of a passdb or userdb name"),
    ({"password_query"}, "this is a file for SQL, which the args of a passdb or userdb name"),
    ({"hosts", "base"}, "this is a file for LDAP, which the args of a passdb or userdb name"),
    ({"uris", "base"}, "this is a file for LDAP, which the args of a passdb or userdb name"),
)
_OTHER = "nothing in this file is a setting of Dovecot's"


def strangers(configuration: Configuration) -> dict[str, str]:
    """Return the paths of such files, each with a hint that says what it is."""
    refused = Counter(problem.span.file for problem in configuration.problems if problem.name in _REFUSED)
    if not refused:
        return {}
    statements: Counter[str] = Counter()
    words: defaultdict[str, set[str]] = defaultdict(set)
    for node, around in configuration.walk():
        path = node.document.path
        if path in refused and isinstance(node, Setting | Section | Invalid):
            statements[path] += 1
            if not around:
                words[path].add(_word(node))
    hints = {path: _hint(words[path]) for path in refused}
    return {
        path: hint or _OTHER
        for path, hint in hints.items()
        if (hint or refused[path] >= FEWEST)
        and statements[path] - refused[path] <= _MOST_GOOD * statements[path]
    }


def first_of_strangers(problems: Iterable[Diagnostic], hints: dict[str, str]) -> Iterable[Diagnostic]:
    """Yield the problems; of a strange file the first one says it all, and its hint what the file is."""
    told: set[str] = set()
    for problem in problems:
        path = problem.span.file
        if path not in hints:
            yield problem
        elif path not in told and problem.name in _REFUSED:
            told.add(path)
            yield problem._replace(hint=f"only the first problem is shown: {hints[path]}")


def _word(node: Setting | Section | Invalid) -> str:
    if isinstance(node, Setting):
        return node.key
    return node.word if isinstance(node, Section) else ""


def _hint(words: set[str]) -> str:
    return next((text for signs, text in _KINDS if signs <= words), "")
