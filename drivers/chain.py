"""Which drivers of a configuration load, in which order, and why others do not.

As ``push_notification_driver_list_init`` does at the start of each user session: definitions are
tried in order, the first that fails ends the chain, and 2.3 falls back to ``push_notification_backend``
when nothing was loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from dovecot_conf.errors import DriverError
from dovecot_conf.push import DriverDefinition, PushConfig
from dovecot_conf.versions import Version
from drivers.expansion import expanded_options, expanded_plugin, with_plugin
from drivers.interface import Driver, InitContext
from drivers.log import Log
from drivers.plugins import plugin_problem
from drivers.registry import DriverRegistry
from drivers.report import LogLine
from drivers.scripting import DEFAULT_SCRIPTING, Scripting
from drivers.session_end import SessionEndedError
from drivers.texts import (
    LOADS_DRIVERS_FOR_FAILED_USER,
    MEETS_INTERNAL_USER_FIRST,
    SESSION_FAILURES,
    UNKNOWN_DRIVER,
    USUAL_SESSION_FAILURE,
)
from drivers.user_plugin import UserFailedError, UserPlugin

if TYPE_CHECKING:
    from drivers.session import UserSession


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


Entries = tuple[LoadedDriver | NotLoadedDriver, ...]
"""Definitions in the order in which they were looked at."""


@dataclass(frozen=True)
class Chain:
    """The outcome of loading: every definition in the order it was looked at.

    ``log`` holds what Dovecot logs while loading. ``fatal`` is the error that ends the user session
    before any mail is handled, empty if there is none. ``active`` is False when the plugin is not
    loaded at all: no transaction is watched then. ``user_plugins`` act at the end of the session.
    ``ended``: the whole process has.
    """

    entries: Entries
    log: tuple[LogLine, ...]
    fatal: str = ""
    active: bool = True
    user_plugins: tuple[UserPlugin, ...] = ()
    ended: bool = False

    @cached_property
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
    log: Log | None = None,
    session: UserSession | None = None,
) -> Chain:
    """Load the drivers of a configuration for one user.

    ``variables`` are the values for %-expansion by long name, see ``dovecot_conf.variables``. ``log``
    receives the log lines; without it the chain keeps a log of its own. Secrets in log lines and
    options are hidden unless ``show_secrets``. ``scripting`` is for drivers that run scripts in ``session``;
    without one they only look at them.
    """
    context = InitContext(
        push.version,
        log if log is not None else Log(),
        show_secrets,
        {},
        scripting,
        session.surroundings if session is not None else None,
        session,
        variables,
    )
    first_line = len(context.log.lines)
    loader = _Loader(push, registry, variables, context)
    ended = False
    try:
        entries, fatal = loader.load()
    except SessionEndedError as end:
        end.write(context.log)
        entries, fatal, ended = (), context.log.lines[-1].message, True
    active = plugin_problem(push) is None and not fatal
    plugins = tuple(loader.user_plugins.values())
    return Chain(entries, context.log.lines[first_line:], fatal, active, plugins, ended)


def end_drivers(entries: Entries, session: UserSession) -> None:
    """Call deinit and cleanup of each driver, in chain order."""
    for entry in entries:
        if isinstance(entry, LoadedDriver):
            entry.driver.deinit(session)
            entry.driver.cleanup(session)


class _Loader:
    def __init__(
        self, push: PushConfig, registry: DriverRegistry, variables: Mapping[str, str], context: InitContext
    ) -> None:
        self._push = push
        self._registry = registry
        self._variables = variables
        self._context = context

    @property
    def user_plugins(self) -> Mapping[str, UserPlugin]:
        """The plugins that act for the user."""
        return self._context.user_plugins

    def load(self) -> tuple[Entries, str]:
        push = self._push
        problem = plugin_problem(push)
        plugins = self._wanted_user_plugins()
        if problem is not None and (problem.message or not plugins):
            if problem.message:
                self._context.log.write(problem.level, "", problem.message)
            return self._all_because(problem.reason), problem.message
        if push.version is Version.V23:
            try:
                plugin = expanded_plugin(push, self._variables, show_secrets=self._context.show_secrets)
            except DriverError as error:
                return self._all_because(error.message), self._fail(error.message)
            self._context = replace(self._context, plugin=plugin)
            push = with_plugin(push, plugin)
        refused = self._make_user(plugins)
        if refused and push.version not in LOADS_DRIVERS_FOR_FAILED_USER:
            return self._all_because(refused), self._fail(refused)
        entries = self._all_because(problem.reason) if problem is not None else self._load_drivers(push)
        return entries, self._fail_after_drivers(entries, refused) if refused else ""

    def _wanted_user_plugins(self) -> list[type[UserPlugin]]:
        known = [driver.user_plugin for driver in self._registry if driver.user_plugin is not None]
        return [plugin for plugin in dict.fromkeys(known) if plugin.name in self._push.plugins]

    def _make_user(self, plugins: Iterable[type[UserPlugin]]) -> str:
        """Let the plugins act; return why the user can't be made, '' if it can."""
        made: dict[str, UserPlugin] = {}
        self._context = replace(self._context, user_plugins=made)
        for plugin in plugins:
            try:
                found = plugin.create(self._push, self._context)
            except UserFailedError as error:
                return str(error)
            if found is not None:
                made[plugin.name] = found
        return ""

    def _fail(self, message: str) -> str:
        """Log that the session can't begin, as its process words it; return the text."""
        push, session = self._push, self._context.session
        is_internal = session.is_internal if session else MEETS_INTERNAL_USER_FIRST.get(push.protocol, False)
        failure = SESSION_FAILURES.get((push.protocol, is_internal), USUAL_SESSION_FAILURE)
        self._context.log.write(failure.level, "", failure.prefix + message)
        return failure.prefix + message

    def _fail_after_drivers(self, entries: Entries, message: str) -> str:
        session = self._context.session
        if session is not None and not session.is_internal:
            end_drivers(entries, session)
        return self._fail(message)

    def _load_drivers(self, push: PushConfig) -> Entries:
        entries = self._try_in_order(push.definitions)
        if any(isinstance(entry, LoadedDriver) for entry in entries):
            reason = (
                "an older push_notification_backend setting, read only when no push_notification_driver loads"
            )
            entries += [NotLoadedDriver(definition, reason) for definition in push.fallback]
        else:
            entries += self._try_in_order(push.fallback)
        entries += [NotLoadedDriver(unread.definition, unread.reason) for unread in push.unread]
        return tuple(entries)

    def _all_because(self, reason: str) -> Entries:
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
                prefix = driver_class.settings_prefix
                definition = expanded_options(definition, self._variables, prefix)
            return LoadedDriver(definition, driver_class(definition, self._context))
        except DriverError as error:
            name = definition.driver if version is Version.V23 else driver_class.name
            text = f"{name}: {error.message}"
            log.write_error("", text)
            return NotLoadedDriver(definition, text)


def block_name(definition: DriverDefinition) -> str:
    """Return NAME of a 2.4 block ``push_notification NAME``."""
    return definition.setting.partition("/")[2]
