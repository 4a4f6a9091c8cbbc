"""The services and listeners of 2.4, each with the settings that hold for it."""

from __future__ import annotations

from dovecot_conf.captured_sections import CapturedSection
from dovecot_conf.check_finding import Finding
from dovecot_conf.checks24_table import SERVICE_SETTINGS
from dovecot_conf.errors import VariableError
from dovecot_conf.lookup24 import Lookup24, Refused, expanded, wrong_text
from dovecot_conf.names import table
from dovecot_conf.scopes24 import Block
from dovecot_conf.section_names import escaped
from dovecot_conf.tree import Statement
from dovecot_conf.versions import Version
from dovecot_conf.view24 import View24, amount, name_setting, written

UNREADABLE = "unreadable-value"
SHARED = {
    f"service_{name}": f"default_{name}"
    for name in ("process_limit", "client_limit", "idle_kill_interval", "vsz_limit")
}
"""What a service without a value of its own takes from the settings of all."""

_NAMES = {
    word: tuple(name for name in SERVICE_SETTINGS.split() if name.startswith(f"{word}_"))
    for word in ("service", "unix_listener", "fifo_listener", "inet_listener")
}
_INHERITED = frozenset((*_NAMES["service"], *SHARED.values()))


class Part:
    """A service or a listener, with its settings by the end of their names.

    ``default`` is what Dovecot has under this name without a configuration, None if it has nothing;
    ``blocks`` are those around it and its own.
    """

    def __init__(self, view: View24, default: CapturedSection | None, *blocks: Block) -> None:
        self._view = view
        self._built_in = default is not None
        self._default = default or CapturedSection({}, {})
        self.blocks = blocks
        self.word, self.name = blocks[-1].word, blocks[-1].name or ""
        self.found = Lookup24(view.tree.root, view.place.scope.condition, *blocks)
        self._parts: dict[str, list[Part]] = {}

    @property
    def is_changed(self) -> bool:
        """Whether the configuration sets anything of it, or of what it takes from the settings of all."""
        root = self._view.tree.root
        return not self._built_in or len(self.found.scopes) > 1 or not _INHERITED.isdisjoint(root.values)

    def text(self, key: str) -> str:
        """Return a setting as text."""
        name = f"{self.word}_{key}"
        if name == name_setting(self.blocks[-1]):
            given = self.found.given_name()
            return self.name if given is None else given
        if (entry := self.found.entry(name)) is not None:
            return written(entry)
        if (captured := self._default.values.get(key)) is not None:
            return captured
        if name in SHARED:
            return _global(self._view, SHARED[name])
        return table(Version.V24).names[name].default

    def amount(self, key: str) -> int | None:
        """Return a number, size or time; None where it is only known later."""
        return _amount(f"{self.word}_{key}", self.text(key))

    def where(self, *keys: str) -> Statement | None:
        """Return the line to blame: that of the first of these that is set, or of the block."""
        for key in keys:
            for name in (f"{self.word}_{key}", SHARED.get(f"{self.word}_{key}", "")):
                if (entry := self.found.entry(name)) is not None:
                    return entry.node
        return self.found.opened

    def parts(self, word: str) -> list[Part]:
        """Return the listeners of a word, those built in first."""
        if word not in self._parts:
            self._parts[word] = self._listeners(word)
        return self._parts[word]

    def _listeners(self, word: str) -> list[Part]:
        built_in = {name.strip('"'): part for name, part in self._default.sections.get(word, {}).items()}
        names = dict.fromkeys((*built_in, *self.found.names(word)))
        return [Part(self._view, built_in.get(name), *self.blocks, Block(word, name)) for name in names]

    def refused(self) -> Finding | None:
        """Return what makes its settings unreadable."""
        refused = self.found.refused(self.word, _NAMES[self.word], built_in=self._built_in)
        if refused is None and self.word == "service":
            refused = self._refused_default()
        if refused is None:
            return None
        message = f"Failed to get {self.word} {self.name}: {refused.message}"
        return Finding(refused.rule, message, refused.where)

    def _refused_default(self) -> Refused | None:
        for name, common in SHARED.items():
            entry = self._view.tree.root.values.get(common)
            inherits = self.found.entry(name) is None and name[8:] not in self._default.values
            if entry is not None and inherits:
                known = table(Version.V24).names[name]
                if wrong := wrong_text(name, known, written(entry)):
                    title = f"service settings (filter=service/{escaped(self.name)})"
                    message = f"{title}: Failed to parse configuration: {wrong}"
                    return Refused(UNREADABLE, message, entry.node)
        return None


def _global(view: View24, name: str) -> str:
    entry = view.tree.root.values.get(name)
    return written(entry) if entry is not None else table(Version.V24).names[name].default


def _amount(name: str, text: str) -> int | None:
    try:
        value = expanded(text)
        return None if value is None else amount(table(Version.V24).names[name].type, value)
    except (ValueError, VariableError):
        return None
