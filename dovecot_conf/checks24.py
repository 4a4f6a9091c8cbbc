"""What doveconf of 2.4 checks at the end of the file: settings that are right one by one, but not together.

Follows ``config_all_parsers_check`` of 2.4.1: first what is set outside of filters, then each filter and
block by itself. doveconf names the first problem of each part of Dovecot; all are reported here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dovecot_conf.check_finding import Finding
from dovecot_conf.checks24_run import run, subjects
from dovecot_conf.checks24_table import CHECKS, SIEVE_SETTINGS, Own
from dovecot_conf.diagnostics import Severity
from dovecot_conf.evaluate import Problems
from dovecot_conf.reading import Reading
from dovecot_conf.scopes24 import Scope24, ScopeTree
from dovecot_conf.syntax_rules import rule_named
from dovecot_conf.tree import Section, Statement
from dovecot_conf.view24 import Place24, View24, places, written

_SUBJECTS = tuple(frozenset().union(*map(subjects, part)) for part in CHECKS)
_ANYWHERE = {
    number: frozenset(check.anywhere.split())
    for number, part in enumerate(CHECKS)
    for check in part
    if isinstance(check, Own) and check.anywhere
}
_ORDER = {"sieve-startup": 0, "missing-sieve-plugin": 0, "dovecot-crash": 1}
"""What comes before all that doveconf collects to say at last. Warnings are written at once, too."""
_SIEVE = frozenset(name for names in SIEVE_SETTINGS.values() for name in names)
_CHECKED = frozenset().union(_SIEVE, *_SUBJECTS, *_ANYWHERE.values())


def check(tree: ScopeTree, reading: Reading, problems: Problems) -> None:
    """Report what is wrong, in the order in which doveconf finds it."""
    found = places(tree, _CHECKED)
    if not found:
        return
    reported: set[tuple[str, str, int]] = set()
    for finding in sorted(_findings(tree, reading, found), key=_order):
        where = finding.where or _first(reading)
        key = (finding.rule, finding.message, id(where))
        if where is not None and key not in reported:
            reported.add(key)
            problems.report(where, finding.rule, finding.message, hint=finding.hint)


def _order(finding: Finding) -> int:
    warning = rule_named(finding.rule).severity is Severity.WARNING
    return _ORDER.get(finding.rule, 1 if warning else 2)


def _findings(tree: ScopeTree, reading: Reading, found: list[Place24]) -> Iterator[Finding]:
    if any(not _SIEVE.isdisjoint(_names(place)) for place in found):
        from dovecot_conf.checks24_sieve import startup  # noqa: PLC0415 - only where there is Sieve

        yield from _without_late_warnings(startup(tree))
    forced = _forced(tree, found)
    judged = [*_ssl_off(tree)]
    judged += [(place, list(_of_place(place, tree, forced.get(place, frozenset())))) for place in found]
    judged = [(place, findings) for place, findings in judged if findings]
    if len(judged) > 1:
        position = _Positions(reading)
        judged.sort(key=lambda pair: position.rank(pair[0]))
    for _, findings in judged:
        yield from findings


def _names(place: Place24) -> Iterator[str]:
    yield from place.values
    yield from place.lists
    yield from place.names
    if place.named:
        yield place.named


def _ssl_off(tree: ScopeTree) -> Iterator[tuple[Place24, list[Finding]]]:
    """Yield the first filter or block that switches TLS on where it is off for all."""
    common = tree.root.values.get("ssl")
    if common is None or written(common) != "no":
        return
    inside = [
        Place24(scope)
        for scope in tree.scopes
        if (entry := scope.values.get("ssl")) and written(entry) != "no"
    ]
    if inside:
        place = min(inside, key=_depth)
        entry = place.scope.values["ssl"]
        text = f"SSL is disabled because global ssl=no, ignoring ssl={written(entry)} for subsection"
        yield place, [Finding("ssl-off-for-all", text, entry.node)]


def _forced(tree: ScopeTree, found: list[Place24]) -> Mapping[Place24, frozenset[int]]:
    """Return the parts to be checked outside of all filters for what stands elsewhere."""
    names = frozenset().union(*map(_names, found))
    numbers = frozenset(number for number, anywhere in _ANYWHERE.items() if not anywhere.isdisjoint(names))
    if not numbers:
        return {}
    root = next((place for place in found if place.scope is tree.root and not place.part), None)
    if root is None:
        root = Place24(tree.root)
        found.insert(0, root)
    return {root: numbers}


def _of_place(place: Place24, tree: ScopeTree, forced: frozenset[int]) -> Iterator[Finding]:
    block = place.scope.block
    if block is not None and block.name is not None and not place.part and place.scope.in_group:
        return
    names = frozenset(_names(place))
    view = View24(place, tree)
    for number, of in enumerate(_SUBJECTS):
        if number in forced or not of.isdisjoint(names):
            checks = (
                one for one in CHECKS[number] if number in forced or not subjects(one).isdisjoint(names)
            )
            yield from _without_late_warnings(finding for one in checks for finding in run(one, view))


def _without_late_warnings(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield what is found in a part: doveconf ends it at the first error, and comes to no more warnings."""
    failed = False
    for finding in findings:
        warning = rule_named(finding.rule).severity is Severity.WARNING
        if not (failed and warning):
            yield finding
        failed = failed or not warning


def _first(reading: Reading) -> Statement | None:
    return next((node for node in reading.nodes if isinstance(node, Statement)), None)


def _depth(place: Place24) -> tuple[int, int]:
    """Return how many named list blocks and how many named filters are around, this one counted."""
    lists, filters = 0, int(bool(place.part))
    scope: Scope24 | None = place.scope
    while scope is not None:
        if scope.block is not None:
            lists += scope.block.name is not None
            filters += scope.block.name is None
        scope = scope.parent
    return lists, filters


class _Positions:
    """Where filters and blocks come in doveconf's order (``config_parser_filter_cmp``)."""

    def __init__(self, reading: Reading) -> None:
        self._index = {id(node): number for number, node in enumerate(reading.nodes)}

    def rank(self, place: Place24) -> tuple[bool, int, int, int]:
        inside = place.scope.parent is not None or bool(place.part)
        return inside, *_depth(place), self._opened(place) if inside else 0

    def _opened(self, place: Place24) -> int:
        nodes: list[Statement] = [entry.node for entry in place.values.values()]
        for entries in place.lists.values():
            nodes += [entry.node for entry in (*entries.items.values(), entries.entry) if entry is not None]
        opened: Section | None = None if place.part else place.scope.opened
        if opened is not None:
            nodes.append(opened)
        return min((self._index.get(id(node), 0) for node in nodes), default=0)
