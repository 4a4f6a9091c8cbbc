"""The README and the pages of docs/: where they are, and how to bring what they show up to date.

Run ``python tests/readme.py [PAGE…]`` in the repository after a change of what commands print; without PAGE
it's the README and all pages.
"""

from __future__ import annotations

import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
README = REPOSITORY / "README.md"
DOCS = REPOSITORY / "docs"


def pages() -> list[Path]:
    """Return the README and the pages that people write; those of the rules are made by `pushnotif rules`."""
    return [README, *sorted(path for path in DOCS.rglob("*.md") if path.parent.name != "rules")]


if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY))
    from tests.pages import refreshed

    for page in map(Path, sys.argv[1:]) if len(sys.argv) > 1 else pages():
        page.write_text(refreshed(page.read_text("utf-8")), "utf-8")
