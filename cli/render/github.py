"""The findings of `validate` as annotations of GitHub Actions: one workflow command each."""

from __future__ import annotations

from cli.output import printable
from cli.render.diagnostics import Validations
from cli.render.exchange import last_place, with_help
from dovecot_conf.diagnostics import Diagnostic, Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_IN_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = _IN_DATA | str.maketrans({":": "%3A", ",": "%2C"})


def to_github(validations: Validations) -> str:
    """Return ``::error file=…,line=…,…::message`` for each finding.

    Columns are left out where a finding has several lines: the runner would drop them. The last column
    is inclusive there.
    """
    return "".join(map(_command, validations.diagnostics))


def _command(item: Diagnostic) -> str:
    span = item.span
    end_line, end_column = last_place(span)
    places = {"line": span.line, "col": span.column, "endLine": end_line, "endColumn": end_column}
    if end_line != span.line:
        places = {"line": span.line, "endLine": end_line}
    properties = {"file": printable(span.file), **places, "title": f"{item.code} {item.name}"}
    written = ",".join(f"{name}={str(value).translate(_IN_PROPERTY)}" for name, value in properties.items())
    return f"::{_COMMANDS[item.severity]} {written}::{with_help(item).translate(_IN_DATA)}\n"
