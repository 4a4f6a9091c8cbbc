"""The findings of `validate` as text with source lines, and as one line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol

from cli.output import printable, width
from cli.render.secrets import hide, hide_in_sentence, hide_spans, secrets
from cli.render.styled import Line
from dovecot_conf.configuration import Configuration
from dovecot_conf.diagnostics import Applicability, Diagnostic, Edit, Fix, Severity
from dovecot_conf.positions import Span
from dovecot_conf.source import SourceFile
from dovecot_conf.versions import Version

if TYPE_CHECKING:
    from cli.render.lua_secrets import ScriptSecrets

MAX_PART = 160
STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}


class MainFile(Protocol):
    """What is looked at: a configuration, or a script by itself."""

    @property
    def version(self) -> Version:
        """The Dovecot version it is for."""

    @property
    def version_reason(self) -> str:
        """Why that one."""

    @property
    def path(self) -> str:
        """Its path."""

    @property
    def files(self) -> Sequence[SourceFile]:
        """Every file of it, in reading order."""


class Validation(NamedTuple):
    """A main file that was looked at, what was found, and the scripts and other files it may be in.

    ``only``: something was said of these files alone, all of it when there are none.
    """

    main: MainFile
    diagnostics: tuple[Diagnostic, ...]
    scripts: tuple[SourceFile, ...] = ()
    only: tuple[str, ...] = ()
    others: tuple[SourceFile, ...] = ()


@dataclass(frozen=True)
class Validations:
    """All of one run. Secrets are hidden unless ``show_secrets``.

    ``fixed`` is how many findings were fixed before, in ``fixed_files`` files.
    """

    results: tuple[Validation, ...]
    show_secrets: bool = False
    fixed: int = 0
    fixed_files: int = 0

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The findings of all files, each once although several main files may include its place."""
        found: dict[Diagnostic, Diagnostic] = {}
        for result in self.results:
            for item in result.diagnostics:
                found.setdefault(item._replace(fix=None), item)
        if self.show_secrets:
            return tuple(found.values())
        # Many findings may have one and the same fix.
        fixes = {id(item.fix): item.fix for item in found.values() if item.fix is not None}
        hidden = {key: _hidden_fix(fix) for key, fix in fixes.items()}
        return tuple(
            self._without_secrets(item)._replace(fix=hidden.get(id(item.fix))) for item in found.values()
        )

    @cached_property
    def sources(self) -> Mapping[str, SourceFile]:
        """Every file by path, without the scripts of a configuration."""
        return {
            source.path: source for result in self.results for source in (*result.main.files, *result.others)
        }

    @cached_property
    def scripts(self) -> Mapping[str, SourceFile]:
        """Every script by path."""
        return {source.path: source for result in self.results for source in result.scripts}

    def lines(self, path: str) -> Sequence[str]:
        """Return the lines of a file, none for one that isn't known."""
        source = self.scripts.get(path) or self.sources.get(path)
        return source.lines if source is not None else ()

    def included_from(self, path: str) -> Sequence[Span]:
        """Return the includes that led to a file, none for a main file and for scripts."""
        if all(path != result.main.path for result in self.results):
            for result in self.results:
                if isinstance(result.main, Configuration) and (chain := result.main.included_from(path)):
                    return chain
        return ()

    def hidden(self, path: str, number: int) -> Sequence[tuple[int, int]]:
        """Return start and end of what is not to be shown of a line."""
        if self.show_secrets:
            return ()
        script = self._script_secrets(path)
        return tuple(secrets(self.lines(path)[number - 1])) if script is None else script.in_line(number)

    def _without_secrets(self, item: Diagnostic) -> Diagnostic:
        script = self._script_secrets(item.span.file)
        message, hint = item.message, item.hint
        if script is not None:
            message, hint = (script.hide_in_message(text, item.span.line) for text in (message, hint))
        return item._replace(message=hide_in_sentence(message), hint=hide_in_sentence(hint))

    def _script_secrets(self, path: str) -> ScriptSecrets | None:
        if path not in self.scripts:
            return None
        if path not in self._found:
            from cli.render.lua_secrets import ScriptSecrets  # noqa: PLC0415 - only where there is a script

            self._found[path] = ScriptSecrets(self.scripts[path])
        return self._found[path]

    @cached_property
    def _found(self) -> dict[str, ScriptSecrets]:
        return {}


