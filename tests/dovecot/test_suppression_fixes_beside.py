"""Taking away a comment to the linter changes nothing for the real Dovecot, wherever the comment stands."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dovecot_conf import Version, loads
from dovecot_conf.diagnostics import Fix
from dovecot_conf.lint import RULES, Catalogue, Context, Layer, Selection, lint_context
from dovecot_conf.syntax_rule import V24_LINES
from tests.dovecot.conftest import unavailable
from tests.dovecot.harness.installations import Installation, UnavailableError, find_23, find_24
from tests.dovecot.harness.processes import run

pytestmark = pytest.mark.dovecot

CATALOGUE = Catalogue(RULES)
WANTED = Selection.of(CATALOGUE, [Layer(("PN3", "PN901"))])
COMMENT = {Version.V23: "# pushnotif: ignore[PN304]", Version.V24: "# pushnotif: ignore[PN309]"}
TEXTS = {
    "behind a value": "login_greeting = hello <comment>\nmail_home = /x\n",
    "at the end of the file": "login_greeting = hello <comment>",
    "behind quotes with a mark": "login_greeting = 'he#llo' <comment>\nmail_home = /x\n",
    "in a line of its own": "login_greeting = hello\n  <comment>\nmail_home = /x\n",
    "in the last line": "login_greeting = hello\n<comment>",
    "behind a continued line": "login_greeting = hel \\ <comment>\n  lo\nmail_home = /x\n",
    "where it ends a statement": "mail_home = \\\n  <comment> because\nlogin_greeting = hello\n",
    "behind the opening of a block": "protocol imap { <comment>\n  login_greeting = hello\n}\n",
    "behind the end of a block": "protocol imap {\n  login_greeting = hello\n} <comment>\n",
    "with a reason": "login_greeting = hello <comment> because\nmail_home = /x\n",
    "with a reason, in a line of its own": "login_greeting = hello\n<comment> because\nmail_home = /x\n",
    "behind another comment": "login_greeting = hello # there <comment>\nmail_home = /x\n",
    "before another comment": "login_greeting = hello <comment> # there\nmail_home = /x\n",
    "with other line ends": "login_greeting = hello <comment>\r\n  <comment>\r\nmail_home = /x\r\n",
}


@pytest.fixture(params=Version, ids=str)
def installation(request: pytest.FixtureRequest) -> Installation:
    try:
        return find_23() if request.param is Version.V23 else find_24(os.environ)
    except UnavailableError as error:
        unavailable(str(error))


@pytest.fixture
def shown(installation: Installation) -> Iterator[Callable[[str], tuple[int, str]]]:
    """Return what ``doveconf -n`` makes of a text, without the place of the file."""
    folder = Path(tempfile.mkdtemp(prefix="pn-", dir=installation.filesystem / "tmp"))
    folder.chmod(0o755)

    def show(text: str) -> tuple[int, str]:
        main = folder / "dovecot.conf"
        main.write_bytes(text.encode())
        done = run(installation.command("doveconf", "-n", "-c", installation.inside(main)))
        return done.exit_code, done.stdout.partition("\n")[2]

    yield show
    shutil.rmtree(folder)


def fixed(text: str, version: Version) -> str:
    """Return the text after all fixes, one after the other."""
    while fix := next(fixes(text, version), None):
        (edit,) = fix.edits
        starts = [0]
        for line in text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        first = starts[edit.span.line - 1] + edit.span.column - 1
        last = starts[edit.span.end_line - 1] + edit.span.end_column - 1
        text = text[:first] + edit.text + text[last:]
    return text


def fixes(text: str, version: Version) -> Iterator[Fix]:
    found = lint_context(Context(loads(text, version=version)), CATALOGUE, selection=WANTED)
    return (item.fix for item in found if item.code == "PN901" and item.fix is not None)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_doveconf_prints_the_same(
    text: str, installation: Installation, shown: Callable[[str], tuple[int, str]]
) -> None:
    version = Version(installation.version)
    head = V24_LINES if version is Version.V24 else ""
    before = head + text.replace("<comment>", COMMENT[version])
    after = fixed(before, version)
    assert "pushnotif" not in after
    code, output = shown(before)
    assert (code, "login_greeting = " in output) == (0, True)
    assert shown(after) == (code, output)


def test_doveconf_forgets_a_statement_that_a_comment_ends(
    installation: Installation, shown: Callable[[str], tuple[int, str]]
) -> None:
    version = Version(installation.version)
    head = V24_LINES if version is Version.V24 else ""
    text = f"{head}login_greeting = a \\\n  {COMMENT[version]}\nmail_home = /x\n"
    code, output = shown(text)
    assert (code, "login_greeting" in output, "mail_home = /x" in output) == (0, False, True)
    assert list(fixes(text, version)) == []
