"""The quick part of the fuzzer, which needs no Dovecot: nothing crashes or hangs, and bytes come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import Configuration, Version, load, print_tree
from dovecot_conf.configuration import MAIL_PROTOCOLS
from dovecot_conf.dump import DumpOptions, dump
from dovecot_conf.dump_errors import FilterConflictError
from dovecot_conf.extent import Extent
from dovecot_conf.lint import Catalogue, lint
from drivers.rules import all_rules
from tests.fuzz.minimise import minimise
from tests.fuzz.source import Texts
from tests.fuzz.texts import Text
from tests.fuzz.verdicts import limited, write

COUNT = 250
SEED = 1


def use(configuration: Configuration, catalogue: Catalogue) -> None:
    """Do with a configuration what the commands do."""
    for protocol in MAIL_PROTOCOLS:
        configuration.push(protocol)
    lint(configuration, catalogue)
    for extent in (Extent.CHANGED, Extent.LISTED):
        try:
            dump(configuration, DumpOptions(extent))
        except FilterConflictError:
            assert configuration.version is Version.V23


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_texts_of_all_kinds_are_read_and_printed_back(version: Version, tmp_path: Path) -> None:
    texts, catalogue = Texts(version, SEED), Catalogue(all_rules())
    for number in range(COUNT):
        text = texts.text(number)
        folder = tmp_path / str(number)
        folder.mkdir()
        main = write(text, folder)
        with limited():
            configuration = load(main, version=None if number % 3 else version)
            use(configuration, catalogue)
        assert print_tree(configuration.document) == text.main, f"text {number}"


def test_a_text_depends_on_seed_and_number_only() -> None:
    for number in range(20):
        one, other = Texts(Version.V24, SEED).text(number), Texts(Version.V24, SEED).text(number)
        assert one == other
    assert Texts(Version.V24, 2).text(0) != Texts(Version.V24, SEED).text(0)


def test_the_texts_are_of_many_kinds() -> None:
    texts = Texts(Version.V23, SEED)
    mains = [texts.text(number).main for number in range(800)]
    assert len(set(mains)) > 700
    assert any(b"\0" in main for main in mains)
    assert any(b"\xff" in main for main in mains)
    assert any(b"\\\n" in main for main in mains)


def test_the_smallest_text_keeps_what_matters() -> None:
    text = Text(Version.V23, b"a = 1\nb {\nc = 2\n}\nd = 3\n" * 5, {"a.conf": b"x\ny\n", "b.conf": b"z"})

    def still(smaller: Text) -> bool:
        return b"c = 2" in smaller.main and b"y" in smaller.files.get("a.conf", b"")

    smallest = minimise(text, still)
    assert smallest == Text(Version.V23, b"c = 2", {"a.conf": b"y"})
