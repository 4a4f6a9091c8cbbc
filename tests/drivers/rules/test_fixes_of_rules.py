"""Every rule that has fixes: its bad examples are fixed, and stay so."""

from __future__ import annotations

from collections.abc import Container, Iterable
from pathlib import Path

import pytest

from dovecot_conf import Diagnostic, Severity
from dovecot_conf.files import Files
from dovecot_conf.lint.docs import Example
from dovecot_conf.lint.entries import Entry, entries
from tests.drivers.rules.fixing import CATALOGUE, FIXED_IN_THE_OTHER_VERSION, fix_in_place, judge_of, write

ENTRIES = entries(CATALOGUE.rules)
FIXABLE = [entry for entry in ENTRIES if entry.fixes]


def cases(chosen: Iterable[Entry], without: Container[tuple[str, str]] = ()) -> list[object]:
    return [
        pytest.param(entry, example, id=f"{entry.code}-{example.version}-{number}")
        for entry in chosen
        for number, example in enumerate(entry.doc.bad)
        if (entry.code, example.version) not in without
    ]


@pytest.fixture(autouse=True)
def locked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make files called locked unreadable, also for root."""
    read = Files.read

    def refuse(self: Files, path: str) -> bytes:
        if "locked" in path:
            raise PermissionError(13, "Permission denied", path)
        return read(self, path)

    monkeypatch.setattr(Files, "read", refuse)


def errors(diagnostics: Iterable[Diagnostic], start: str) -> set[str]:
    return {
        item.code for item in diagnostics if item.severity is Severity.ERROR and item.code.startswith(start)
    }


def test_many_rules_have_fixes() -> None:
    assert len(FIXABLE) >= 25


@pytest.mark.parametrize(("entry", "example"), cases(FIXABLE, FIXED_IN_THE_OTHER_VERSION))
def test_a_bad_example_is_fixed_without_new_errors(entry: Entry, example: Example, tmp_path: Path) -> None:
    main = write(example, tmp_path)
    before = judge_of(main, tmp_path, example.version)({}).diagnostics
    fixed = fix_in_place(main, unsafe=True, root=tmp_path, version=example.version)
    assert entry.code in {item.code for item in fixed.applied}
    assert entry.code not in {item.code for item in fixed.remaining}
    assert fixed.refused == ()
    # Once the text can be read, more may be wrong with what it says.
    family = "PN1" if entry.family == "PN1" else "PN"
    assert errors(fixed.remaining, family) <= errors(before, family)


@pytest.mark.parametrize(("entry", "example"), cases(FIXABLE))
def test_a_second_run_changes_nothing(entry: Entry, example: Example, tmp_path: Path) -> None:
    main = write(example, tmp_path)
    fix_in_place(main, unsafe=True, root=tmp_path, version=example.version)
    again = fix_in_place(main, unsafe=True, root=tmp_path, version=example.version)
    assert (again.texts, again.applied) == ({}, ())


@pytest.mark.parametrize(("entry", "example"), cases(ENTRIES))
def test_a_rule_declares_the_kinds_of_its_fixes(entry: Entry, example: Example, tmp_path: Path) -> None:
    found = judge_of(write(example, tmp_path), tmp_path, example.version)({}).diagnostics
    kinds = {item.fix.applicability for item in found if item.code == entry.code and item.fix is not None}
    assert kinds <= set(entry.fixes)


@pytest.mark.parametrize(("entry", "example"), cases(FIXABLE))
def test_an_unsafe_fix_is_made_only_when_wanted(entry: Entry, example: Example, tmp_path: Path) -> None:
    main = write(example, tmp_path)
    fixed = fix_in_place(main, unsafe=False, root=tmp_path, version=example.version)
    assert all(item.fix is not None and item.fix.applicability == "safe" for item in fixed.applied)
