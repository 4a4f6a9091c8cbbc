"""The findings of `validate` as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable

from cli.render.diagnostics import Validations, summary
from cli.render.exchange import clean, usable_fix
from dovecot_conf.diagnostics import Diagnostic, Fix
from dovecot_conf.positions import Span


def to_json(validations: Validations) -> str:
    """Return the findings as one JSON document (schema: docs/schemas/validate.schema.json)."""
    versions = {str(result.main.version) for result in validations.results}
    diagnostics = validations.diagnostics
    document = {
        "version": 1,
        "dovecot_version": versions.pop() if len(versions) == 1 else None,
        "files": [clean(path) for path in validations.sources],
        "diagnostics": [
            _item(item) | {"included_from": _places(validations.included_from(item.span.file))}
            for item in diagnostics
        ],
        "summary": summary(diagnostics),
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _item(item: Diagnostic) -> dict[str, object]:
    return {
        "code": item.code,
        "name": item.name,
        "severity": item.severity,
        "message": clean(item.message),
        "file": clean(item.span.file),
        "line": item.span.line,
        "column": item.span.column,
        "end_line": item.span.end_line,
        "end_column": item.span.end_column,
        "hint": clean(item.hint),
        "fix": _fix(fix) if (fix := usable_fix(item)) else None,
    }


def _places(places: Iterable[Span]) -> list[dict[str, object]]:
    return [{"file": clean(place.file), "line": place.line, "column": place.column} for place in places]


def _fix(fix: Fix) -> dict[str, object]:
    return {
        "title": clean(fix.title),
        "applicability": fix.applicability,
        "edits": [
            {
                "file": clean(edit.span.file),
                "line": edit.span.line,
                "column": edit.span.column,
                "end_line": edit.span.end_line,
                "end_column": edit.span.end_column,
                "text": clean(edit.text),
            }
            for edit in fix.edits
        ],
    }
