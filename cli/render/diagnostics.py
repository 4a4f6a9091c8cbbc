"""The findings of `validate` as text with source lines, and as one line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cli.output import printable, width
from cli.render.secrets import hide, hide_in_sentence, hide_marked
from cli.render.styled import Line
from dovecot_conf.configuration import Configuration
from dovecot_conf.diagnostics import Diagnostic, Edit, Fix, Severity
from dovecot_conf.source import SourceFile

MAX_PART = 160
STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}


class Validation(NamedTuple):
    """A main file that was looked at, and what was found."""

    configuration: Configuration
    diagnostics: tuple[Diagnostic, ...]


class Validations(NamedTuple):
    """All of one run. Secrets are hidden unless ``show_secrets``."""

    results: tuple[Validation, ...]
    show_secrets: bool = False

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The findings of all files, each once although several main files may include its place."""
        found = dict.fromkeys(item for result in self.results for item in result.diagnostics)
        return tuple(found if self.show_secrets else map(_without_secrets, found))

    @property
    def sources(self) -> Mapping[str, SourceFile]:
        """Every file by path."""
        return {source.path: source for result in self.results for source in result.configuration.files}


def _without_secrets(item: Diagnostic) -> Diagnostic:
    fix = item.fix and Fix(
        hide(item.fix.title), tuple(Edit(edit.span, hide(edit.text)) for edit in item.fix.edits)
    )
    return item._replace(message=hide_in_sentence(item.message), hint=hide_in_sentence(item.hint), fix=fix)


def concise(validations: Validations) -> str:
    """Return ``path:line:column: CODE message`` for each finding."""
    return "".join(
        printable(f"{item.span}: {item.code} {item.message}") + "\n" for item in validations.diagnostics
    )


def statistics(validations: Validations) -> str:
    """Return how often each rule fired, the most frequent first."""
    counts = Counter((item.code, item.name, item.severity) for item in validations.diagnostics)
    ordered = sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))
    return "".join(f"{count:6}  {code}  {name} ({severity})\n" for (code, name, severity), count in ordered)


def text(validations: Validations, *, quiet: bool, verbose: bool) -> Iterator[Line]:
    """Yield the findings with their source lines, then a line about each main file.

    ``quiet`` leaves the latter out, ``verbose`` adds the driver chain of each protocol.
    """
    sources = validations.sources
    for item in validations.diagnostics:
        source = sources.get(item.span.file)
        lines = source.lines if source is not None else ()
        yield from _finding(item, lines, validations.show_secrets)
        yield Line()
    if quiet:
        return
    for result in validations.results:
        yield _closing(result)
        if verbose:
            yield from _chains(result.configuration)


def _finding(item: Diagnostic, lines: Sequence[str], show_secrets: bool) -> Iterator[Line]:
    yield (
        Line()
        .add(f"{item.severity}[{item.code}]", STYLES[item.severity])
        .add(f" {item.name}: {printable(item.message)}", "bold")
    )
    number = item.span.line
    margin = len(str(number))
    yield Line().add(" " * margin + "--> ", "blue").add(printable(str(item.span)))
    if 1 <= number <= len(lines):
        end = item.span.end_column - 1 if item.span.end_line == number else len(lines[number - 1])
        shown, before, marked = _marked_line(lines[number - 1], item.span.column - 1, end, show_secrets)
        yield Line().add(" " * margin + " |", "blue")
        yield Line().add(f"{number} | ", "blue").add(shown)
        yield (
            Line()
            .add(" " * margin + " | ", "blue")
            .add(" " * before + "^" * max(1, marked), STYLES[item.severity])
        )
    if item.hint:
        yield Line().add(" " * margin + " = ", "blue").add(f"help: {printable(item.hint)}")


def _marked_line(line: str, start: int, end: int, show_secrets: bool) -> tuple[str, int, int]:
    """Return a source line as it can be shown, the columns before the mark and those under it."""
    line = line.replace("\t", " ")
    if not show_secrets:
        line, start, end = hide_marked(line, start, end)
    before, marked, after = _cut(line[:start], line[start:end], line[end:].rstrip())
    return before + marked + after, width(before), width(marked)


def _cut(before: str, marked: str, after: str) -> tuple[str, str, str]:
    """Return the three parts of a source line for the terminal; of long ones what is next to the mark."""
    return (
        ("…" if len(before) > MAX_PART else "") + printable(before[-MAX_PART:]),
        printable(marked[:MAX_PART]) + ("…" if len(marked) > MAX_PART else ""),
        printable(after[:MAX_PART]) + ("…" if len(after) > MAX_PART else ""),
    )


def _closing(result: Validation) -> Line:
    configuration = result.configuration
    counts = summary(result.diagnostics)
    included = len({source.path for source in configuration.files}) - 1
    files = printable(configuration.path)
    if included:
        files += f" and {included} included file{'s' if included > 1 else ''}"
    dialect = f"read as Dovecot {configuration.version} ({printable(configuration.version_reason)})"
    if not result.diagnostics:
        return Line().add("ok: ", "bold green").add(f"{files}, {dialect}")
    found = ", ".join(
        f"{count} {name}{'s' if count != 1 and name != Severity.INFO else ''}"
        for name, count in counts.items()
        if count
    )
    return Line().add(f"{files}, {dialect}: ").add(found, "bold")


def _chains(configuration: Configuration) -> Iterator[Line]:
    for protocol in configuration.protocols():
        push = configuration.push(protocol)
        if "push_notification" not in push.plugins:
            continue
        names = ", ".join(definition.driver for definition in push.definitions or push.fallback)
        yield Line().add(f"  {printable(protocol)}: {printable(names) or 'no driver'}")


def summary(diagnostics: Iterable[Diagnostic]) -> dict[str, int]:
    """Return the number of findings by severity."""
    counts = Counter(item.severity for item in diagnostics)
    return {str(severity): counts[severity] for severity in Severity}
