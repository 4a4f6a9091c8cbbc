"""What the formats for other programs have in common: clean text, paths from a base, fingerprints."""

from __future__ import annotations

import os.path
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from cli.output import printable
from cli.render.secrets import HIDDEN
from dovecot_conf.diagnostics import Diagnostic, Fix
from dovecot_conf.positions import Span
from dovecot_conf.source import encode

if TYPE_CHECKING:
    from cli.render.diagnostics import Validations


def clean(text: str) -> str:
    """Return text that JSON can carry: bytes that are no UTF-8 are replaced."""
    return encode(text).decode("utf-8", "replace")


def with_help(item: Diagnostic) -> str:
    """Return the message of a finding, and in a line of its own what to do."""
    return "\n".join(map(printable, (item.message, f"help: {item.hint}") if item.hint else (item.message,)))


def usable_fix(item: Diagnostic) -> Fix | None:
    """Return the fix of a finding, None where a secret in it was hidden: it would go out of the file."""
    if item.fix is None or any(HIDDEN in edit.text for edit in item.fix.edits):
        return None
    return item.fix


def from_base(path: str, base: str) -> str:
    """Return a path as seen from the folder ``base``, which is absolute.

    Inside of it the path is relative, without ``./``; outside it is absolute. CI systems join it with
    the root of the checkout.
    """
    whole = os.path.normpath(os.path.join(base, path))
    start = base.rstrip("/") + "/"
    return whole.removeprefix(start)


def last_place(span: Span) -> tuple[int, int]:
    """Return line and column of the last character of a stretch; of an empty one where it is."""
    column = span.end_column - 1
    return span.end_line, max(column, span.column) if span.end_line == span.line else max(column, 1)


def fingerprints(validations: Validations, base: str) -> Iterator[str]:
    """Yield a fingerprint for each finding: unique in the run, and the same when lines move.

    It is made of the code, the path from ``base``, the text of the line without its layout and its
    secrets, and the number of findings before it with all of these.
    """
    from hashlib import sha256  # noqa: PLC0415 - only where there is something to report

    hiding = replace(validations, show_secrets=False)
    seen: Counter[tuple[str, str, str]] = Counter()
    for item in validations.diagnostics:
        line = " ".join(bare_line(hiding, item.span).split())
        key = (item.code, from_base(item.span.file, base), line)
        seen[key] += 1
        yield sha256(encode("\0".join((*key, str(seen[key]))))).hexdigest()


def bare_line(hiding: Validations, span: Span) -> str:
    """Return the line of a finding without its secrets, '' where there is none."""
    lines = hiding.lines(span.file)
    if not 1 <= span.line <= len(lines):
        return ""
    line = lines[span.line - 1]
    for start, end in reversed(hiding.hidden(span.file, span.line)):
        line = line[:start] + HIDDEN + line[end:]
    return line
