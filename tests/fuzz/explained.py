"""The differences from Dovecot that stay, by name: docs/explanation/differences.md explains each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dovecot_conf import Version
from dovecot_conf.names import table
from tests.fuzz.compare import Difference, Part
from tests.fuzz.verdicts import AFTER_ALL, ENDLESS, PANIC

BETWEEN = "\n-- pushnotif:\n"
_FATAL = r"Fatal: Error in configuration file"
_NOTHING_OR_AT_END = rf"{BETWEEN}(?:\Z|{_FATAL} (?!\S+ line))"


@dataclass(frozen=True, slots=True)
class Explained:
    """A class of differences in a ``part``.

    ``pattern`` is for what doveconf says, :data:`BETWEEN` and what we say. ``expanding``: for ``doveconf
    -nx`` only. ``doc`` is a part of what docs/explanation/differences.md says about it. ``before``: doveconf
    stops before it comes to what we say, if we say anything.
    """

    name: str
    part: Part
    pattern: str
    doc: str
    expanding: bool = False
    before: bool = False

    def takes(self, difference: Difference) -> bool:
        """Return whether a difference is of this class."""
        said = f"{difference.theirs}{BETWEEN}{difference.ours}"
        return (
            difference.part is self.part
            and (difference.expanding or not self.expanding)
            and (not self.before or _is_before(difference.theirs, difference.ours))
            and re.search(self.pattern, said) is not None
        )


def _is_before(error: str, other: str) -> bool:
    """Return whether an error in a line comes before another one, or is in the same line or another file."""
    place, other_place = _PLACE.match(error), _PLACE.match(other)
    if place is None or other_place is None:
        return place is not None and (not other or AFTER_ALL.match(other) is not None)
    return place["file"] != other_place["file"] or int(place["line"]) <= int(other_place["line"])


_PLACE = re.compile(rf"{_FATAL} (?P<file>\S+) line (?P<line>\d+): ")
_PACKAGED = "|".join(name for name, row in table(Version.V24).names.items() if row.package)


EXPLAINED = (
    Explained(
        "host name look-up",
        Part.ERROR,
        r"^Fatal: .* line \d+: gethostbyname\(.*\) failed: ",
        "host names can be resolved",
        before=True,
    ),
    Explained(
        "user of the machine",
        Part.ERROR,
        rf"^{_FATAL} \S+: default_(?:internal|login)_user doesn't exist: .*{_NOTHING_OR_AT_END}",
        "the users of `default_internal_user`",
    ),
    Explained(
        "further package",
        Part.ERROR,
        rf"^{_FATAL} \S+ line \d+: (?:\S+: Unknown setting: |Unknown section name: ).*?\b(?:{_PACKAGED})\b",
        "only exist with a further Debian package",
        before=True,
    ),
    Explained(
        "folder of Sieve's plugins",
        Part.ERROR,
        r"^Fatal: (?:opendir\(.*\) failed"
        rf"|Plugin '.*' not found from directory (?!/usr/lib/dovecot/modules/sieve\n)).*{_NOTHING_OR_AT_END}",
        "another `sieve_plugin_dir`",
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
        r"(?:Invalid \w+|Time interval|Size is|Setting is a named|Unknown group @))"
        rf".*{BETWEEN}(?P=where)",
        "shows the value as it is written",
        expanding=True,
    ),
    Explained(
        "variables as written",
        Part.ERROR,
        rf"^{PANIC}.*{BETWEEN}{PANIC}.*(?:<|\$(?:SET|ENV):)",
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
