"""docs/reference/scenarios.md: its examples and outputs, and how to write them down anew.

Run ``python tests/scenario_page.py`` in the repository after a change of an example, or of what is printed.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
PAGE = REPOSITORY / "docs" / "reference" / "scenarios.md"
SCENARIOS = REPOSITORY / "fixtures" / "scenarios"
_FIXTURE = re.compile(r"(<!-- fixture: (\S+) -->\n```toml\n).*?(^```$)", re.MULTILINE | re.DOTALL)
_OUTPUT = re.compile(
    r"(<!-- output: (\d+) -->\n```console\n\$ ([^\n]+)\n).*?(^```$)", re.MULTILINE | re.DOTALL
)


def fixtures_shown(page: str) -> list[str]:
    """Return the names of the examples on the page."""
    return [match[1] for match in re.finditer(r"<!-- fixture: (\S+) -->", page)]


def refreshed(page: str) -> str:
    """Return the page with every example and output as it is now."""
    from tests.readme import output_of  # noqa: PLC0415 - run as a script, the path is set first

    def example(match: re.Match[str]) -> str:
        return match[1] + (SCENARIOS / f"{match[2]}.toml").read_text("utf-8") + match[3]

    def output(match: re.Match[str]) -> str:
        lines = output_of(match[3]).splitlines(keepends=True)
        return match[1] + "".join(lines[: int(match[2])]) + match[4]

    return _OUTPUT.sub(output, _FIXTURE.sub(example, page))


if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY))
    os.chdir(REPOSITORY)
    PAGE.write_text(refreshed(PAGE.read_text("utf-8")), "utf-8")
