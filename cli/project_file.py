"""The file with the options of a repository: ``.pushnotif.toml``, or ``[tool.pushnotif]`` in pyproject.toml.

Its form is described by docs/reference/linting.md and docs/schemas/project.schema.json.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.project_search import SHARED_NAME
from dovecot_conf.diagnostics import Severity
from dovecot_conf.errors import PushnotifError
from dovecot_conf.lint import Catalogue, Layer, PathRules, severities_of
from dovecot_conf.lint.path_patterns import PathPattern
from dovecot_conf.lint.threshold import THRESHOLDS
from dovecot_conf.toml.checks import Check, Key, flag, list_of, name, names_to, one_of, table
from dovecot_conf.toml.document import Document, read
from dovecot_conf.toml.positions import Path as KeyPath
from dovecot_conf.versions import Version

MAX_BYTES = 2**20
_PREFIX = ("tool", "pushnotif")


class ProjectFileError(PushnotifError):
    """A project file can't be read, or says something that can't be."""


_rules = list_of(name, "rules")
_severities = names_to(name, one_of(*map(str, Severity)))
_project: Check = table(
    {
        "dovecot-version": Key(one_of("auto", *map(str, Version))),
        "select": Key(_rules),
        "extend-select": Key(_rules),
        "ignore": Key(_rules),
        "severity": Key(_severities),
        "per-path": Key(
            names_to(name, table({"ignore": Key(_rules), "severity": Key(_severities)})),
        ),
        "fail-on": Key(one_of(*THRESHOLDS)),
        "baseline": Key(name),
        "root": Key(name),
        "templates": Key(flag),
        "exclude": Key(list_of(name, "patterns")),
    }
)


@dataclass(frozen=True)
class Project:
    """A project file: what it says, by key, and the document for the places."""

    document: Document
    values: Mapping[str, Any] = field(default_factory=dict)
    prefix: KeyPath = ()

    @property
    def path(self) -> Path:
        """The file."""
        return self.document.path

    def located(self, key: str) -> Path:
        """Return the path that a key holds; it is relative to the directory of the file."""
        return self.path.parent / str(self.values[key])

    def error(self, path: KeyPath, message: str) -> PushnotifError:
        """Return the error about what stands at ``path``."""
        return self.document.failure(message, span=self.document.span((*self.prefix, *path)))

    @property
    def layer(self) -> Layer:
        """Which rules it selects."""
        select = self.values.get("select")
        return Layer(
            tuple(select) if select is not None else None,
            tuple(self.values.get("extend-select", ())),
            tuple(self.values.get("ignore", ())),
        )

    def severities(self, catalogue: Catalogue) -> dict[str, Severity]:
        """Return the severities by code."""
        return _severities_of(self.values, catalogue)

    def path_rules(self, catalogue: Catalogue) -> tuple[PathRules, ...]:
        """Return what is different for some files."""
        directory = str(self.path.parent)
        return tuple(
            PathRules(
                PathPattern.of(pattern, directory),
                catalogue.codes(told.get("ignore", ())),
                _severities_of(told, catalogue),
            )
            for pattern, told in self.values.get("per-path", {}).items()
        )

    def check_rules(self, catalogue: Catalogue) -> None:
        """Raise ProjectFileError, with its place, for the first word that stands for no rule."""
        for path in _words(self.values):
            word = path[-1]
            if isinstance(word, int):
                word = self._value(path)
            if not catalogue.match(word):
                advice = catalogue.advice(word) or "'pushnotif rules' lists them"
                raise self.error(path, f"no such rule: '{word}'; {advice}")

    def _value(self, path: KeyPath) -> str:
        value: Any = self.values
        for part in path:
            value = value[part]
        return str(value)


def read_project(path: Path, *, named: bool) -> Project | None:
    """Read a project file; None if it is a pyproject.toml that says nothing of us.

    Raises ProjectFileError for what is wrong in it; one that the user ``named`` must say something.
    """
    document = read(path, "project file", ProjectFileError, MAX_BYTES)
    prefix: KeyPath = _PREFIX if path.name == SHARED_NAME else ()
    values: Any = document.table
    for part in prefix:
        values = values.get(part) if isinstance(values, dict) else None
    if values is None:
        if named:
            raise ProjectFileError(f"{path} has no table [tool.pushnotif]")
        return None
    wrong = next(_project(values, prefix), None)
    if wrong is not None:
        raise document.error(wrong)
    return Project(document, values, prefix)


def _severities_of(values: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Severity]:
    wanted = {word: Severity(text) for word, text in values.get("severity", {}).items()}
    return severities_of(catalogue, wanted)


def _words(values: Mapping[str, Any], path: KeyPath = ()) -> Iterator[KeyPath]:
    """Yield where the words for rules stand: at the end of each way is a name, or a place in an array."""
    for key in ("select", "extend-select", "ignore"):
        yield from ((*path, key, place) for place in range(len(values.get(key, ()))))
    yield from ((*path, "severity", word) for word in values.get("severity", {}))
    for pattern, told in values.get("per-path", {}).items():
        yield from _words(told, (*path, "per-path", pattern))
