"""What a lint rule is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from dovecot_conf.diagnostics import Applicability, Diagnostic, Fix, Severity
from dovecot_conf.lint.context import Context
from dovecot_conf.positions import Span
from dovecot_conf.versions import Version


class Rule(ABC):
    """One kind of finding.

    The class docstring is the rule's documentation, in the form that :mod:`dovecot_conf.lint.docs`
    reads: what, why, what Dovecot says, a bad and a good example. ``severity`` is what its findings
    have unless they say otherwise; ``versions`` are the dialects it is about; ``fixes`` are the kinds of
    fixes that they can have. ``local``: what it finds in a file is wrong whatever other files say, so that
    it can judge one file of a conf.d by itself.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    versions: ClassVar[tuple[Version, ...]] = (Version.V23, Version.V24)
    fixes: ClassVar[tuple[Applicability, ...]] = ()
    local: ClassVar[bool] = False

    @abstractmethod
    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Yield the findings in a configuration of one of ``versions``."""

    def found(
        self,
        span: Span,
        message: str,
        *,
        hint: str = "",
        severity: Severity | None = None,
        fix: Fix | None = None,
    ) -> Diagnostic:
        """Make a finding of this rule at ``span``."""
        return Diagnostic(self.code, self.name, severity or self.severity, message, span, hint, fix)
