"""Patterns for files of a repository, as in a ``.gitignore``."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

_TOKEN = re.compile(r"\*\*/|/\*\*$|\*\*|\*|\?|\[!?\]?[^\]/]*\]|.", re.DOTALL)
_MEANINGS = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


class PathPattern(NamedTuple):
    """Files below a directory.

    ``*``, ``?`` and ``[a-z]`` stand for characters of one name, ``**`` for any number of directories. A
    pattern without ``/`` is the name of a file anywhere; one with ``/`` begins at the directory, or at the
    root if ``/`` is its first character; one that ends in ``/`` stands for everything below.
    """

    text: str
    expression: re.Pattern[str]

    @classmethod
    def of(cls, text: str, directory: str) -> PathPattern:
        """Make the pattern ``text`` of ``directory``. Raises ValueError for one that stands for nothing."""
        wanted = text.removeprefix("./")
        if wanted.endswith("/"):
            wanted += "**"
        if not wanted.startswith("/"):
            inside = wanted if "/" in text else f"**/{wanted}"
            start = re.escape(os.path.join(os.path.abspath(directory), ""))  # noqa: PTH100, PTH118 - "/" stays
        else:
            inside, start = wanted, ""
        try:
            expression = re.compile(start + "".join(map(_translated, _TOKEN.findall(inside))), re.DOTALL)
        except re.error:
            raise ValueError(f"no file is like '{text}': correct what is in brackets") from None
        return cls(text, expression)

    def matches(self, path: str) -> bool:
        """Tell whether the pattern stands for the file at ``path``."""
        # Not resolve(): the name of a link is what the user sees and writes.
        return self.expression.fullmatch(os.path.abspath(path)) is not None  # noqa: PTH100


def _translated(token: str) -> str:
    if token in _MEANINGS:
        return _MEANINGS[token]
    if len(token) > 1:
        inner = token[1:-1].replace("\\", "\\\\").replace("[", "\\[")
        negated = inner.startswith("!")
        inner = inner[negated:].replace("]", "\\]").replace("^", "\\^")
        return f"[^/{inner}]" if negated else f"[{inner}]"
    return re.escape(token)
