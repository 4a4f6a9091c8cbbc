"""Dovecot configuration: text, syntax tree, effective settings, diagnostics.

:func:`load` reads a configuration as Dovecot 2.3.19.1 or 2.4.1 does and returns a
:class:`Configuration`: its tree, its problems, the settings and push notification drivers of a protocol.

The names are imported when they are first asked for (PEP 562), so that who needs one module of the
package doesn't load all of it.

A short call, such as ``pushnotif metadata set``, takes hardly longer than the loading of its modules. So
what every reading of a configuration needs is quick to define: values derive from
:class:`dovecot_conf.value.Value` (NamedTuples where thousands are made), what grows while it is read are
plain classes, and what only mistakes or rare settings need is imported where it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dovecot_conf.configuration import Configuration
    from dovecot_conf.diagnostics import Applicability, Diagnostic, Edit, Fix, Severity
    from dovecot_conf.errors import (
        ConfigError,
        DictError,
        DriverError,
        MailboxError,
        MessageError,
        MetadataError,
        OverrideError,
        PushnotifError,
        UserError,
        VariableError,
    )
    from dovecot_conf.loading import load, loads
    from dovecot_conf.positions import Span
    from dovecot_conf.push import DriverDefinition, DriverOption, PushConfig, UnreadDefinition
    from dovecot_conf.scopes import SettingValue
    from dovecot_conf.settings import Settings
    from dovecot_conf.source import SourceFile
    from dovecot_conf.tree_text import print_tree
    from dovecot_conf.variables import expand, user_values
    from dovecot_conf.versions import Version

__all__ = [
    "Applicability",
    "ConfigError",
    "Configuration",
    "Diagnostic",
    "DictError",
    "DriverDefinition",
    "DriverError",
    "DriverOption",
    "Edit",
    "Fix",
    "MailboxError",
    "MessageError",
    "MetadataError",
    "OverrideError",
    "PushConfig",
    "PushnotifError",
    "SettingValue",
    "Settings",
    "Severity",
    "SourceFile",
    "Span",
    "UnreadDefinition",
    "UserError",
    "VariableError",
    "Version",
    "expand",
    "load",
    "loads",
    "print_tree",
    "user_values",
]

_MODULES = {
    "configuration": ("Configuration",),
    "diagnostics": ("Applicability", "Diagnostic", "Edit", "Fix", "Severity"),
    "errors": (
        "ConfigError",
        "DictError",
        "DriverError",
        "MailboxError",
        "MessageError",
        "MetadataError",
        "OverrideError",
        "PushnotifError",
        "UserError",
        "VariableError",
    ),
    "loading": ("load", "loads"),
    "positions": ("Span",),
    "push": ("DriverDefinition", "DriverOption", "PushConfig", "UnreadDefinition"),
    "scopes": ("SettingValue",),
    "settings": ("Settings",),
    "source": ("SourceFile",),
    "tree_text": ("print_tree",),
    "variables": ("expand", "user_values"),
    "versions": ("Version",),
}
_HOMES = {name: f"dovecot_conf.{module}" for module, names in _MODULES.items() for name in names}

if not TYPE_CHECKING:  # a type checker would take every name for one that exists

    def __getattr__(name: str) -> object:
        """Import a public name from its module."""
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module 'dovecot_conf' has no attribute '{name}'")
        value = globals()[name] = getattr(import_module(home), name)
        return value


def __dir__() -> list[str]:
    """Return the public names and those of the module itself."""
    return sorted({*__all__, *globals()})
