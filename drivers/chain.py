"""Which drivers of a configuration load, in which order, and why others do not.

As ``push_notification_driver_list_init`` does at the start of each user session: definitions are
tried in order, the first that fails ends the chain, and 2.3 falls back to ``push_notification_backend``
when nothing was loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dovecot_conf.errors import DriverError, VariableError
from dovecot_conf.push import DriverDefinition, DriverOption, PushConfig
from dovecot_conf.variables import expand
from dovecot_conf.versions import Version
from drivers.interface import Driver, InitContext
from drivers.log import Log
from drivers.plugins import plugin_problem
from drivers.registry import DriverRegistry
from drivers.report import LogLine
from drivers.scripting import DEFAULT_SCRIPTING, Scripting
from drivers.secrets import hide_in_options
from drivers.session_end import SessionEndedError
from drivers.texts import SORTS_PLUGIN_SETTINGS, UNKNOWN_DRIVER, USUAL_VARIABLE_FAILURE, VARIABLE_FAILURES

if TYPE_CHECKING:
    from drivers.session import Surroundings


@dataclass(frozen=True, slots=True)
class LoadedDriver:
    """A driver that is part of the chain, and its definition with %variables expanded."""

    definition: DriverDefinition
    driver: Driver


@dataclass(frozen=True, slots=True)
class NotLoadedDriver:
    """A definition that is no part of the chain, and why."""

    definition: DriverDefinition
    reason: str


@dataclass(frozen=True, slots=True)
class Chain:
    """The outcome of loading: every definition in the order it was looked at.

    ``log`` holds what Dovecot logs while loading. ``fatal`` is the error that ends the user session
    before any mail is handled, empty if there is none. ``active`` is False when the plugin is not
    loaded at all: no transaction is watched then.
    """

    entries: tuple[LoadedDriver | NotLoadedDriver, ...]
    log: tuple[LogLine, ...]
    fatal: str = ""
    active: bool = True

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
    scripting: Scripting = DEFAULT_SCRIPTING,
    world: Surroundings | None = None,
    log: Log | None = None,
) -> Chain:
    """Load the drivers of a configuration for one user.

    ``variables`` are the values for %-expansion by long name, see ``dovecot_conf.variables``. ``log``
    receives the log lines; without it the chain keeps a log of its own. Secrets in log lines and
    options are hidden unless ``show_secrets``. ``scripting`` and ``world`` are for drivers that run
    scripts; without a world they only look at them.
    """
    context = InitContext(push.version, log if log is not None else Log(), show_secrets, {}, scripting, world)
    first_line = len(context.log.lines)
    loader = _Loader(push, registry, variables, context)
    try:
        entries, fatal = loader.load()
    except SessionEndedError as end:
        end.write(context.log)
        entries, fatal = (), context.log.lines[-1].message
    active = plugin_problem(push) is None and not fatal
    return Chain(entries, context.log.lines[first_line:], fatal, active)


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
        problem = plugin_problem(push)
        if problem is not None:
            if problem.message:
                self._context.log.write(problem.level, "", problem.message)
            return self._all_because(problem.reason), problem.message
        if push.version is Version.V23:
            try:
                push = self._expanded_23(push)
            except DriverError as error:
                failure = VARIABLE_FAILURES.get(push.protocol, USUAL_VARIABLE_FAILURE)
                message = failure.prefix + error.message
                self._context.log.write(failure.level, "", message)
                return self._all_because(error.message), message
        entries = self._try_in_order(push.definitions)
        if any(isinstance(entry, LoadedDriver) for entry in entries):
            reason = (
                "an older push_notification_backend setting, read only when no push_notification_driver loads"
            )
            entries += [NotLoadedDriver(definition, reason) for definition in push.fallback]
        else:
            entries += self._try_in_order(push.fallback)
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
            if isinstance(entry, NotLoadedDriver):
                stopped_by = definition.setting
        return entries

    def _try(self, definition: DriverDefinition) -> LoadedDriver | NotLoadedDriver:
        version, log = self._context.version, self._context.log
        driver_class = self._registry.find(definition.driver)
        if driver_class is None or (driver_class.plugin and driver_class.plugin not in self._push.plugins):
            text = UNKNOWN_DRIVER[version].format(name=definition.driver, block=block_name(definition))
            log.write_error("", text)
            return NotLoadedDriver(definition, text)
        try:
            if version is Version.V24:
                definition = self._expanded_options(definition, driver_class.settings_prefix)
            return LoadedDriver(definition, driver_class(definition, self._context))
        except DriverError as error:
            name = definition.driver if version is Version.V23 else driver_class.name
            text = f"{name}: {error.message}"
            log.write_error("", text)
            return NotLoadedDriver(definition, text)

    def _expanded_23(self, push: PushConfig) -> PushConfig:
        """Expand all plugin settings, as Dovecot does before it looks at any, in its order."""
        names = sorted(push.plugin) if push.protocol in SORTS_PLUGIN_SETTINGS else list(push.plugin)
        expanded = {name: self._expanded_text(name, push.plugin[name]) for name in names}
        self._context = replace(self._context, plugin=expanded)
        return push._replace(
            definitions=tuple(_split(one, expanded[one.setting]) for one in push.definitions),
            fallback=tuple(_split(one, expanded[one.setting]) for one in push.fallback),
        )

    def _expanded_text(self, name: str, text: str) -> str:
        try:
            return expand(text, self._variables, Version.V23)
        except VariableError as error:
            shown = text if self._context.show_secrets else hide_in_options(text)
            message = f"Failed to expand plugin setting {name} = '{shown}': {error.message}"
            raise DriverError(message) from error

    def _expanded_options(self, definition: DriverDefinition, prefix: str) -> DriverDefinition:
        """Expand the options of a 2.4 block, as Dovecot does when the driver reads them."""

        def expanded(options: Iterable[DriverOption]) -> tuple[DriverOption, ...]:
            return tuple(one._replace(value=value(one.name, one.value)) for one in options)

        def value(name: str, text: str) -> str:
            try:
                return expand(text, self._variables, Version.V24)
            except VariableError as error:
                message = f"{prefix}Failed to expand {name} setting variables: {error.message}"
                raise DriverError(message) from error

        client = definition.client
        return definition._replace(
            options=expanded(definition.options),
            items=expanded(definition.items),
            client=client._replace(pairs=tuple((name, value(name, text)) for name, text in client.pairs)),
        )


def block_name(definition: DriverDefinition) -> str:
    """Return NAME of a 2.4 block ``push_notification NAME``."""
    return definition.setting.partition("/")[2]


def _split(definition: DriverDefinition, text: str) -> DriverDefinition:
    """Split an expanded 2.3 setting anew; its options stand where the definition stands."""
    if text == definition.text:
        return definition
    driver, colon, rest = text.partition(":")
    options = []
    for word in rest.split(" "):
        if word:
            name, _, value = word.partition("=")
            options.append(DriverOption(name, value, definition.span))
    return definition._replace(
        driver=driver, options=tuple(options), option_text=rest if colon else None, text=text
    )
