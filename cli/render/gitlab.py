"""The findings of `validate` as a code quality report of GitLab."""

from __future__ import annotations

import json

from cli.output import printable
from cli.render.diagnostics import Validations
from cli.render.exchange import clean, fingerprints, from_base, last_place
from dovecot_conf.diagnostics import Diagnostic, Severity

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def to_gitlab(validations: Validations, base: str) -> str:
    """Return an array of issues, with paths as seen from the folder ``base``."""
    found = zip(validations.diagnostics, fingerprints(validations, base), strict=True)
    issues = [_issue(item, fingerprint, base) for item, fingerprint in found]
    return json.dumps(issues, ensure_ascii=False, indent=2) + "\n"


def _issue(item: Diagnostic, fingerprint: str, base: str) -> dict[str, object]:
    hint = f" ({printable(item.hint)})" if item.hint else ""
    return {
        "type": "issue",
        "description": f"{item.code} {printable(item.message)}{hint}",
        "check_name": item.name,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[item.severity],
        "categories": ["Bug Risk"],
        "location": {
            "path": clean(from_base(item.span.file, base)),
            "lines": {"begin": item.span.line, "end": last_place(item.span)[0]},
        },
    }
