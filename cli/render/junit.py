"""The findings of `validate` as a JUnit report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from xml.sax.saxutils import escape, quoteattr

from cli.output import printable
from cli.render.diagnostics import Validations
from cli.render.exchange import with_help
from dovecot_conf.diagnostics import Diagnostic

Failing = Callable[[Diagnostic], bool]


def to_junit(validations: Validations, failing: Failing) -> str:
    """Return a document with a suite for each file, and in it a test case for each finding.

    A finding that is ``failing`` is a failure, another one counts as skipped: the report fails when
    the run does. A file without findings has one test case, which passes.
    """
    by_file: dict[str, list[Diagnostic]] = {path: [] for path in (*validations.sources, *validations.scripts)}
    for item in validations.diagnostics:
        by_file.setdefault(item.span.file, []).append(item)
    counts = _counts(validations.diagnostics, failing, sum(max(1, len(items)) for items in by_file.values()))
    lines = (
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="pushnotif" {counts}>',
        *chain.from_iterable(_suite(path, items, failing) for path, items in by_file.items()),
        "</testsuites>",
    )
    return "\n".join(lines) + "\n"


def _suite(path: str, items: list[Diagnostic], failing: Failing) -> Iterator[str]:
    file = _quoted(path)
    yield f"  <testsuite name={file} {_counts(items, failing, max(1, len(items)))}>"
    for item in items:
        kind = "failure" if failing(item) else "skipped"
        name = _quoted(f"{item.code} {item.name} ({item.span.line}:{item.span.column})")
        text = f"{printable(str(item.span))}: {item.severity}: {with_help(item)}"
        yield f'    <testcase name={name} classname={file} file={file} line="{item.span.line}" time="0">'
        yield f'      <{kind} type="{item.severity}" message={_quoted(item.message)}>{escape(text)}</{kind}>'
        yield "    </testcase>"
    if not items:
        yield f'    <testcase name="no findings" classname={file} file={file} time="0"/>'
    yield "  </testsuite>"


def _counts(items: Iterable[Diagnostic], failing: Failing, tests: int) -> str:
    failures = [failing(item) for item in items]
    skipped = len(failures) - sum(failures)
    return f'tests="{tests}" failures="{sum(failures)}" errors="0" skipped="{skipped}" time="0"'


def _quoted(text: str) -> str:
    """Return one line as the value of an attribute; what XML can't hold is escaped as on a terminal."""
    return quoteattr(printable(text))
