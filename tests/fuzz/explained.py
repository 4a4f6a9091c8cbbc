"""The differences from Dovecot that stay: each class by name, explained in docs/differences.md."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.fuzz.compare import Difference, Part
from tests.fuzz.verdicts import ENDLESS

BETWEEN = "\n-- pushnotif:\n"
_FATAL = r"Fatal: Error in configuration file"


@dataclass(frozen=True, slots=True)
class Explained:
    """A class of differences in a ``part``.

    ``pattern`` is for what doveconf says, :data:`BETWEEN` and what we say. ``expanding``: for ``doveconf
    -nx`` only. ``doc`` is a part of what docs/differences.md says about it.
    """

    name: str
    part: Part
    pattern: str
    doc: str
    expanding: bool = False

    def takes(self, difference: Difference) -> bool:
        """Return whether a difference is of this class."""
        said = f"{difference.theirs}{BETWEEN}{difference.ours}"
        return (
            difference.part is self.part
            and (difference.expanding or not self.expanding)
            and re.search(self.pattern, said) is not None
        )


EXPLAINED = (
    Explained(
        "host name look-up",
        Part.ERROR,
        r"^Fatal: .* line \d+: gethostbyname\(.*\) failed: ",
        "host names can be resolved",
    ),
    Explained(
        "user of the machine",
        Part.ERROR,
        rf"^{_FATAL} \S+: default_(?:internal|login)_user doesn't exist: ",
        "the users of `default_internal_user`",
    ),
    Explained(
        "limit of includes",
        Part.ERROR,
        rf"^(?:|{re.escape(ENDLESS)}|{_FATAL} \S+ line \d+: No matches){BETWEEN}"
        r".* line \d+: (?:More than \d+ \w+ are included|The pattern has more than \d+ characters"
        r"|Sections are nested more than \d+ deep)$",
        "have limits",
    ),
    Explained(
        "value as written",
        Part.ERROR,
        rf"^(?P<where>{_FATAL} \S+ line \d+: (?:\S+: )?"
        r"(?:Invalid \w+|Time interval|Size is|Setting is a named))"
        rf".*{BETWEEN}(?P=where)",
        "shows the value as it is written",
        expanding=True,
    ),
    Explained(
        "checks at the end of written values",
        Part.ERROR,
        rf"^(?:|{_FATAL} (?!\S+ line).*){BETWEEN}(?:$|{_FATAL} (?!\S+ line))",
        "look at values as they are written",
        expanding=True,
    ),
)


def explain(difference: Difference) -> str | None:
    """Return the name of the class of a difference, None for one that isn't explained."""
    return next((explained.name for explained in EXPLAINED if explained.takes(difference)), None)
