"""Scripts in a running server and here: everything that they can reach, and what wrong calls say."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import Version
from tests.dovecot.lua_scripts import said_by_the_script, said_on_server, simulated

REPOSITORY = Path(__file__).parents[2]
DUMP = REPOSITORY / "tests/dovecot/inputs/lua/dump-api.lua"


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_a_script_reaches_the_same_and_hears_the_same(
    version: Version, request: pytest.FixtureRequest
) -> None:
    user, theirs = said_on_server(request, version, DUMP.read_text("utf-8"))
    ours = said_by_the_script(simulated(version, str(DUMP), user))
    # A prefix that takes the place of the process's stands before the level in Dovecot's log,
    # and 2.4 repeats the level before each line of a text.
    odd = ("Info: other: replaced", "Info: two", "Info: two\tthree'")
    assert [line for line in ours if line not in odd] == [line for line in theirs if line not in odd]
    assert sum("DUMP" in line for line in theirs) > 800
