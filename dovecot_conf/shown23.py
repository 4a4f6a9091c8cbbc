"""The settings of 2.3 as doveconf holds them for printing: sections with the values that were set.

Merging for a condition follows ``settings_apply`` of 2.3.19.1: what an outer scope brings in a section
that the inner one doesn't have counts as not set.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from dovecot_conf.conditions import Condition
from dovecot_conf.default_sections import default_sections
from dovecot_conf.dump_errors import FilterConflictError
from dovecot_conf.evaluate import Surroundings
from dovecot_conf.evaluate23 import Evaluator23
from dovecot_conf.reading import Reading
from dovecot_conf.scopes import Entry
from dovecot_conf.scopes23 import Scope23
from dovecot_conf.section_names import FLAT_SECTIONS, name_key
from dovecot_conf.setting_types import normalised, setting_types
from dovecot_conf.tree import Setting
from dovecot_conf.value_checks import ValueChecker
from dovecot_conf.versions import Version

TEMPLATE = "template"
"""The name of the sections in the captured defaults that show what a new section has."""

NUMBERED_SECTIONS = frozenset(("passdb", "userdb"))
"""Sections that have a number instead of a name."""


class WrittenEvaluator23(Evaluator23):
    """Evaluates as doveconf does: without ``-x`` only a setting's reference to itself is replaced."""

    def __init__(self, surroundings: Surroundings, *, expanding: bool) -> None:
        super().__init__(surroundings)
        self._expanding = expanding
        self._checker = ValueChecker(Version.V23, self.problems, expanding=expanding)

    def _expand(self, node: Setting, entry: Entry) -> str | None:
        if self._expanding:
            return super()._expand(node, entry)
        shown = self._expander().expand_own(node, self._frame)
        if shown is not None:
            entry.text = shown
        return shown

    def _read_file(self, node: Setting, name: str, entry: Entry) -> None:
        if self._expanding:
            super()._read_file(node, name, entry)
        else:
            entry.text = f"<{node.value}"


@dataclass(slots=True)
class Section23:
    """A section, or the settings outside of all.

    ``values`` are by key, of these ``changed`` count as set. ``sections`` are by word, in the order they
    were opened; ``texts`` are the flat sections (``plugin``, ``dict``). ``kind`` is the path of words.
    """

    kind: str = ""
    name: str = ""
    values: dict[str, str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    sections: dict[str, list[Section23]] = field(default_factory=dict)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)

    def find(self, word: str, name: str) -> Section23 | None:
        """Return the section of this word and name, None for no such and for a nameless one."""
        for section in self.sections.get(word, ()):
            if name and section.name == name:
                return section
        return None

    def add(self, word: str, name: str) -> Section23:
        """Return a new section."""
        section = Section23(f"{self.kind}/{word}" if self.kind else word, name)
        self.sections.setdefault(word, []).append(section)
        return section

    def put(self, key: str, text: str) -> None:
        """Set a value, which may be the name of the section."""
        if key == name_key(self.kind.rpartition("/")[2]) and self.kind not in (*NUMBERED_SECTIONS, ""):
            self.name = text
            return
        self.values[key] = text
        self.changed.add(key)


@dataclass(frozen=True, slots=True)
class Shown23:
    """A configuration as written: the scopes in the order in which they were opened.

    ``loads``: the daemons take it, so what managesieve says of itself is among the settings.
    """

    scopes: tuple[Scope23, ...]
    surroundings: Surroundings
    loads: bool

    def section(self, scope: Scope23) -> Section23:
        """Return what one scope sets."""
        root = Section23()
        found: dict[str, Section23] = {"": root}
        for path, opened in scope.sections.items():
            outer, _ = _owner(opened.outer, found)
            section = found[f"{path}/"] = _opened_section(outer, opened.word, opened.name)
            if isinstance(opened.node, Setting):
                # passdb = a opens a section without giving it its name.
                section.changed.discard("name")
        for path, entry in scope.values.items():
            text = self._text(entry)
            section, key = _owner(path, found)
            word, slash, flat_key = key.partition("/")
            if section is root and slash and word in FLAT_SECTIONS:
                root.texts.setdefault(word, {})[flat_key] = text
            elif (kind := _type(section.kind, key)) not in _NO_VALUES:
                section.put(key, normalised(kind, text))
        for key, entry in scope.plugin.items():
            root.texts.setdefault("plugin", {})[key] = self._text(entry)
        return root

    def _text(self, entry: Entry) -> str:
        return self.surroundings.content(entry.path) if entry.path else entry.text


_NO_VALUES = ("section", "list")


def _type(kind: str, key: str) -> str:
    return setting_types(Version.V23).get(f"{kind}/{key}" if kind else key, "string")


def _opened_section(outer: Section23, word: str, name: str) -> Section23:
    section = outer.find(word, name) or outer.add(word, name)
    if word in NUMBERED_SECTIONS:
        section.put("name", name)
    return section


