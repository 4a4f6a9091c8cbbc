"""The catalogue of rules as text and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby

from cli.render.diagnostics import STYLES
from cli.render.rule_pages import fix_sentence, page_name
from cli.render.styled import Line
from dovecot_conf.lint import FAMILIES
from dovecot_conf.lint.docs import Example
from dovecot_conf.lint.entries import Entry


def catalogue(entries: Sequence[Entry]) -> Iterator[Line]:
    """Yield one line for each rule, under the name of its family."""
    code_width = max(len(entry.code) for entry in entries)
    name_width = max(len(entry.name) for entry in entries)
    for number, (family, members) in enumerate(groupby(entries, key=lambda entry: entry.family)):
        if number:
            yield Line()
        yield Line().add(f"{family}xx {FAMILIES[family]}", "bold")
        for entry in members:
            yield (
                Line()
                .add(f"  {entry.code:{code_width}}  {entry.name:{name_width}}  ")
                .add(f"{entry.severity:7}", STYLES[entry.severity])
                .add(f"  {entry.doc.summary}")
            )


def explanation(entry: Entry) -> Iterator[Line]:
    """Yield everything that is known about one rule."""
    versions = " and ".join(entry.versions)
    yield (
        Line()
        .add(f"{entry.code} {entry.name}", "bold")
        .add(" (")
        .add(str(entry.severity), STYLES[entry.severity])
        .add(f", Dovecot {versions})")
    )
    yield Line().add(f"{entry.family}xx {FAMILIES[entry.family]}")
    yield Line()
    for line in (entry.doc.summary, *(("", entry.doc.explanation) if entry.doc.explanation else ())):
        yield from (Line().add(part) for part in line.split("\n"))
    if entry.fixes:
        yield Line()
        yield Line().add("Fix: ", "bold").add(fix_sentence(entry.fixes))
    yield from _examples("Bad", entry.doc.bad)
    for version in dict.fromkeys(version for version, _ in entry.doc.says):
        yield Line()
        yield Line().add(f"Dovecot {version} says:", "bold")
        for said, text in entry.doc.says:
            if said == version:
                yield Line().add(f"    {text}")
    yield from _examples("Good", entry.doc.good)
    if entry.doc.fix:
        yield Line()
        yield Line().add("How to fix:", "bold")
        yield from (Line().add(f"    {line}") for line in entry.doc.fix.splitlines())
    yield Line()
    comment = f"# pushnotif: ignore[{entry.code}] on the line or above (a Lua script: --)"
    yield Line().add("How to silence: ", "bold").add(comment)
    yield Line().add("Page: ", "bold").add(f"docs/rules/{page_name(entry.code)}")


def _examples(title: str, examples: Sequence[Example]) -> Iterator[Line]:
    for example in examples:
        yield Line()
        yield Line().add(f"{title}, Dovecot {example.version}:", "bold")
        yield from (Line().add(f"    {line}" if line else "") for line in example.shown.splitlines())
    files = dict(file for example in examples for file in example.files)
    for path, content in files.items():
        yield Line()
        yield Line().add(f"with {path}:", "bold")
        yield from (Line().add(f"    {line}" if line else "") for line in content.splitlines())


def to_json(entries: Sequence[Entry]) -> str:
    """Return rules as one JSON document (schema: docs/schemas/rules.schema.json)."""
    document = {"version": 1, "rules": [_entry(entry) for entry in entries]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _entry(entry: Entry) -> dict[str, object]:
    return {
        "code": entry.code,
        "name": entry.name,
        "family": FAMILIES[entry.family],
        "severity": entry.severity,
        "dovecot_versions": list(entry.versions),
        "fixes": list(entry.fixes),
        "summary": entry.doc.summary,
        "explanation": entry.doc.explanation,
        "dovecot_says": [{"dovecot_version": version, "line": line} for version, line in entry.doc.says],
        "how_to_fix": entry.doc.fix,
        "bad": [_example(example) for example in entry.doc.bad],
        "good": [_example(example) for example in entry.doc.good],
    }


def _example(example: Example) -> dict[str, object]:
    return {"dovecot_version": example.version, "text": example.shown, "files": dict(example.files)}
