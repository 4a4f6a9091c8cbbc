"""Dovecot configuration: text, syntax tree, effective settings, diagnostics.

:func:`load` reads a configuration as Dovecot 2.3.19.1 or 2.4.1 does and returns a
:class:`Configuration`: its tree, its problems, the settings and push notification drivers of a protocol.
"""

from dovecot_conf.configuration import Configuration
from dovecot_conf.diagnostics import Diagnostic, Edit, Fix, Severity
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
from dovecot_conf.tree import print_tree
from dovecot_conf.variables import expand, user_values
from dovecot_conf.versions import Version

__all__ = [
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
