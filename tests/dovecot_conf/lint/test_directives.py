"""Comments to the linter: where their words stand, in lines and in comments over several lines."""

from __future__ import annotations

import pytest

from dovecot_conf.lint.directives import Directive, Surroundings, directives, may_have_directives, without
from dovecot_conf.positions import Span


def only(comment: str, line: int = 1, column: int = 1) -> Directive:
    (found,) = directives(comment, "x", line, column)
    return found


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("# pushnotif: ignore[PN301]", [("PN301", 21)]),
        ("#pushnotif:ignore[ PN301 ,PN4]", [("PN301", 20), ("PN4", 27)]),
        ("-- PUSHNOTIF: Ignore [a,,b]", [("a", 23), ("", 25), ("b", 26)]),
        ("# x # pushnotif: ignore[ü, y]", [("ü", 25), ("y", 28)]),
        ("# pushnotif: ignore[]", [("", 21)]),
        ("# pushnotif: ignore[PN301", []),
        ("# pushnotif: ignore", []),
    ],
)
def test_each_word_has_its_place(comment: str, words: list[tuple[str, int]]) -> None:
    assert [(word.text, word.span.column) for word in only(comment).words] == words


def test_places_are_counted_from_the_beginning_of_the_comment() -> None:
    found = only("# pushnotif: ignore[PN301]", line=7, column=11)
    assert found.span == Span("x", 7, 11, 7, 37)
    assert found.words[0].span == Span("x", 7, 31, 7, 36)


def test_in_a_comment_over_several_lines_places_are_those_of_each_line() -> None:
    found = only("--[[ a\n  -- pushnotif: ignore[PN513]\n]]", line=3, column=9)
    assert found.span == Span("x", 4, 3, 4, 30)
    assert found.words[0].span == Span("x", 4, 24, 4, 29)


def test_several_in_one_comment_are_all_found() -> None:
    comment = "# pushnotif: ignore[a] # pushnotif: ignore[b]"
    assert [one.words[0].text for one in directives(comment, "x", 1, 1)] == ["a", "b"]


@pytest.mark.parametrize("comment", ["# pushnotif: ignores", "# push: ignore[a]", "pushnotif: ignore[a]", ""])
def test_others_are_none(comment: str) -> None:
    assert not may_have_directives(comment)
    assert list(directives(comment, "x", 1, 1)) == []


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("x() -- pushnotif: ignore[PN513]", "x()"),
        ("x() -- pushnotif: ignore[PN513] because", "x() -- because"),
        ("x() -- pushnotif: ignore[PN513] -- because", "x() -- because"),
        ("--[[ -- pushnotif: ignore[PN513] ]] x()", "--[[ -- ]] x()"),
    ],
)
def test_in_a_script_what_is_no_comment_to_the_linter_stays(line: str, wanted: str) -> None:
    start = line.index("--")
    found = only(line[start:], column=start + 1)
    fix = without(found, frozenset(found.words), Surroundings(line, is_last=True))
    assert fix is not None
    (edit,) = fix.edits
    assert edit.span.line == edit.span.end_line
    assert line[: edit.span.column - 1] + edit.text + line[edit.span.end_column - 1 :] == wanted
