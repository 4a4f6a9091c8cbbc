"""Dovecot configuration: text, syntax tree, effective settings, diagnostics."""
