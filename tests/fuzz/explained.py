"""The differences from Dovecot that stay: each class by name, explained in docs/differences.md."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.fuzz.compare import Difference, Part
from tests.fuzz.verdicts import ENDLESS


@dataclass(frozen=True, slots=True)
class Explained:
    """A class of differences: ``part``, and patterns that what doveconf and we say must match."""

    name: str
    part: Part
    theirs: str
    ours: str = ""

    def takes(self, difference: Difference) -> bool:
        """Return whether a difference is of this class."""
        return (
            difference.part is self.part
            and re.search(self.theirs, difference.theirs) is not None
            and re.search(self.ours, difference.ours) is not None
        )


EXPLAINED = (
    Explained(
        "whole-section check",
        Part.ERROR,
        r"^Fatal: Error in configuration file \S+: (?!Missing '}')",
        r"^$|^Fatal: (?!Error in configuration file \S+ line)",
    ),
    Explained("endless inclusion", Part.ERROR, f"^{ENDLESS}$", "More than 5000 files are included$"),
    Explained("host name look-up", Part.ERROR, r"line \d+: gethostbyname\(.*\) failed: "),
)


def explain(difference: Difference) -> str | None:
    """Return the name of the class of a difference, None for one that isn't explained."""
    return next((explained.name for explained in EXPLAINED if explained.takes(difference)), None)
