"""The sections that Dovecot has from the start, read quickly from what ``doveconf`` printed of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from dovecot_conf.versions import Version

TEMPLATE = "template"
"""The name of the sections that show what a new one contains."""


class CapturedSection(NamedTuple):
    """A section: its values by key, the sections in it by word and name (``''`` for those without)."""

    values: dict[str, str]
    sections: dict[str, dict[str, CapturedSection]]

    def template(self, word: str) -> CapturedSection:
        """Return what a new section of this word is like."""
        found = self.sections.get(word, {})
        return found.get(TEMPLATE) or found.get("") or CapturedSection({}, {})


@cache
def captured_sections(version: Version) -> CapturedSection:
    """Return the settings outside of all sections, with the sections."""
    path = Path(__file__).with_name("data") / f"sections-{version}.conf"
    root = CapturedSection({}, {})
    around = [root]
    for line in path.read_text("utf-8").splitlines():
        text = line.strip(" ")
        if text == "}":
            around.pop()
        elif text.endswith(" {"):
            word, _, name = text[:-2].partition(" ")
            section = CapturedSection({}, {})
            around[-1].sections.setdefault(word, {})[name] = section
            around.append(section)
        elif not text.startswith("#"):
            key, _, value = text.partition("=")
            around[-1].values[key.rstrip(" ")] = value.lstrip(" ")
    return root
