"""The manual pages: one for each command, with all that its help says, and nothing that man complains of."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cli.manual.build import write_shared_data
from cli.render.roff import escaped
from tests.ci_files import REPOSITORY
from tests.cli.command_tree import CONTEXTS
from tests.tools import needed

SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "EXIT STATUS"]
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
PAGES = [path.replace(" ", "-") for path in CONTEXTS]


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder with the pages of section 1."""
    folder = tmp_path_factory.mktemp("share")
    write_shared_data(folder, version="0.1.0", date="2026-01-31")
    return folder / "man/man1"


def shown(page: Path) -> str:
    """Return a page as man shows it, on lines so wide that nothing is broken."""
    command = [needed("man", "man-db"), "--no-justification", "--no-hyphenation", "-l", str(page)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**ENVIRONMENT, "MANWIDTH": "900"}
    )
    return re.sub(r"\x1b\[[\d;]*m|.\x08", "", done.stdout)


def test_each_command_has_a_page_and_nothing_else_has(manual: Path) -> None:
    assert {path.name for path in manual.iterdir()} == {f"{name}.1" for name in PAGES}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_its_sections_in_order(name: str, manual: Path) -> None:
    headings = re.findall(r"^\.SH (.*)", (manual / f"{name}.1").read_text("ascii"), re.MULTILINE)
    assert [heading for heading in headings if heading in SECTIONS] == SECTIONS
    assert set(headings) - set(SECTIONS) <= {"COMMANDS", "ENVIRONMENT", "FILES", "SEE ALSO"}
    assert headings[-1] == "SEE ALSO"


@pytest.mark.parametrize("name", PAGES)
def test_man_and_mandoc_find_nothing_wrong_with_a_page(name: str, manual: Path) -> None:
    page = str(manual / f"{name}.1")
    for command in (
        [needed("man", "man-db"), "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page],
        [needed("mandoc"), "-Tlint", page],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)
        said = done.stderr if "-Z" in command else done.stdout + done.stderr
        assert (done.returncode, said) == (0, "")


@pytest.mark.parametrize("path", CONTEXTS)
def test_a_page_has_every_option_and_example_of_its_command(path: str, manual: Path) -> None:
    context = CONTEXTS[path]
    text = shown(manual / f"{path.replace(' ', '-')}.1")
    for param in context.command.get_params(context):
        if isinstance(param, click.Option) and not param.hidden:
            assert all(name in text for name in param.opts)
            assert " ".join((param.help or "").split()) in " ".join(text.split())
    for example in getattr(context.command, "examples", ()):
        assert f"\n              {example.command}\n" in text


def test_the_main_page_leads_to_all_others_and_names_the_variables(manual: Path) -> None:
    text = shown(manual / "pushnotif.1")
    assert "pushnotif-metadata(1)" in text
    used = {
        name
        for path in (REPOSITORY / "cli").rglob("*.py")
        for name in re.findall(r'"(PUSHNOTIF_[A-Z_]+|NO_COLOR|FORCE_COLOR)"', path.read_text())
    }
    assert used
    assert {name for name in used if name not in text} == set()


def test_signs_that_roff_knows_are_only_signs() -> None:
    assert escaped(r"a\b -o 'x' ~`^ …") == r"a\eb \-o \(aqx\(aq \(ti\(ga\(ha \[u2026]"


def test_pages_are_made_with_click_alone() -> None:
    """The build has no other package: what commands need beside it is imported when they run."""
    code = (
        "import sys; before = {*sys.modules}; import cli.manual.build as b; b.pages(b.pushnotif)\n"
        "print(*{*sys.modules} - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    imported = {name.partition(".")[0] for name in done.stdout.split()}
    own = {"cli", "drivers", "mailstore", "dovecot_conf"}
    others = {name for name in imported - own - sys.stdlib_module_names if not name.startswith("_")}
    assert others == {"click"}
