"""Which METADATA a script seems to read: what its text says, without running it."""

from __future__ import annotations

import re
from typing import NamedTuple

_WORD = re.compile(
    r"--\[(?P<level>=*)\[.*?(?:\](?P=level)\]|\Z)|--[^\n]*"
    r"|(?P<quote>[\"'])(?P<text>(?:\\.|(?!(?P=quote))[^\\\n])*)(?P=quote)"
    r"|\[(?P<depth>=*)\[(?P<long>.*?)\](?P=depth)\]"
    r"|\b(?P<call>metadata_(?:get|list))\b",
    re.DOTALL,
)
_ENTRY = re.compile(r"/(?:private|shared)/\S*", re.IGNORECASE)


class MetadataUse(NamedTuple):
    """Whether a script calls what reads METADATA, and the texts in it that are names of entries."""

    reads: bool
    entries: tuple[str, ...] = ()


def metadata_use(text: str) -> MetadataUse:
    """Return what a script's text says; a name put together while it runs is not seen."""
    reads, entries = False, dict[str, None]()
    for match in _WORD.finditer(text):
        reads = reads or match["call"] is not None
        found = match["text"] or match["long"] or ""
        if _ENTRY.fullmatch(found):
            entries[found.lower()] = None
    return MetadataUse(reads, tuple(entries))
