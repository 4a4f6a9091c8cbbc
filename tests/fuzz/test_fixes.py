"""Fixing texts of all kinds: no crash, no comment lost, and nothing left for a second run."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import Version
from dovecot_conf.lines import find_comment
from tests.drivers.rules.fixing import fix_in_place
from tests.fuzz.source import Texts
from tests.fuzz.verdicts import limited, write

COUNT = 100
SEED = 3


def comments(content: bytes) -> set[bytes]:
    lines = content.decode("utf-8", "surrogateescape").replace("\r", "").split("\n")
    found = ((line, find_comment(line)) for line in lines)
    return {line[start:].strip().encode("utf-8", "surrogateescape") for line, start in found if start >= 0}


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_texts_of_all_kinds_are_fixed_once(version: Version, tmp_path: Path) -> None:
    texts = Texts(version, SEED)
    for number in range(COUNT):
        folder = tmp_path / str(number)
        folder.mkdir()
        main, unsafe = write(texts.text(number), folder), bool(number % 3)
        before = main.read_bytes()
        with limited():
            fix_in_place(main, unsafe=unsafe, version=version)
        after = main.read_bytes()
        assert all(comment in after for comment in comments(before)), f"text {number}"
        with limited():
            assert fix_in_place(main, unsafe=unsafe, version=version).texts == {}, f"text {number}"
