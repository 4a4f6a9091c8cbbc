"""The changes of a file as a unified diff, which patch takes."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator

from cli.output import printable, writing_to_stdout
from cli.render.secrets import hide
from cli.render.styled import Line, render, wants_color
from dovecot_conf.source import SourceFile, encode

_STYLES = {"+++": "bold", "---": "bold", "@@": "cyan", "+": "green", "-": "red"}
_NO_END = "\\ No newline at end of file"


def write_diff(old: SourceFile, text: str, color: str, *, show_secrets: bool) -> None:
    """Write to stdout how a file changes: byte for byte, or as a terminal can show it.

    Secrets are hidden unless ``show_secrets``; patch finds lines that hold one only with it.
    """
    new = SourceFile(old.path, text)
    if not show_secrets:
        old, new = _without_secrets(old), _without_secrets(new)
    lines = list(_diff(old, new))
    colored = wants_color(color, into_file=False)
    with writing_to_stdout():
        if colored or sys.stdout.isatty():
            styled = (Line().add(printable(line), _style(line)) for line in lines)
            sys.stdout.write(render(styled, colored=colored))
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(encode("".join(f"{line}\n" for line in lines)))


def _diff(old: SourceFile, new: SourceFile) -> Iterator[str]:
    """Yield the lines of the diff; those of a file without a line feed at its end are told as such."""
    before, after = (source.text.split("\n") for source in (old, new))
    marked = [[*(f"{line}\n" for line in lines[:-1]), *lines[-1:]] for lines in (before, after)]
    first, second = ([line for line in lines if line] for lines in marked)
    for line in difflib.unified_diff(first, second, old.path, new.path):
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield _NO_END


def _style(line: str) -> str:
    return next((style for start, style in _STYLES.items() if line.startswith(start)), "")


def _without_secrets(source: SourceFile) -> SourceFile:
    return SourceFile(source.path, "\n".join(map(hide, source.text.split("\n"))))
