"""The findings of `validate` as SARIF 2.1.0."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from cli.output import printable
from cli.render.diagnostics import Validations
from cli.render.exchange import clean, fingerprints, from_base, usable_fix, with_help
from cli.render.rule_pages import page, plain
from dovecot_conf.diagnostics import Diagnostic, Edit, Fix, Severity
from dovecot_conf.lint import FAMILIES
from dovecot_conf.lint.entries import Entry
from dovecot_conf.positions import Span
from dovecot_conf.source import encode

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
FINGERPRINT = "finding/v1"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}


def to_sarif(validations: Validations, rules: Sequence[Entry], program_version: str, base: str) -> str:
    """Return the findings as one log file; ``rules`` are those that could fire, by their codes.

    Paths inside the folder ``base`` are relative to it, as the root of the sources.
    """
    numbers = {entry.code: number for number, entry in enumerate(rules)}
    found = zip(validations.diagnostics, fingerprints(validations, base), strict=True)
    run = {
        "tool": {
            "driver": {
                "name": "pushnotif",
                "version": program_version,
                "semanticVersion": program_version,
                "rules": [_rule(entry) for entry in rules],
            }
        },
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the checked out sources."}}},
        "results": [
            _result(item, fingerprint, numbers, base, validations.included_from(item.span.file))
            for item, fingerprint in found
        ],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _rule(entry: Entry) -> dict[str, object]:
    summary = plain(entry.doc.summary)
    family = FAMILIES[entry.family]
    return {
        "id": entry.code,
        "name": entry.name,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": plain(f"{entry.doc.summary}\n\n{entry.doc.explanation}")},
        "help": {"text": plain(page(entry)), "markdown": page(entry)},
        "defaultConfiguration": {"level": _LEVELS[entry.severity]},
        "properties": {
            "family": family,
            "dovecotVersions": list(entry.versions),
            "problem.severity": _PROBLEMS[entry.severity],
            "tags": ["dovecot", family],
        },
    }


def _result(
    item: Diagnostic, fingerprint: str, numbers: Mapping[str, int], base: str, included: Sequence[Span]
) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": item.code,
        "ruleIndex": numbers[item.code],
        "level": _LEVELS[item.severity],
        "message": {"text": with_help(item)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(item.span.file, base),
                    "region": _region(item.span),
                }
            }
        ],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    }
    if included:
        result["relatedLocations"] = [_include(number, span, base) for number, span in enumerate(included, 1)]
    fix = usable_fix(item)
    if fix is not None:
        result["fixes"] = [_fix(fix, base)]
    return result


def _include(number: int, span: Span, base: str) -> dict[str, object]:
    return {
        "id": number,
        "message": {"text": "included from here"},
        "physicalLocation": {"artifactLocation": _artifact(span.file, base), "region": _region(span)},
    }


def _fix(fix: Fix, base: str) -> dict[str, object]:
    by_file: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        by_file.setdefault(edit.span.file, []).append(edit)
    return {
        "description": {"text": f"{printable(fix.title)} ({fix.applicability})"},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path, base),
                "replacements": [
                    {"deletedRegion": _region(edit.span), "insertedContent": {"text": clean(edit.text)}}
                    for edit in edits
                ],
            }
            for path, edits in by_file.items()
        ],
    }


def _artifact(path: str, base: str) -> dict[str, object]:
    seen = from_base(path, base)
    uri = quote(encode(seen))
    return {"uri": f"file:///{uri.lstrip('/')}"} if seen.startswith("/") else {"uri": uri, "uriBaseId": ROOT}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
