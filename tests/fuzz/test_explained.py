"""The differences that are explained: in the docs, and seen where doveconf was captured."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.dovecot_conf.test_captured_dumps import text_of
from tests.fuzz.compare import Difference, Part
from tests.fuzz.explained import EXPLAINED, Explained, explain
from tests.fuzz.verdicts import ENVIRON, own_verdict, write

REPOSITORY = Path(__file__).parents[2]
CAPTURED = REPOSITORY / "fixtures/captured/dumps.jsonl"


@cache
def words_of_the_docs() -> str:
    return " ".join((REPOSITORY / "docs/explanation/differences.md").read_text("utf-8").split())


@pytest.fixture(scope="module")
def differences(tmp_path_factory: pytest.TempPathFactory) -> list[Difference]:
    """What differs in the captured cases."""
    return list(_differences(tmp_path_factory.mktemp("cases")))


def _differences(folder: Path) -> Iterator[Difference]:
    for number, line in enumerate(CAPTURED.read_text("utf-8").splitlines()):
        case = json.loads(line)
        text = text_of(case)
        inside = folder / str(number)
        inside.mkdir()
        main = write(text, inside)
        for call, theirs in case["calls"].items():
            expanding = "x" in call
            ours = own_verdict(main, text.version, None, ENVIRON, expanding=expanding)
            if ours.error != theirs["error"]:
                yield Difference(Part.ERROR, theirs["error"] or "", ours.error or "", expanding)


@pytest.mark.parametrize("explained", EXPLAINED, ids=lambda explained: explained.name)
def test_each_class_is_in_the_docs_and_was_seen(explained: Explained, differences: list[Difference]) -> None:
    assert explained.doc in words_of_the_docs()
    assert any(explain(difference) == explained.name for difference in differences)


PLACE = "Fatal: Error in configuration file /etc/dovecot/dovecot.conf line"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (f"{PLACE} 5: gethostbyname(a) failed: x", f"{PLACE} 4: mail_debug: Invalid boolean value: x"),
        (f"{PLACE} 5: Unknown section name: mysql", f"{PLACE} 4: Unknown section name: x"),
        (f"{PLACE} 5: mail_home: Unknown setting: mail_home", ""),
        ("", f"{PLACE} 4: mail_debug: Invalid boolean value: x"),
        ("", "Panic: %{user: syntax error, unexpected end of file, expecting CCBRACE or PIPE"),
        ("Fatal: Plugin 'a' not found from directory /usr/lib/dovecot/modules/sieve", ""),
        ("Fatal: opendir(/x) failed: No such file or directory", f"{PLACE} 4: Expecting '{{'"),
    ],
)
def test_no_class_takes_an_error_that_is_only_ours(theirs: str, ours: str) -> None:
    assert explain(Difference(Part.ERROR, theirs, ours, expanding=True)) is None
