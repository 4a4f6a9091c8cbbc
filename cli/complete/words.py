"""The words of a command line as shells hand them over."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

from click.shell_completion import split_arg_string

# Where bash divides words, apart from white space and quotes.
_BREAKS = re.compile(r"[=:]+")
_SPECIAL_IN_BASH = re.compile(r"""[\s'"\\$&|;<>()*?\[\]{}#~`!^]""")


class Typed(NamedTuple):
    """The words before the cursor and the one at it, which has ``outside`` before the shell's own word."""

    args: list[str]
    incomplete: str
    outside: str = ""


def typed(words: str, current: int, *, divided: bool = False) -> Typed:
    """Read the words of a command line, of which the one with the number ``current`` is being typed.

    There is one a line, or, as click's own scripts write it, a space between them. ``divided``: the shell
    takes ``--format=json`` for three words, as bash does.
    """
    if "\n" not in words:
        plain = split_arg_string(words)
        return Typed(plain[1:current], plain[current] if current < len(plain) else "")
    raw = words.split("\n")[: current + 1]
    raw += [""] * (current + 1 - len(raw))
    if not divided:
        return Typed([unquoted(word) for word in raw[1:-1]], unquoted(raw[-1]))
    joined = _joined(raw)
    own = "" if _BREAKS.fullmatch(raw[-1]) else raw[-1]
    outside = joined[-1].removesuffix(own) if own else joined[-1]
    args = [unquoted(word) for word in joined[1:-1]]
    return Typed(args, unquoted(joined[-1]), unquoted(outside))


def _joined(raw: list[str]) -> list[str]:
    """Put together what bash divided at ``=`` and ``:``; an empty word begins anew."""
    joined: list[str] = []
    open_ = False
    for number, word in enumerate(raw):
        is_break = _BREAKS.fullmatch(word) is not None
        if number > 1 and word and (is_break or open_):
            joined[-1] += word
        else:
            joined.append(word)
        open_ = is_break
    return joined


def unquoted(word: str) -> str:
    """Return a word without the quotes that it was typed with, which may not be closed yet."""
    return "".join(split_arg_string(word)[:1])


def quoted_for_bash(word: str) -> str:
    """Return a word as it has to stand in a command line of bash."""
    return _SPECIAL_IN_BASH.sub(lambda match: f"\\{match[0]}", word)


def paths(beginning: str, *, only_folders: bool) -> list[str]:
    """Return the files, and the folders with a ``/``, whose paths begin so."""
    folder, _, name = beginning.rpartition("/")
    place = Path(f"{folder}/") if "/" in beginning else Path()
    found = []
    try:
        with os.scandir(place.expanduser()) as entries:
            for entry in entries:
                wanted = entry.name.startswith(name) and (name or not entry.name.startswith("."))
                if wanted and (entry.is_dir() or not only_folders):
                    path = beginning[: len(beginning) - len(name)] + entry.name
                    found.append(f"{path}/" if entry.is_dir() else path)
    except (OSError, RuntimeError):
        return []
    return sorted(found)
