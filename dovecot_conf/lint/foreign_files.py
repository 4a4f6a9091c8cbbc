"""Files of other programs and look-ups, read as a configuration: nothing in them is known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

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

_NAMED = ", which the args of a passdb or userdb name"

_KINDS = (
    ({"map", "connect"}, "this is a file of a dict with SQL, which dict { } names"),
    ({"connect", "driver"}, "this is a file for SQL" + _NAMED),
    ({"password_query"}, "this is a file for SQL" + _NAMED),
    ({"hosts", "base"}, "this is a file for LDAP" + _NAMED),
    ({"uris", "base"}, "this is a file for LDAP" + _NAMED),
    ({"tokeninfo_url"}, "this is a file for OAuth 2" + _NAMED),
    ({"introspection_url"}, "this is a file for OAuth 2" + _NAMED),
    ({"uri", "password_key"}, "this is a file for users in a dict" + _NAMED),
    ({"uri", "passdb_objects"}, "this is a file for users in a dict" + _NAMED),
    ({"uri", "iterate_disable"}, "this is a file for users in a dict" + _NAMED),
)
_OTHER = "nothing in this file is a setting of Dovecot's"


def foreign_files(configuration: Configuration) -> dict[str, str]:
    """Return the paths of such files, each with a hint that says what it is."""
    refused = [problem.span for problem in configuration.problems if problem.name in _REFUSED]
    if not refused:
        return {}
    counts = Counter(span.file for span in refused)
    lines = {(span.file, span.line) for span in refused}
    statements: Counter[str] = Counter()
    good: Counter[str] = Counter()
    words: defaultdict[str, set[str]] = defaultdict(set)
    for node, around in configuration.walk():
        path = node.document.path
        if path in counts and not around and isinstance(node, Setting | Section | Invalid):
            statements[path] += 1
            good[path] += (path, node.report_span.line) not in lines
            words[path].add(_word(node))
    hints = {path: _hint(words[path]) for path in counts}
    return {
        path: hint or _OTHER
        for path, hint in hints.items()
        if (hint or counts[path] >= FEWEST) and good[path] <= _MOST_GOOD * statements[path]
    }


def first_of_foreign(problems: Iterable[Diagnostic], hints: Mapping[str, str]) -> Iterable[Diagnostic]:
    """Yield the problems; of a foreign file the first one says it all, and its hint what the file is."""
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
