"""Which sections are open while a configuration is read, over all files."""

from __future__ import annotations

from dovecot_conf import limits
from dovecot_conf.tree import Section


class Nesting:
    """The open sections: ``innermost`` is the last of them that was not too deep, None for none.

    Sections beyond the limit are only counted, so that each finds its closing brace.
    """

    def __init__(self) -> None:
        self.innermost: Section | None = None
        self.beyond = 0
        self._depth = 0

    @property
    def is_full(self) -> bool:
        """Whether another section would be too deep."""
        return self._depth >= limits.MAX_NESTING

    def enter(self, section: Section) -> None:
        """Open a section."""
        if self.is_full:
            self.beyond += 1
        else:
            self.innermost = section
            self._depth += 1

    def leave(self) -> Section | None:
        """Close the innermost section and return it, None if none is open or it was too deep."""
        if self.beyond:
            self.beyond -= 1
            return None
        section = self.innermost
        if section is not None:
            self.innermost = section.parent
            self._depth -= 1
        return section

    def unclosed(self) -> list[Section]:
        """Return the sections that are open, the outermost first."""
        sections: list[Section] = []
        section = self.innermost
        while section is not None:
            sections.append(section)
            section = section.parent
        return sections[::-1]
