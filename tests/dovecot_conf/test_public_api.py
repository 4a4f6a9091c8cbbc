"""What the package offers, and that importing it is light."""

from __future__ import annotations

import subprocess
import sys

import dovecot_conf

EXPORTS = {
    "Applicability", "ConfigError", "Configuration", "Diagnostic", "DictError", "DriverDefinition",
    "DriverError", "DriverOption", "Edit", "Fix", "MailboxError", "MessageError", "MetadataError",
    "OverrideError", "PushConfig", "PushnotifError", "SettingValue", "Settings", "Severity",
    "SourceFile", "Span", "UnreadDefinition", "UserError", "VariableError", "Version", "expand", "load",
    "loads", "print_tree", "user_values",
}  # fmt: skip


def test_exactly_these_names_are_exported() -> None:
    assert set(dovecot_conf.__all__) == EXPORTS
    assert all(hasattr(dovecot_conf, name) for name in EXPORTS)


def test_importing_loads_no_parser_generator() -> None:
    program = "import sys, dovecot_conf; print('pyparsing' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"
