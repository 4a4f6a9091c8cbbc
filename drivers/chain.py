"""Which drivers of a configuration load, in which order, and why others do not.

As ``push_notification_driver_list_init`` does at the start of each user session: definitions are
tried in order, the first that fails ends the chain, and 2.3 falls back to ``push_notification_backend``
when nothing was loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from dovecot_conf.errors import DriverError, VariableError
from dovecot_conf.push import DriverDefinition, DriverOption, PushConfig
from dovecot_conf.variables import expand
from dovecot_conf.versions import Version
from drivers.interface import Driver, InitContext
from drivers.log import Log
from drivers.plugins import plugin_problem
from drivers.registry import DriverRegistry
from drivers.report import LogLine
from drivers.secrets import hide_in_options
from drivers.texts import UNKNOWN_DRIVER, UNKNOWN_VARIABLE

_LUA = "lua"
_LUA_PLUGIN = "push_notification_lua"
LUA_NOT_SIMULATED = "lua scripts are not simulated by this version"


@dataclass(frozen=True, slots=True)
class LoadedDriver:
    """A driver that is part of the chain, and its definition with %variables expanded."""

    definition: DriverDefinition
    driver: Driver


@dataclass(frozen=True, slots=True)
class NotLoadedDriver:
    """A definition that is no part of the chain, and why.

    ``simulated`` is False for a driver that Dovecot would load and pushnotif can't run.
    """

    definition: DriverDefinition
    reason: str
    simulated: bool = True


@dataclass(frozen=True, slots=True)
class Chain:
    """The outcome of loading: every definition in the order it was looked at.

    ``log`` holds what Dovecot logs while loading. ``fatal`` is the error that ends the user session
    before any mail is handled, empty if there is none.
    """

    entries: tuple[LoadedDriver | NotLoadedDriver, ...]
    log: tuple[LogLine, ...]
    fatal: str = ""

    @property
    def loaded(self) -> tuple[LoadedDriver, ...]:
        """The drivers that events go to, in chain order."""
        return tuple(entry for entry in self.entries if isinstance(entry, LoadedDriver))

    @property
    def not_loaded(self) -> tuple[NotLoadedDriver, ...]:
        """The definitions that get no events."""
        return tuple(entry for entry in self.entries if isinstance(entry, NotLoadedDriver))


def load_chain(
    push: PushConfig,
    *,
    registry: DriverRegistry,
    variables: Mapping[str, str],
    show_secrets: bool = False,
    log: Log | None = None,
) -> Chain:
    """Load the drivers of a configuration for one user.

    ``variables`` are the values for %-expansion by long name, see ``dovecot_conf.variables``. ``log``
    receives the log lines; without it the chain keeps a log of its own. Secrets in log lines and
    options are hidden unless ``show_secrets``.
    """
    context = InitContext(push.version, log if log is not None else Log(), show_secrets)
    first_line = len(context.log.lines)
    loader = _Loader(push, registry, variables, context)
    entries, fatal = loader.load()
    return Chain(entries, context.log.lines[first_line:], fatal)


class _Loader:
    def __init__(
        self, push: PushConfig, registry: DriverRegistry, variables: Mapping[str, str], context: InitContext
    ) -> None:
        self._push = push
        self._registry = registry
        self._variables = variables
        self._context = context

    def load(self) -> tuple[tuple[LoadedDriver | NotLoadedDriver, ...], str]:
        push = self._push
        problem = plugin_problem(push.plugins, push.version)
        if problem.fatal:
            self._context.log.write_fatal(problem.fatal)
            return self._all_because(problem.reason), problem.fatal
        if problem.reason:
            return self._all_because(problem.reason), ""
        try:
            definitions = [self._expanded(definition) for definition in push.definitions]
            fallback = [self._expanded(definition) for definition in push.fallback]
            for unread in push.unread:
                self._expanded(unread.definition)
        except DriverError as error:
            self._context.log.write_error("", error.message)
            return self._all_because(error.message), error.message
        entries = self._try_in_order(definitions)
        if any(_gets_events(entry) for entry in entries):
            reason = (
                "an older push_notification_backend setting, read only when no push_notification_driver loads"
            )
            entries += [NotLoadedDriver(definition, reason) for definition in fallback]
        else:
            entries += self._try_in_order(fallback)
        entries += [NotLoadedDriver(unread.definition, unread.reason) for unread in push.unread]
        return tuple(entries), ""

    def _all_because(self, reason: str) -> tuple[NotLoadedDriver, ...]:
        definitions = (
            *self._push.definitions,
            *self._push.fallback,
            *(unread.definition for unread in self._push.unread),
        )
        return tuple(NotLoadedDriver(definition, reason) for definition in definitions)

    def _try_in_order(self, definitions: Iterable[DriverDefinition]) -> list[LoadedDriver | NotLoadedDriver]:
        entries: list[LoadedDriver | NotLoadedDriver] = []
        stopped_by = ""
        for definition in definitions:
            if stopped_by:
                entries.append(
                    NotLoadedDriver(definition, f"{stopped_by} failed to load, which ends the chain")
                )
                continue
            entry = self._try(definition)
            entries.append(entry)
            if not _gets_events(entry):
                stopped_by = definition.setting
        return entries

    def _try(self, definition: DriverDefinition) -> LoadedDriver | NotLoadedDriver:
        version, log = self._context.version, self._context.log
        driver_class = self._registry.find(definition.driver)
        if driver_class is None:
            if definition.driver.lower() == _LUA and _LUA_PLUGIN in self._push.plugins:
                return NotLoadedDriver(definition, LUA_NOT_SIMULATED, simulated=False)
            text = UNKNOWN_DRIVER[version].format(name=definition.driver, block=block_name(definition))
            log.write_error("", text)
            return NotLoadedDriver(definition, text)
        try:
            return LoadedDriver(definition, driver_class(definition, self._context))
        except DriverError as error:
            name = definition.driver if version is Version.V23 else driver_class.name
            text = f"{name}: {error.message}"
            log.write_error("", text)
            return NotLoadedDriver(definition, text)

    def _expanded(self, definition: DriverDefinition) -> DriverDefinition:
        if self._push.version is Version.V24:
            options = tuple(
                replace(option, value=self._expand(option.value, option.name))
                for option in definition.options
            )
            return replace(definition, options=options)
        if definition.text is None or "%" not in definition.text:
            return definition
        return _split(definition, self._expand(definition.text, definition.setting))

    def _expand(self, text: str, setting: str) -> str:
        version = self._push.version
        try:
            return expand(text, self._variables, version)
        except VariableError as error:
            shown = text if self._context.show_secrets else hide_in_options(text)
            message = UNKNOWN_VARIABLE[version].format(setting=setting, text=shown, error=error.message)
            raise DriverError(message) from error


def _gets_events(entry: LoadedDriver | NotLoadedDriver) -> bool:
    """Tell whether Dovecot itself has this driver in its chain."""
    return isinstance(entry, LoadedDriver) or not entry.simulated


def block_name(definition: DriverDefinition) -> str:
    """Return NAME of a 2.4 block ``push_notification NAME``."""
    return definition.setting.partition("/")[2]


def _split(definition: DriverDefinition, text: str) -> DriverDefinition:
    """Split an expanded 2.3 setting anew; its options stand where the definition stands."""
    driver, colon, rest = text.partition(":")
    options = []
    for word in rest.split(" "):
        if word:
            name, _, value = word.partition("=")
            options.append(DriverOption(name, value, definition.span))
    return replace(
        definition, driver=driver, options=tuple(options), option_text=rest if colon else None, text=text
    )
