"""The settings of 2.3 that hold in one filter, as the checks at the end of the file see them.

Values are as ``doveconf -n`` sees them: ``$`` words that don't refer to the setting itself, and ``<file``,
stay as they are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dovecot_conf.captured_sections import TEMPLATE, CapturedSection, captured_sections
from dovecot_conf.names import table
from dovecot_conf.scopes import Entry
from dovecot_conf.scopes23 import Opened23, Scope23
from dovecot_conf.section_names import name_key
from dovecot_conf.tree import Statement, ValueKind
from dovecot_conf.versions import Version


class Part23(NamedTuple):
    """A section, whether built in or opened; ``opened`` is None for what only is built in."""

    view: View23
    path: str
    word: str
    name: str
    default: CapturedSection
    opened: Opened23 | None

    def text(self, key: str) -> str:
        """Return a setting of it, the default where it isn't set."""
        entry = self.entry(key)
        if entry is not None:
            return written(entry)
        if key == name_key(self.word):
            return self.name
        return self.default.values.get(key, "")

    def entry(self, key: str) -> Entry | None:
        """Return where a setting of it was set, None for nowhere."""
        return self.view.entry(f"{self.path}/{key}")

    def where(self, *keys: str) -> Statement | None:
        """Return the line that is to blame: where one of the settings, or else the section, stands."""
        for key in keys:
            if (entry := self.entry(key)) is not None:
                return entry.node
        return self.opened.node if self.opened is not None else None

    def parts(self, word: str) -> Iterator[Part23]:
        """Yield the sections in it, those built in first."""
        template = captured_sections(Version.V23).template(self.word).template(word)
        return self.view.inner_parts(word, f"{self.path}/", self.default.sections.get(word, {}), template)

    @property
    def title(self) -> str:
        """The name by which Dovecot's messages call it."""
        return self.text(name_key(self.word))


class View23:
    """What holds in one filter: ``scopes`` are those that match, the one that wins first."""

    def __init__(self, scopes: Sequence[Scope23]) -> None:
        self._scopes = scopes

    def entry(self, path: str) -> Entry | None:
        """Return where a setting was set, None for nowhere."""
        for scope in self._scopes:
            if (entry := scope.values.get(path)) is not None:
                return entry
        return None

    def text(self, name: str) -> str:
        """Return a setting outside of all sections, the default where it isn't set."""
        entry = self.entry(name)
        return written(entry) if entry is not None else table(Version.V23).names[name].default

    def where(self, *names: str) -> Statement | None:
        """Return the line of the first of these settings that is set at all."""
        for name in names:
            if (entry := self.entry(name)) is not None:
                return entry.node
        return None

    def parts(self, word: str) -> Iterator[Part23]:
        """Yield the sections of a word that stand in no other."""
        captured = captured_sections(Version.V23)
        return self.inner_parts(word, "", captured.sections.get(word, {}), captured.template(word))

    def inner_parts(
        self, word: str, outer: str, built_in: dict[str, CapturedSection], template: CapturedSection
    ) -> Iterator[Part23]:
        """Yield the sections of a word below the path ``outer``: those built in, then in order of opening."""
        opened: dict[str, Opened23] = {}
        for scope in self._scopes:
            for path, section in scope.sections.items():
                if section.outer == outer and section.word == word:
                    opened.setdefault(path, section)
        for name, default in built_in.items():
            if name not in {"", TEMPLATE}:
                path = f"{outer}{word}/{name}"
                yield Part23(self, path, word, name, default, opened.pop(path, None))
        for path, section in opened.items():
            yield Part23(self, path, word, section.name, template, section)


def written(entry: Entry) -> str:
    """Return the value as ``doveconf -n`` sees it."""
    if entry.node.kind is ValueKind.FILE:
        return f"<{entry.node.value}"
    return entry.text if entry.unexpanded is None else entry.unexpanded
