"""What a rule may look at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from dovecot_conf.configuration import MAIL_PROTOCOLS, Configuration
from dovecot_conf.elsewhere import may_be_elsewhere
from dovecot_conf.files import UNCHANGED, Changed
from dovecot_conf.lint.suppressions import Comments
from dovecot_conf.positions import Span
from dovecot_conf.push import DriverDefinition, PushConfig
from dovecot_conf.scopes import SettingValue
from dovecot_conf.settings import Settings
from dovecot_conf.source import SourceFile
from dovecot_conf.tree import Node, Setting
from dovecot_conf.versions import Version

_UNCLEAR = re.compile(r"^<|\$ENV:|\$SET:|\{\{|\$\{|@\w+@(?![\w.])|<%|\{%")

Subject = TypeVar("Subject")
Result = TypeVar("Result")

PUSH = "push_notification"
MAIL_PLUGINS = "mail_plugins"


class Context:
    """A configuration under the eyes of the rules.

    What several rules ask is worked out once: the settings and the driver chain of each protocol
    whose processes load mail plugins. ``comments`` and ``sources`` are those of files in other languages
    that rules report on; who reads such a file puts them there. ``changed`` are files that are to be seen
    with another content than that on disk, ``others`` files in other languages that were given beside the
    configuration.
    """

    def __init__(
        self,
        configuration: Configuration,
        root: Path | None = None,
        changed: Changed = UNCHANGED,
        others: tuple[SourceFile, ...] = (),
    ) -> None:
        self.configuration = configuration
        self.version: Version = configuration.version
        self._root = root
        self.changed = changed
        self.others = others
        self.comments: dict[str, Comments] = {}
        self.sources: dict[str, SourceFile] = {}
        self._results: dict[Callable[[Context], Any], Any] = {}

    def once(self, work: Callable[[Context], Result]) -> Result:
        """Return what ``work`` makes of this context; it is called once for all rules together."""
        if work not in self._results:
            self._results[work] = work(self)
        result: Result = self._results[work]
        return result

    @cached_property
    def protocols(self) -> tuple[str, ...]:
        """The protocols whose processes open mailboxes.

        They are Dovecot's own; a ``protocol`` filter of another name (``sieve``) makes no mail process.
        """
        return MAIL_PROTOCOLS

    @cached_property
    def settings(self) -> dict[str, Settings]:
        """The effective settings by protocol."""
        return {protocol: self.configuration.settings(protocol) for protocol in self.protocols}

    @cached_property
    def push(self) -> dict[str, PushConfig]:
        """The driver chain by protocol, whether or not the plugin is loaded there."""
        return {protocol: self.configuration.push(protocol) for protocol in self.protocols}

    def plugin_values(
        self, wanted: Callable[[str, str], bool]
    ) -> Iterator[tuple[str, SettingValue, tuple[str, ...]]]:
        """Yield the settings of ``plugin {}`` as (name, value, protocols).

        Each line that counts somewhere comes once; ``wanted`` tells by name and text which ones.
        """
        plugins = {id(settings.plugin): settings.plugin for settings in self.settings.values()}
        matching = {number: tuple(plugin.matching(wanted)) for number, plugin in plugins.items()}
        found: dict[tuple[str, Span], tuple[str, SettingValue, list[str]]] = {}
        for protocol, settings in self.settings.items():
            for name, value in matching[id(settings.plugin)]:
                found.setdefault((name, value.span), (name, value, []))[2].append(protocol)
        for name, value, protocols in found.values():
            yield name, value, tuple(protocols)

    @cached_property
    def main_span(self) -> Span:
        """The beginning of the main file, for findings about something that is nowhere."""
        return Span(self.configuration.path, 1, 1, 1, 1)

    def plugins(self, protocol: str) -> frozenset[str]:
        """Return the names in the effective ``mail_plugins`` of a protocol."""
        return frozenset(self.push[protocol].plugins)

    def loading(self, plugin: str = PUSH) -> tuple[str, ...]:
        """Return the protocols that load a plugin."""
        return tuple(protocol for protocol in self.protocols if plugin in self.plugins(protocol))

    @cached_property
    def definitions(self) -> tuple[tuple[DriverDefinition, tuple[str, ...]], ...]:
        """Every driver that is written, once for each place, with the protocols that see it.

        Those behind a gap are among them: what is wrong with them shows as soon as the gap is closed.
        """
        written = (
            (definition, protocol)
            for protocol, push in self.push.items()
            for definition in (
                *push.definitions,
                *push.fallback,
                *(unread.definition for unread in push.unread),
            )
            if definition.driver
        )
        return tuple(gather(written))

    def setting_name(self, definition: DriverDefinition, protocol: str) -> Span:
        """Return where the name of a driver's setting is written: the key in 2.3, the block in 2.4."""
        value = self.settings[protocol].plugin.get(definition.setting)
        return value.node.key_span if value is not None and value.node is not None else definition.span

    def unclear_driver(self, definition: DriverDefinition, protocol: str) -> bool:
        """Tell whether a driver is not to be known from the configuration alone."""
        value = self.settings[protocol].plugin.get(definition.setting)
        texts = [definition.driver] if value is None else [value.raw]
        return any(self.unclear(text) for text in texts)

    def unclear(self, raw: str) -> bool:
        """Tell whether a value as written comes from a file, the environment or a template."""
        return _UNCLEAR.search(raw) is not None

    def unclear_plugins(self, protocol: str) -> bool:
        """Tell whether ``mail_plugins`` of a protocol is not to be known from the configuration alone.

        It comes from a file, the environment or a template, or is added to such a list.
        """
        value = self.settings[protocol].get(MAIL_PLUGINS)
        if value is None:
            return self.version is Version.V24 and self._unclear_outer_plugins
        added = self.version is Version.V24 or "$" in value.raw
        return self.unclear(value.raw) or (added and self._unclear_outer_plugins)

    @cached_property
    def _unclear_outer_plugins(self) -> bool:
        """Tell whether any ``mail_plugins`` outside of all sections is not to be known."""
        return any(
            isinstance(node, Setting) and node.key == MAIL_PLUGINS and self.unclear(node.raw)
            for node in self.outermost
        )

    @cached_property
    def outermost(self) -> tuple[Node, ...]:
        """The nodes outside of all sections, in reading order."""
        return tuple(node for node, enclosing in self.configuration.walk() if not enclosing)

    def plugin_word(self, protocol: str, plugin: str) -> Span:
        """Return where the name of a plugin that ``protocol`` loads is written.

        Where ``$mail_plugins`` brought it that is in an outer value, or else the whole value.
        """
        settings = self.settings[protocol]
        if self.version is Version.V24:
            item = settings.get(f"{MAIL_PLUGINS}/{plugin}")
            if item is not None and item.node is not None and item.node.key.rpartition("/")[2] == plugin:
                return item.node.key_span
            value = item
        else:
            value = settings.get(MAIL_PLUGINS)
        if value is None:
            return self.main_span
        if not _has_word(value.raw, plugin):
            for node in reversed(self.outermost):
                if isinstance(node, Setting) and node.key == MAIL_PLUGINS and _has_word(node.raw, plugin):
                    return _word_in(node, plugin) or node.value_span
        return word_span(value, plugin)

    def locate(self, path: str) -> Path:
        """Return where an absolute path of the configuration is to be looked up."""
        return self._root / path.lstrip("/") if self._root is not None else Path(path)

    def may_be_elsewhere(self, path: Path) -> bool:
        """Tell whether a missing file may be there where the configuration is used; see ``locate``."""
        return may_be_elsewhere(path, self.configuration.path, self._root)

    def named(self, protocols: Iterable[str], everyone: str = "every protocol") -> str:
        """Return protocols as words: ``lmtp and imap``; ``everyone`` for all of them."""
        names = list(protocols)
        if len(names) == len(self.protocols):
            return everyone
        return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def gather(found: Iterable[tuple[Subject, str]]) -> Iterator[tuple[Subject, tuple[str, ...]]]:
    """Gather (subject, protocol) pairs by subject, in the order of the first of each."""
    gathered: dict[Subject, list[str]] = {}
    for subject, protocol in found:
        gathered.setdefault(subject, []).append(protocol)
    for subject, protocols in gathered.items():
        yield subject, tuple(protocols)


def _has_word(raw: str, word: str) -> bool:
    return any(written == word for _, written in words_of(raw))


def word_span(value: SettingValue, word: str) -> Span:
    """Return where ``word`` stands in a list such as ``mail_plugins``, the whole value if it doesn't."""
    node = value.node
    return (_word_in(node, word) if node is not None else None) or value.span


def _word_in(node: Setting, word: str) -> Span | None:
    for start, written in words_of(node.raw):
        if written == word:
            return node.place(node.value_start + start, node.value_start + start + len(word))
    return None


def words_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield the words of a list with their offsets; space, comma and quotes separate."""
    start = 0
    for end in range(len(text) + 1):
        if end == len(text) or text[end] in " ,\"'\t":
            if start < end:
                yield start, text[start:end]
            start = end + 1
