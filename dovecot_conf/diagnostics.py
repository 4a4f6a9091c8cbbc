"""What a lint run says: diagnostics with a place, a code and sometimes a fix."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from dovecot_conf.positions import Span


class Severity(StrEnum):
    """How bad a finding is.

    *error*: Dovecot refuses the file or a notification is surely lost; *warning*: it runs, but
    surely not as meant; *info*: worth knowing.
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Edit(NamedTuple):
    """Replace the text of ``span`` by ``text``."""

    span: Span
    text: str


class Applicability(StrEnum):
    """Whether a fix can be made without asking.

    *safe*: Dovecot does what was obviously meant, or the same as before, and nothing that says
    something is lost. *unsafe*: a guess, a change of what a running server does, or a removal.
    """

    SAFE = "safe"
    UNSAFE = "unsafe"


class Fix(NamedTuple):
    """Edits that, done together, remove the finding.

    Of the fixes that bear the same ``group``, such as those of the numbers of a chain, only one is made
    at a time: each was worked out as if nothing else changed.
    """

    title: str
    edits: tuple[Edit, ...]
    applicability: Applicability = Applicability.UNSAFE
    group: str = ""


class Diagnostic(NamedTuple):
    """One finding: rule ``code`` and ``name``, its severity, text, place, and what to do."""

    code: str
    name: str
    severity: Severity
    message: str
    span: Span
    hint: str = ""
    fix: Fix | None = None