def _owner(path: str, found: dict[str, Section23]) -> tuple[Section23, str]:
    """Return the innermost section of a path, and the rest; names may have slashes in them."""
    end = path.rfind("/")
    while end > 0 and path[: end + 1] not in found:
        end = path.rfind("/", 0, end)
    outer = path[: end + 1] if end > 0 else ""
    key = path.removeprefix(outer)
    section = found[outer]
    while key.count("/") > 1 and (outer or key.partition("/")[0] not in FLAT_SECTIONS):
        # Written as a path: service/imap/client_limit = 5
        word, name, key = key.split("/", 2)
        outer += f"{word}/{name}/"
        section = found[outer] = _opened_section(section, word, name)
    return section, key


def evaluate_as_written(
    reading: Reading, surroundings: Surroundings, *, expanding: bool, loads: bool = True
) -> Shown23:
    """Return the scopes of a configuration with the values that doveconf prints, with ``-x`` if expanding."""
    evaluator = WrittenEvaluator23(surroundings, expanding=expanding)
    evaluator.run(reading)
    return Shown23(tuple(evaluator.scopes), surroundings, loads)


@cache
def default_root() -> Section23:
    """Return the sections that exist without a configuration, and the templates of new ones."""
    shown = evaluate_as_written(*default_sections(Version.V23), expanding=False)
    return shown.section(shown.scopes[0])


def default_inside(path: str, *, opened: bool) -> str | None:
    """Return the default of a setting by its path; ``opened``: the configuration has its section."""
    *words, key = path.split("/")
    section = default_root()
    for word, name in zip(words[::2], words[1::2], strict=False):
        found = section.sections.get(word, ())
        names = (name,) if not opened else (name, TEMPLATE, "")
        known = [child for name in names for child in found if child.name == name]
        if not known or (known[0].name == TEMPLATE and not opened):
            return None
        section = known[0]
    return section.values.get(key) if len(words) % 2 == 0 else None


def merged(shown: Shown23, scopes: Sequence[Scope23]) -> Section23:
    """Return what holds for a condition; ``scopes`` are those that match, the one that wins first.

    Raises FilterConflictError as doveconf does.
    """
    result = shown.section(scopes[0])
    for inner, outer in pairwise(scopes):
        key = _apply(result, shown.section(outer), default_root(), strict=not _covers(outer, inner))
        if key:
            where = outer.opened
            place = f"{where.document.path}:{where.end_line}" if where is not None else ""
            raise FilterConflictError(f"Conflict in setting {key} found from filter at {place}")
    return result


def _covers(outer: Scope23, inner: Scope23) -> bool:
    """Return whether ``outer`` is the more general of two conditions that both hold."""
    general, special = outer.condition, inner.condition
    return not (
        _bits(general, "local") > _bits(special, "local")
        or _bits(general, "remote") > _bits(special, "remote")
        or (general.local_name is not None and special.local_name is None)
        or (general.protocol is not None and special.protocol is None)
    )


def _bits(condition: Condition, word: str) -> int:
    net = getattr(condition, word)
    return net.bits if net is not None else 0


def _apply(target: Section23, source: Section23, defaults: Section23 | None, *, strict: bool) -> str:
    """Add what ``target`` doesn't have; return the key of a conflict if ``strict``."""
    for key in source.values:
        if key not in source.changed:
            continue
        if key not in target.changed:
            target.put(key, source.values[key])
        elif strict:
            return key
    for word, texts in source.texts.items():
        target.texts[word] = texts | target.texts.get(word, {})
    for word, child in _children(source):
        known = target.find(word, child.name) if word not in NUMBERED_SECTIONS else None
        default = defaults.find(word, child.name) if defaults is not None else None
        if known is None and (default is None or child.name == TEMPLATE):
            target.sections.setdefault(word, []).append(_quiet(child))
            continue
        if known is None:
            known = target.add(word, child.name)
        if key := _apply(known, child, default, strict=strict):
            return key
    return ""


def _children(section: Section23) -> Iterator[tuple[str, Section23]]:
    for word, children in section.sections.items():
        for child in children:
            yield word, child


def _quiet(section: Section23) -> Section23:
    """Return a section whose values don't count as set."""
    children = {word: [_quiet(child) for child in found] for word, found in section.sections.items()}
    return Section23(section.kind, section.name, dict(section.values), set(), children)


def completed(section: Section23 | None, default: Section23 | None, template: Section23) -> Section23:
    """Return a section with all values: its own, else those it has by default."""
    base = default or template
    result = Section23(base.kind, section.name if section else base.name, dict(base.values))
    if section is not None:
        result.values |= section.values
        result.changed = section.changed
        result.texts = section.texts
    for word, templates in template.sections.items():
        pattern = next(found for found in templates if found.name in (TEMPLATE, ""))
        old = [found for found in (default.sections.get(word, []) if default else []) if found is not pattern]
        new = list(section.sections.get(word, [])) if section else []
        for found in old:
            own = next((child for child in new if child.name == found.name), None)
            if own is not None:
                new.remove(own)
            result.sections.setdefault(word, []).append(completed(own, found, pattern))
        for child in new:
            result.sections.setdefault(word, []).append(completed(child, None, pattern))
    return result
