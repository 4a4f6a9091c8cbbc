"""The findings of `validate` as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable

from cli.render.diagnostics import Validations, summary
from cli.render.exchange import clean as _clean
from dovecot_conf.diagnostics import Diagnostic, Fix
from dovecot_conf.positions import Span


def to_json(validations: Validations) -> str:
    """Return the findings as one JSON document (schema: docs/schemas/validate.schema.json)."""
    versions = {str(result.main.version) for result in validations.results}
    diagnostics = validations.diagnostics
    document = {
        "version": 1,
        "dovecot_version": versions.pop() if len(versions) == 1 else None,
        "files": [_clean(path) for path in validations.sources],
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
        "message": _clean(item.message),
        "file": _clean(item.span.file),
        "line": item.span.line,
        "column": item.span.column,
        "end_line": item.span.end_line,
        "end_column": item.span.end_column,
        "hint": _clean(item.hint),
        "fix": _fix(item.fix) if item.fix else None,
    }


def _places(places: Iterable[Span]) -> list[dict[str, object]]:
    return [{"file": _clean(place.file), "line": place.line, "column": place.column} for place in places]


def _fix(fix: Fix) -> dict[str, object]:
    return {
        "title": _clean(fix.title),
        "applicability": fix.applicability,
        "edits": [
            {
                "file": _clean(edit.span.file),
                "line": edit.span.line,
                "column": edit.span.column,
                "end_line": edit.span.end_line,
                "end_column": edit.span.end_column,
                "text": _clean(edit.text),
            }
            for edit in fix.edits
        ],
    }
