"""PN310 driver-unknown."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf import plugin_names
from dovecot_conf.diagnostics import Applicability, Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.lint.fixes.chain import section_at, section_name
from dovecot_conf.lint.fixes.making import CHAIN_GROUP, replaced
from dovecot_conf.near import advice, advised, nearest
from dovecot_conf.positions import Span
from dovecot_conf.push import DriverDefinition
from dovecot_conf.versions import Version

_BUILT_IN = ("dlog", "ox", "lua")
_THIRD_PARTY = {
    "xaps": "xaps_push_notification",
    "kafka": "push_notification_kafka",
    "chronos": "push_notification_chronos",
    "webpush": "webpush",
}
"""Drivers of other makers, and the plugin that brings each."""


_SERVICES = ("apns", "fcm", "gotify", "http", "mqtt", "ntfy", "slack", "telegram", "webhook")
"""What no driver is known for, and a script for the driver lua can do."""


class DriverUnknown(Rule):
    """A driver is named that Dovecot does not have.

    Dovecot has `dlog`, `ox` and, with the plugin `push_notification_lua`, `lua`. An unknown driver is
    not loaded, and neither are those behind it. A driver of another maker (`xaps`, `kafka` …) needs
    its own plugin in `mail_plugins`: without it this is a warning, with it an information, since
    nothing is known of its options.

    Bad:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlgo
    }
    ```

    ```2.4
    mail_plugins = notify push_notification
    push_notification dlgo {
    }
    ```

    Dovecot says:

    ```2.3
    Error: Unknown push notification driver: dlgo
    ```

    ```2.4
    Error: Unable to identify push notification driver 'dlgo': Name does not match any registered drivers
    ```

    Good:

    ```2.3
    mail_plugins = notify push_notification
    plugin {
      push_notification_driver = dlog
    }
    ```

    ```2.4
    mail_plugins = notify push_notification
    push_notification dlog {
    }
    ```

    How to fix:

    Correct the name of the driver. For one of another maker, add the plugin that brings it to
    `mail_plugins`.
    """

    code = "PN310"
    name = "driver-unknown"
    severity = Severity.ERROR
    fixes = (Applicability.UNSAFE,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Compare each driver's name with the known ones."""
        for definition, protocols in context.definitions:
            name = definition.driver
            if name.lower() in _BUILT_IN:
                continue
            span = _name_span(definition, context.version)
            if context.unclear_driver(definition, protocols[0]):
                yield self.found(span, "can't tell which driver this is", severity=Severity.INFO)
                continue
            plugins = {plugin for protocol in protocols for plugin in context.plugins(protocol)}
            finding = self._judge(span, definition, plugins, context.version)
            near = advised(finding.hint)
            place = _written_name(context, definition, protocols[0]) if near else None
            fix = (
                replaced(place, name, near, Applicability.UNSAFE, CHAIN_GROUP) if place is not None else None
            )
            yield finding._replace(fix=fix)

    def _judge(
        self, span: Span, definition: DriverDefinition, plugins: set[str], version: Version
    ) -> Diagnostic:
        name = definition.driver
        others = plugins.difference(plugin_names.plugins(version))
        brought_by = sorted(plugin for plugin in others if name.lower() in plugin.lower().split("_"))
        if brought_by:
            text = f"driver {name} is not part of Dovecot; {brought_by[0]} may bring it"
            return self.found(span, text, severity=Severity.INFO)
        plugin = _THIRD_PARTY.get(name.lower(), "")
        if plugin:
            text = f"driver {name} is not part of Dovecot, and no plugin of that name is loaded"
            package = plugin_names.third_party(plugin, version)
            hint = f"it comes with {package}: add its plugin ({plugin}) to mail_plugins"
            return self.found(span, text, hint=hint, severity=Severity.WARNING)
        from drivers.registry import DriverRegistry  # noqa: PLC0415 - drivers of a site are seldom asked for

        if DriverRegistry.installed().find(name) is not None:
            text = f"driver {name} is not part of Dovecot, but installed here for pushnotif"
            return self.found(span, text, severity=Severity.INFO)
        text = f"unknown driver '{name}': it is not loaded, and neither are the drivers behind it"
        return self.found(span, text, hint=_hint(definition, version))


def _hint(definition: DriverDefinition, version: Version) -> str:
    """Return what to do about a name that is nobody's."""
    name = definition.driver
    words = name.replace(",", " ").split()
    if version is Version.V23 and len(words) > 1 and words[0].lower() in (*_BUILT_IN, *_THIRD_PARTY):
        return "each setting takes one driver: the next one is push_notification_driver2"
    if name.lower() in _SERVICES:
        return "no driver is known for it: a script for the driver lua can do this"
    near = nearest(name.strip().lower(), (*_BUILT_IN, *_THIRD_PARTY))
    hint = advice(near) or f"Dovecot has {', '.join(_BUILT_IN)}"
    if not near and version is Version.V24 and definition.setting.endswith(f"/{name}"):
        hint += "; without 'driver = ' in the block its name is the driver"
    return hint


def _written_name(context: Context, definition: DriverDefinition, protocol: str) -> Span | None:
    """Return where the name of a driver is written: in 2.4 in its block, or as the block's own name."""
    if context.version is Version.V23:
        return _name_span(definition, context.version)
    value = context.settings[protocol].get(f"{definition.setting}/driver")
    if value is not None and value.node is not None:
        return value.span
    section = section_at(context, definition.span)
    return section_name(section) if section is not None else None


def _name_span(definition: DriverDefinition, version: Version) -> Span:
    """Return where the name stands at the beginning of a 2.3 setting; else the place of the definition."""
    span, text = definition.span, definition.text
    width = span.end_column - span.column
    if version is Version.V24 or text is None or span.line != span.end_line or width != len(text):
        return span
    return Span(span.file, span.line, span.column, span.line, span.column + len(definition.driver))
