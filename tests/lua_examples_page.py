"""docs/explanation/lua-examples.md: its outputs, and how to write them down anew.

Run ``python tests/lua_examples_page.py`` in the repository after a change of what is printed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
PAGE = REPOSITORY / "docs" / "explanation" / "lua-examples.md"

if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY))
    os.chdir(REPOSITORY)
    from tests.readme import refreshed

    PAGE.write_text(refreshed(PAGE.read_text("utf-8")), "utf-8")
