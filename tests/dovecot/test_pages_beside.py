"""The configurations that the pages of docs/ show whole are accepted by a real doveconf."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tests.dovecot.conftest import unavailable
from tests.dovecot.harness.installations import UnavailableError, find_23, find_24
from tests.dovecot.harness.processes import run
from tests.pages import Block, blocks
from tests.readme import REPOSITORY, pages

FIRST_OF_24 = "dovecot_config_version ="
CONFIGURATIONS = [
    pytest.param(block, id=f"{page.relative_to(REPOSITORY)}-{block.marks['file']}")
    for page in pages()
    for block in blocks(page.read_text("utf-8"))
    if block.marks.get("file", "").endswith(".conf")
]


@pytest.mark.parametrize("block", CONFIGURATIONS)
def test_doveconf_takes_what_the_page_shows(block: Block) -> None:
    try:
        installation = find_24(os.environ) if block.text.startswith(FIRST_OF_24) else find_23()
    except UnavailableError as error:
        unavailable(str(error))
    with tempfile.NamedTemporaryFile("w", dir=installation.filesystem / "tmp", suffix=".conf") as file:
        file.write(block.text)
        file.flush()
        command = installation.command("doveconf", "-n", "-c", installation.inside(Path(file.name)))
        done = run(command)
    assert (done.exit_code, done.stderr) == (0, "")
