"""One kind of problem of the configuration language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.tree import Flaw
from dovecot_conf.versions import Version

V24_LINES = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
"""What every configuration of 2.4 starts with."""

V23_ONLY = (Version.V23,)
V24_ONLY = (Version.V24,)

DAEMON_ONLY = " (doveconf -n accepts it, but the daemons and doveconf -x refuse the file)"

SAID_BY_DAEMONS = " (doveconf -n doesn't say so, but the daemons do)"


class Example(NamedTuple):
    """A configuration that shows a rule: the main file, a version, other files by relative path."""

    text: str
    version: Version = Version.V23
    files: Mapping[str, str] = MappingProxyType({})


def example24(text: str) -> Example:
    """Return an example for 2.4 with the version lines in front."""
    return Example(V24_LINES + text, Version.V24)


class SyntaxRule(NamedTuple):
    """One kind of problem.

    ``explanation`` is a paragraph for people, ``hint`` says what to do; ``bad`` fires the rule,
    ``good`` is the same thing done right. ``daemon_only``: ``doveconf -n`` doesn't notice.
    ``at_end``: Dovecot finds it when it has read everything, and names no line.
    ``versions`` are those whose configurations can have it.
    """

    code: str
    name: str
    severity: Severity
    explanation: str
    hint: str
    bad: Example
    good: Example
    daemon_only: bool = False
    versions: tuple[Version, ...] = (Version.V23, Version.V24)
    at_end: bool = False

    def diagnose(self, flaw: Flaw) -> Diagnostic:
        """Make the diagnostic of a flaw of this kind, with Dovecot's message."""
        message = flaw.message + DAEMON_ONLY if self.daemon_only else flaw.message
        severity = Severity.INFO if flaw.doubtful else self.severity
        return Diagnostic(self.code, self.name, severity, message, flaw.span, flaw.hint or self.hint)
