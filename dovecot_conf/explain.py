"""Where a setting's value comes from: every line that sets it, and which of them counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from dovecot_conf.assign24 import Assigner, _Line
from dovecot_conf.carried import written_key
from dovecot_conf.conditions import Condition
from dovecot_conf.configuration import Configuration
from dovecot_conf.default_sections import reading_of
from dovecot_conf.evaluate import Surroundings
from dovecot_conf.evaluate23 import Evaluator23
from dovecot_conf.evaluate24 import Evaluator24
from dovecot_conf.files import Files
from dovecot_conf.names import Kind, names
from dovecot_conf.overrides import parse_overrides
from dovecot_conf.positions import Span
from dovecot_conf.scopes import Entry, SettingValue
from dovecot_conf.scopes23 import Scope23
from dovecot_conf.scopes24 import Frame24, Scope24
from dovecot_conf.settings23 import Plugins, Settings23, matching_scopes
from dovecot_conf.settings24 import Settings24
from dovecot_conf.tree import Setting
from dovecot_conf.versions import Version


class Role(StrEnum):
    """What a line does for the value."""

    WINS = "wins"
    ADDS = "adds"
    """an item of a list that is in the result"""
    OVERRIDDEN = "overridden"
    """a filter or a later line has another value"""
    ELSEWHERE = "does not hold"
    """its filter isn't one of those asked for"""


@dataclass(frozen=True, slots=True)
class Origin:
    """A line that sets the setting: ``text`` is the value as written, ``scope`` its filters, '' for none."""

    role: Role
    span: Span
    scope: str
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """``value`` is None when nothing sets it; ``default`` None when no plain setting has this name."""

    name: str
    value: str | None
    origins: tuple[Origin, ...]
    default: str | None


@dataclass(frozen=True, slots=True)
class _Assignment:
    key: str
    node: Setting
    scope: Scope23 | Scope24


class _Recorder23(Evaluator23):
    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__(surroundings)
        self.assignments: list[_Assignment] = []

    def _store(self, scope: Scope23, entry: Entry) -> None:
        super()._store(scope, entry)
        self.assignments.append(_Assignment(entry.name, entry.node, scope))


class _Recorder24(Assigner):
    assignments: list[_Assignment]

    def _put(self, frame: Frame24, scope: Scope24, key: str, line: _Line) -> None:
        super()._put(frame, scope, key, line)
        self.assignments.append(_Assignment(key, line.node, scope))


class Explainer:
    """Explains the settings of one configuration for one condition."""

    def __init__(
        self,
        configuration: Configuration,
        asked: Condition,
        *,
        overrides: Iterable[str] = (),
        surroundings: Surroundings | None = None,
    ) -> None:
        self._asked = asked
        self._version = configuration.version
        self._overrides = parse_overrides(overrides)
        self._surroundings = surroundings or Surroundings(Files(), {})
        reading = reading_of(configuration)
        if self._version is Version.V23:
            evaluator = _Recorder23(self._surroundings)
            evaluator.run(reading)
            self._assignments, self._scopes = evaluator.assignments, evaluator.scopes
        else:
            evaluator24 = Evaluator24(self._surroundings)
            recorder = _Recorder24(self._surroundings, evaluator24.problems, evaluator24.tree)
            recorder.assignments = self._assignments = []
            evaluator24._assigner = recorder
            evaluator24.run(reading)
            self._tree = evaluator24.tree

    def explain(self, name: str) -> Explanation:
        """Return where the value of a setting (a name, or a path such as ``plugin/foo``) comes from."""
        value, origins = self._of_23(name) if self._version is Version.V23 else self._of_24(name)
        known = names(self._version).get(name)
        default = known.default if known is not None and known.kind is Kind.VALUE else None
        return Explanation(name, value.text if value is not None else None, tuple(origins), default)

    def _of_23(self, name: str) -> tuple[SettingValue | None, Iterator[Origin]]:
        read = self._surroundings.content
        plugins = Plugins(self._overrides, read)
        settings = Settings23(self._scopes, self._asked, self._overrides, plugins, read)
        value = settings.get(name)
        found = [one for one in self._assignments if one.key == name]
        holding = {id(scope) for scope in matching_scopes(self._scopes, self._asked)}
        return value, _origins(found, holding, value, set())

    def _of_24(self, name: str) -> tuple[SettingValue | None, Iterator[Origin]]:
        settings = Settings24(self._tree.root, self._asked, self._overrides, self._surroundings.content)
        value = settings.get(name)
        blocks, key = settings._resolve(name)
        found = [one for one in self._assignments if _meets(one.key, key) and _blocks(one.scope) <= blocks]
        holding = {id(scope) for scope in settings.scopes(blocks)}
        word, _, item = key.partition("/")
        items = settings._items(blocks, word)
        nodes = {id(entry.node) for name, entry in items.items() if item in ("", name)}
        return value, _origins(found, holding, value, nodes)


def _meets(one: str, other: str) -> bool:
    """Return whether two keys are the same, or a list and an item of it."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _blocks(scope: Scope23 | Scope24) -> frozenset[object]:
    found: set[object] = set()
    current = scope if isinstance(scope, Scope24) else None
    while current is not None:
        if current.block is not None and not current.block.word.startswith("@"):
            found.add(current.block)
        current = current.parent
    return frozenset(found)


def _origins(
    found: Iterable[_Assignment], holding: set[int], value: SettingValue | None, counting: set[int]
) -> Iterator[Origin]:
    """Yield the lines in reading order, an override on the command line last."""
    for one in found:
        role = Role.OVERRIDDEN
        if id(one.scope) not in holding:
            role = Role.ELSEWHERE
        elif id(one.node) in counting:
            role = Role.ADDS
        elif not counting and value is not None and value.node is one.node:
            role = Role.WINS
        key = written_key(one.node)
        yield Origin(role, one.node.key_span, str(one.scope.condition), key, one.node.raw)
    if value is not None and value.node is None:
        yield Origin(Role.WINS, value.span, "", value.name, value.raw)
