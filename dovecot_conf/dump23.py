"""Text as doveconf of 2.3.19.1 prints it.

Dovecot sorts all settings by their paths and opens and closes sections on the way; so do we, which
keeps its order (``service imap-login`` before ``service imap``) and its oddities.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from dovecot_conf.default_sections import NO_DEFAULT, listed_otherwise
from dovecot_conf.extent import Extent
from dovecot_conf.names import Kind, names, table
from dovecot_conf.secrets import concealed, escape, quoted
from dovecot_conf.section_names import escaped, name_key
from dovecot_conf.setting_types import setting_types
from dovecot_conf.shown23 import NUMBERED_SECTIONS, TEMPLATE, Section23, completed, default_root
from dovecot_conf.versions import Version

_ALWAYS_SHOWN = {"namespace": ("location", "prefix")}
"""Keys that 2.3 takes for changed in every section, since it compares them in different forms."""


_SAID_WITHOUT_MANAGESIEVE = {"managesieve_sieve_capability": ""}
"""The defaults of what managesieve says of itself, as far as they are texts; listed when it says nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """A setting by its full path. ``names``: it is the name of the section it stands in."""

    path: str
    text: str
    names: bool = False

    @property
    def order(self) -> tuple[int, ...]:
        """The place of the line: bytes as C compares signed characters, a section's name first."""
        outer, slash, key = self.path.rpartition("/")
        marked = [*(outer + slash).encode("utf-8", "surrogateescape"), 0xFF] if self.names else []
        rest = key if self.names else self.path
        found = [*marked, *rest.encode("utf-8", "surrogateescape")]
        return tuple(byte - 256 if byte > 127 else byte for byte in found)


@dataclass(frozen=True, slots=True)
class Lines:
    """What is printed: settings in order, and the paths of sections with a slash behind, in order."""

    lines: list[Line]
    prefixes: list[str]


def lines_of(root: Section23, extent: Extent) -> Lines:
    """Return what is printed of the settings of a scope or of several merged ones."""
    lines: list[Line] = []
    lists: list[tuple[str, list[str]]] = []
    if extent in (Extent.LISTED, Extent.ALL):
        root = _all_of(root, extent)
    _collect(root, "", extent, lines, lists)
    lists.sort(key=lambda item: Line(item[0], "").order)
    # Of sections with the same name the first one gives what several of them set.
    first: dict[tuple[str, bool], Line] = {}
    for line in lines:
        first.setdefault((line.path, line.names), line)
    return Lines(
        sorted(first.values(), key=lambda line: line.order),
        [prefix for _, found in lists for prefix in found],
    )


def _all_of(root: Section23, extent: Extent) -> Section23:
    defaults = default_root()
    result = Section23()
    left_out = listed_otherwise(Version.V23) if extent is Extent.LISTED else {}
    result.values = {
        name: known.default
        for name, known in names(Version.V23).items()
        if known.kind is Kind.VALUE and name not in left_out and name not in defaults.values
    }
    result.values |= _SAID_WITHOUT_MANAGESIEVE | root.values
    result.texts = {"plugin": {}, "dict": {}} | root.texts
    for word, found in defaults.sections.items():
        pattern = next(section for section in found if section.name in (TEMPLATE, ""))
        new = list(root.sections.get(word, ()))
        for default in found:
            if default is not pattern:
                own = next((section for section in new if section.name == default.name), None)
                if own is not None:
                    new.remove(own)
                result.sections.setdefault(word, []).append(completed(own, default, pattern))
        result.sections.setdefault(word, []).extend(completed(section, None, pattern) for section in new)
    return result


def _collect(
    section: Section23, path: str, extent: Extent, lines: list[Line], lists: list[tuple[str, list[str]]]
) -> None:
    named = bool(path) and section.kind not in NUMBERED_SECTIONS
    for key, text in _values(section, extent, named=named).items():
        lines.append(Line(path + key, text))
    if named:
        lines.append(Line(f"{path}{name_key(section.kind.rpartition('/')[2])}", section.name, names=True))
    for word, texts in section.texts.items():
        lists.append((path + word, [f"{path}{word}/"]))
        lines.extend(Line(f"{path}{word}/{key}", text) for key, text in texts.items())
    for word, children in section.sections.items():
        prefixes = []
        for number, child in enumerate(children):
            name = escaped(child.name) if child.name and word not in NUMBERED_SECTIONS else str(number)
            prefixes.append(f"{path}{word}/{name}/")
            _collect(child, prefixes[-1], extent, lines, lists)
        lists.append((path + word, prefixes))


