"""Finding the few lines of a text that make a difference, by leaving out lines (delta debugging)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.fuzz.texts import Text

Lines = Sequence[bytes]


def minimise(text: Text, still: Callable[[Text], bool]) -> Text:
    """Return a text with as few files and lines as possible for which ``still`` holds.

    ``still`` must hold for ``text`` itself.
    """
    for name in sorted(text.files):
        without = replace(text, files={other: text.files[other] for other in text.files if other != name})
        if still(without):
            text = without
    main = b"\n".join(
        _fewest(text.main.split(b"\n"), lambda lines: still(replace(text, main=b"\n".join(lines))))
    )
    text = replace(text, main=main)
    for name in sorted(text.files):
        files = dict(text.files)

        def holds(lines: Lines, name: str = name, files: dict[str, bytes] = files, text: Text = text) -> bool:
            return still(replace(text, files=files | {name: b"\n".join(lines)}))

        fewest = b"\n".join(_fewest(files[name].split(b"\n"), holds))
        text = replace(text, files=files | {name: fewest})
    return text


def _fewest(lines: Lines, holds: Callable[[Lines], bool]) -> Lines:
    """Leave out ever smaller stretches of lines as long as ``holds``."""
    size = max(1, len(lines) // 2)
    while True:
        start, changed = 0, False
        while start < len(lines):
            fewer = [*lines[:start], *lines[start + size :]]
            if fewer and holds(fewer):
                lines, changed = fewer, True
            else:
                start += size
        if size == 1 and not changed:
            return lines
        size = max(1, size // 2)