def _hidden_fix(fix: Fix) -> Fix:
    edits = tuple(Edit(edit.span, hide(edit.text)) for edit in fix.edits)
    return fix._replace(title=hide(fix.title), edits=edits)


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
    for item in validations.diagnostics:
        yield from _finding(item, validations)
        yield Line()
    if quiet:
        return
    for result in validations.results:
        yield _closing(result)
        if verbose and isinstance(result.main, Configuration):
            yield from _chains(result.main)
    yield from _fixes(validations)


def counted(findings: int, files: int) -> str:
    """Return ``2 findings in 1 file``."""
    return f"{findings} finding{'s' * (findings != 1)} in {files} file{'s' * (files != 1)}"


def _fixes(validations: Validations) -> Iterator[Line]:
    """Yield how much was fixed, and how much more could be."""
    if validations.fixed:
        yield Line().add(f"fixed {counted(validations.fixed, validations.fixed_files)}", "bold")
    kinds = Counter(item.fix.applicability for item in validations.diagnostics if item.fix is not None)
    sure, guesses = kinds[Applicability.SAFE], kinds[Applicability.UNSAFE]
    if sure:
        more = f", {guesses} more with --unsafe-fixes as well" if guesses else ""
        yield Line().add("[*]", "bold cyan").add(f" {sure} fixable with --fix{more}")
    elif guesses:
        yield Line().add(f"{guesses} fixable with --fix --unsafe-fixes")


def _finding(item: Diagnostic, validations: Validations) -> Iterator[Line]:
    lines = validations.lines(item.span.file)
    yield (
        Line()
        .add(f"{item.severity}[{item.code}]", STYLES[item.severity])
        .add(" [*]" if _is_sure(item) else "", "bold cyan")
        .add(f" {item.name}: {printable(item.message)}", "bold")
    )
    number = item.span.line
    margin = len(str(number))
    yield Line().add(" " * margin + "--> ", "blue").add(printable(str(item.span)))
    if 1 <= number <= len(lines):
        end = item.span.end_column - 1 if item.span.end_line == number else len(lines[number - 1])
        hidden = validations.hidden(item.span.file, number)
        shown, before, marked = _marked_line(lines[number - 1], item.span.column - 1, end, hidden)
        yield Line().add(" " * margin + " |", "blue")
        yield Line().add(f"{number} | ", "blue").add(shown)
        yield (
            Line()
            .add(" " * margin + " | ", "blue")
            .add(" " * before + "^" * max(1, marked), STYLES[item.severity])
        )
    for place in validations.included_from(item.span.file):
        where = f"included from {place.file}:{place.line}"
        yield Line().add(" " * margin + " = ", "blue").add(printable(where))
    if item.hint:
        yield Line().add(" " * margin + " = ", "blue").add(f"help: {printable(item.hint)}")


def _is_sure(item: Diagnostic) -> bool:
    return item.fix is not None and item.fix.applicability is Applicability.SAFE


def _marked_line(line: str, start: int, end: int, hidden: Sequence[tuple[int, int]]) -> tuple[str, int, int]:
    """Return a source line as it can be shown, the columns before the mark and those under it."""
    line, start, end = hide_spans(line.replace("\t", " "), start, end, hidden)
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
    main = result.main
    counts = summary(result.diagnostics)
    files = _files(result)
    dialect = f"read as Dovecot {main.version} ({printable(main.version_reason)})"
    if not result.diagnostics:
        return Line().add("ok: ", "bold green").add(f"{files}, {dialect}")
    found = ", ".join(
        f"{count} {name}{'s' if count != 1 and name != Severity.INFO else ''}"
        for name, count in counts.items()
        if count
    )
    return Line().add(f"{files}, {dialect}: ").add(found, "bold")


def _files(result: Validation) -> str:
    """Return what a result is about."""
    main = printable(result.main.path)
    paths = {source.path for source in result.main.files}
    if result.only:
        return f"{', '.join(map(printable, result.only))} as part of {main}"
    others = len(paths - {result.main.path})
    files = f"{main} and {others} included file{'s' if others > 1 else ''}" if others else main
    if isinstance(result.main, Configuration) and not result.main.whole:
        if result.main.path not in paths:
            files = f"{others} files of {main or './'}"
        files += " by themselves" if others else " by itself"
    return files


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