def _values(section: Section23, extent: Extent, *, named: bool) -> dict[str, str]:
    if extent in (Extent.LISTED, Extent.ALL):
        return section.values
    if named:
        always = dict.fromkeys(_ALWAYS_SHOWN.get(section.kind, ()), "")
        always |= {key: text for key, text in section.values.items() if key in always}
        return always | {key: section.values[key] for key in section.changed}
    if extent is Extent.SET:
        return {key: section.values[key] for key in section.changed}
    defaults, types = _defaults(section), setting_types(Version.V23)
    kind = f"{section.kind}/" if section.kind else ""
    return {
        key: text
        for key, text in section.values.items()
        if key not in defaults or not _is_default(text, defaults[key], types.get(kind + key, ""))
    }


def _is_default(text: str, default: str, kind: str) -> bool:
    """Return whether Dovecot takes a value for the default: of an enum it looks at the beginning only."""
    return text == default or (kind == "enum" and default.startswith(text))


def _defaults(section: Section23) -> dict[str, str]:
    if not section.kind:
        rows, always = table(Version.V23).names, {*NO_DEFAULT[Version.V23], *default_root().values}
        return {
            name: row.default for name, row in rows.items() if name not in always
        } | _SAID_WITHOUT_MANAGESIEVE
    return default_root().sections[section.kind][0].values


@cache
def last_built_in() -> Line:
    """Return the name of a built-in section that comes last: Dovecot passes over it, whatever is printed."""
    found = [
        Line(f"{word}/{escaped(section.name)}/{name_key(word)}", section.name, names=True)
        for word, sections in default_root().sections.items()
        for section in sections
        if section.name not in (TEMPLATE, "") and word not in NUMBERED_SECTIONS
    ]
    return max(found, key=lambda line: line.order)


class Printer:
    """Prints lines with the sections around them, the first one ``depth`` levels inside of ``head``."""

    def __init__(self, prefixes: Sequence[str], *, head: str = "", depth: int = 0) -> None:
        self._index: dict[str, list[int]] = {}
        for number, prefix in enumerate(prefixes):
            self._index.setdefault(prefix, []).append(number)
        self._depth = depth
        self._pending = head
        self._open: list[tuple[str, int, int | None]] = []
        self.printed: list[str] = []

    def print(self, lines: Sequence[Line], *, hide: bool, behind: Line | None = None) -> str:
        """Return the text of all lines, to be called once; '' when there are only names of sections.

        ``behind``: what comes after the lines and shows nothing.
        """
        for line in lines:
            self._close(line.path)
            if not self._enter(line):
                self._write(line, hide=hide)
        if behind is not None and lines and lines[-1].order < behind.order:
            self._close(behind.path)
        # Dovecot leaves all sections around one open that comes last and has nothing in it.
        while self._open and self._open[-1][2] is None:
            self._open.pop()
            self._depth -= 1
            self.printed.append(f"{'  ' * self._depth}}}\n")
        return "".join(self.printed)

    def _close(self, path: str) -> None:
        while self._open and not path.startswith(self._open[-1][0]):
            _, _, start = self._open.pop()
            self._depth -= 1
            if start is None:
                self.printed.append(f"{'  ' * self._depth}}}\n")
            else:
                self._pending = self._pending[:start]

    def _enter(self, line: Line) -> bool:
        """Open the sections of a line; return whether the line was the name of one."""
        while (found := self._next(line.path)) is not None:
            number, prefix = found
            around = self._open[-1][0] if self._open else ""
            start = len(self._pending) if line.names else None
            self._open.append((prefix, number, start))
            word = line.path[len(around) :].partition("/")[0]
            if line.names and line.text:
                name = f'"{escape(line.text)}"' if " " in line.text else line.text
                word = f"{word} {name}"
            self._pending += f"{'  ' * self._depth}{word} {{\n"
            self._depth += 1
            if line.names:
                return True
        return False

    def _next(self, path: str) -> tuple[int, str] | None:
        """Return the first section that is open around a path and not yet opened, behind its number."""
        last = self._open[-1][1] if self._open else -1
        found = (
            (number, prefix)
            for prefix in _outer(path)
            for number in self._index.get(prefix, ())
            if number > last
        )
        return min(found, default=None)

    def _write(self, line: Line, *, hide: bool) -> None:
        self.printed.append(self._pending)
        self._pending = ""
        self._open = [(prefix, number, None) for prefix, number, _ in self._open]
        key = line.path[len(self._open[-1][0]) :] if self._open else line.path
        text = concealed(key, line.text, Version.V23) if hide else quoted(line.text, Version.V23)
        self.printed.append(f"{'  ' * self._depth}{key} = {text}\n")


def _outer(path: str) -> Iterator[str]:
    end = path.find("/")
    while end >= 0:
        yield path[: end + 1]
        end = path.find("/", end + 1)
