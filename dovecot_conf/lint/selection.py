"""Which rules a run wants, and how bad their findings are.

What is asked for comes in layers, as in ruff: the project file, then the command line. In one layer the
word that names a rule most exactly wins (``PN301`` over ``PN30``, that over ``PN3`` and ``PN``), and
ignoring wins between equals. A layer with ``select`` starts anew; one without changes what is below.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint.catalogue import Catalogue, specificity, split_words
from dovecot_conf.lint.path_patterns import PathPattern

_NOTHING: Mapping[str, Severity] = MappingProxyType({})


class Layer(NamedTuple):
    """What one place asks for, as words; ``select`` is None if it doesn't say where to start."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """All words of it."""
        return (*(self.select or ()), *self.extend_select, *self.ignore)


class PathRules(NamedTuple):
    """What is different for findings in some files: codes that aren't wanted there, and severities."""

    pattern: PathPattern
    ignored: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = _NOTHING


@dataclass(frozen=True, slots=True)
class Selection:
    """Which codes to report: ``chosen`` (all if None) without ``ignored``.

    ``severities`` by code are instead of those of the rules; ``paths`` say more about some files, the
    later ones last.
    """

    chosen: frozenset[str] | None = None
    ignored: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    paths: tuple[PathRules, ...] = ()

    @classmethod
    def of(
        cls,
        catalogue: Catalogue,
        layers: Iterable[Layer],
        severities: Mapping[str, Severity] = _NOTHING,
        paths: tuple[PathRules, ...] = (),
    ) -> Selection:
        """Make a selection of what a user wrote. Raises SelectionError for an unknown rule."""
        chosen: frozenset[str] | None = None
        ignored: frozenset[str] = frozenset()
        for layer in layers:
            on, off = _decided(catalogue, layer)
            if layer.select is not None:
                chosen, ignored = on, frozenset()
            elif chosen is not None:
                chosen = (chosen | on) - off
            else:
                ignored = (ignored - on) | off
        return cls(chosen, ignored, severities, paths)

    def __contains__(self, code: object) -> bool:
        return code not in self.ignored and (self.chosen is None or code in self.chosen)

    def wants(self, code: str, path: str) -> bool:
        """Tell whether findings of a code are wanted in a file."""
        return code in self and not any(
            code in rules.ignored and rules.pattern.matches(path) for rules in self.paths
        )

    def judged(self, diagnostic: Diagnostic) -> Diagnostic:
        """Return a finding with the severity that it shall have."""
        code, path = diagnostic.code, diagnostic.span.file
        severity = self.severities.get(code, diagnostic.severity)
        for rules in self.paths:
            if code in rules.severities and rules.pattern.matches(path):
                severity = rules.severities[code]
        return diagnostic if severity is diagnostic.severity else diagnostic._replace(severity=severity)


def severities_of(catalogue: Catalogue, wanted: Mapping[str, Severity]) -> dict[str, Severity]:
    """Return severities by code for some by word; the most exact word counts. Raises SelectionError."""
    found: dict[str, Severity] = {}
    for word in sorted(wanted, key=specificity):
        found.update(dict.fromkeys(catalogue.known(word), wanted[word]))
    return found


def _decided(catalogue: Catalogue, layer: Layer) -> tuple[frozenset[str], frozenset[str]]:
    """Return the codes that a layer switches on, and those that it switches off."""
    wishes = [(word, True) for word in split_words((*(layer.select or ()), *layer.extend_select))]
    wishes += [(word, False) for word in split_words(layer.ignore)]
    decided: dict[str, bool] = {}
    # The sort is stable: of equal words those to ignore are the last.
    for word, wanted in sorted(wishes, key=lambda wish: specificity(wish[0])):
        decided.update(dict.fromkeys(catalogue.known(word), wanted))
    on = frozenset(code for code, wanted in decided.items() if wanted)
    return on, frozenset(decided) - on
