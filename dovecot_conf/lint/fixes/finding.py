"""What the fix of a problem of the language is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dovecot_conf.configuration import Configuration
from dovecot_conf.diagnostics import Applicability, Diagnostic, Fix
from dovecot_conf.tree import Setting, Statement

SAFE = (Applicability.SAFE,)
UNSAFE = (Applicability.UNSAFE,)
BOTH = (Applicability.SAFE, Applicability.UNSAFE)


class Finding(NamedTuple):
    """A problem, the statement in its line, the one that follows in the file, and the configuration."""

    diagnostic: Diagnostic
    node: Statement
    following: Statement | None
    configuration: Configuration

    @property
    def setting(self) -> Setting | None:
        """The statement if it is a setting."""
        return self.node if isinstance(self.node, Setting) else None


class Fixer(NamedTuple):
    """How the findings of the rule ``code`` are fixed, and which kinds of fixes that can be."""

    code: str
    applicabilities: tuple[Applicability, ...]
    make: Callable[[Finding], Fix | None]
