"""Comments that silence findings: which of them do nothing, and what takes them away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from dovecot_conf import Diagnostic, Version, load, loads
from dovecot_conf.diagnostics import Applicability
from dovecot_conf.lint import RULES, Catalogue, Context, Layer, Selection, lint, lint_contexts
from dovecot_conf.source import SourceFile

CATALOGUE = Catalogue(RULES)
GAP = """\
mail_plugins = notify push_notification
plugin {
  push_notification_driver = dlog
  push_notification_driver3 = dlog:third
}
"""
DRIVER3 = "  push_notification_driver3 = dlog:third"


def found_in(text: str | bytes, *, ignore: tuple[str, ...] = (), select: tuple[str, ...] | None = None):
    selection = Selection.of(CATALOGUE, [Layer(select, (), ignore)])
    return lint(loads(text), CATALOGUE, selection=selection)


def shown(found: Sequence[Diagnostic]) -> list[str]:
    return [f"{item.span.line}:{item.span.column}: {item.code} {item.message}" for item in found]


def with_comment(comment: str) -> str:
    return GAP.replace(DRIVER3, f"{DRIVER3}{comment}")


# what is found


def test_a_word_that_silences_nothing_is_found_at_its_place() -> None:
    assert shown(found_in(with_comment(" # pushnotif: ignore[PN301, PN302]"))) == [
        "4:69: PN901 PN302 has nothing to silence here"
    ]


@pytest.mark.parametrize("word", ["PN3", "PN3xx", "PN", "driver-chain-gap", "pn301"])
def test_a_word_that_silences_something_is_needed_whatever_its_form(word: str) -> None:
    assert found_in(with_comment(f" # pushnotif: ignore[{word}]")) == ()


def test_a_comment_too_far_above_is_unused_and_the_finding_stays() -> None:
    found = found_in("# pushnotif: ignore[PN301]\n" + GAP)
    assert [(item.code, item.span.line) for item in found] == [("PN901", 1), ("PN301", 5)]


@pytest.mark.parametrize("options", [{"ignore": ("PN302",)}, {"select": ("PN301", "PN9")}])
def test_the_comment_of_a_rule_that_is_not_selected_is_not_unused(
    options: dict[str, tuple[str, ...]],
) -> None:
    assert found_in(with_comment(" # pushnotif: ignore[PN301, PN302]"), **options) == ()


def test_the_comment_of_a_rule_about_the_other_version_is_not_unused() -> None:
    assert [rule.versions for rule in RULES if rule.code == "PN309"] == [(Version.V24,)]
    assert found_in(with_comment(" # pushnotif: ignore[PN301, PN309]")) == ()


def test_a_family_of_which_not_all_rules_could_look_is_not_unused() -> None:
    assert found_in("mail_plugins = quota # pushnotif: ignore[PN7]\n") == ()


def test_a_comment_in_a_shared_file_is_needed_if_one_main_file_needs_it(tmp_path: Path) -> None:
    (tmp_path / "push.inc").write_text(
        "plugin {\n  push_notification_driver2 = dlog # pushnotif: ignore[PN301]\n}\n"
    )
    head = "mail_plugins = notify push_notification\n"
    (tmp_path / "gap.conf").write_text(f"{head}!include push.inc\n")
    driver = "plugin {\n  push_notification_driver = dlog:first\n}\n"
    (tmp_path / "whole.conf").write_text(f"{head}{driver}!include push.inc\n")
    gap, whole = (Context(load(tmp_path / name)) for name in ("gap.conf", "whole.conf"))
    assert [item.code for item in lint_contexts([whole], CATALOGUE)[0]] == ["PN901"]
    assert lint_contexts([gap, whole], CATALOGUE) == ((), ())


def test_a_comment_may_silence_the_finding_about_itself() -> None:
    assert found_in(with_comment(" # pushnotif: ignore[PN301, PN302, PN901]")) == ()
    assert found_in(with_comment(" # pushnotif: ignore[PN301, PN987, suppression-unknown]")) == ()


@pytest.mark.parametrize(
    ("comment", "message", "hint"),
    [
        ("ignore[PN301, PN305x]", "no such rule: 'PN305x'", "did you mean 'PN305'?"),
        ("ignore[PN301, driver-gap]", "no such rule: 'driver-gap'", "did you mean 'driver-chain-gap'?"),
        ("ignore[PN301, ☃]", "no such rule: '☃'", "'pushnotif rules' lists them"),
    ],
)
def test_a_word_for_no_rule_is_found_with_a_suggestion(comment: str, message: str, hint: str) -> None:
    (item,) = found_in(with_comment(f" # pushnotif: {comment}"))
    assert (item.code, item.message, item.hint) == ("PN902", message, hint)


@pytest.mark.parametrize("comment", ["ignore", "ignore PN301", "Ignore[]", "ignore[ ]"])
def test_a_comment_without_a_rule_in_brackets_is_found(comment: str) -> None:
    found = found_in(with_comment(f" # pushnotif: {comment}"))
    assert [item.code for item in found] == ["PN301", "PN902"]


@pytest.mark.parametrize("comment", ["see the manual", "ignored by most", "# pushnotif is nice"])
def test_other_comments_are_nothing_to_the_linter(comment: str) -> None:
    assert [item.code for item in found_in(with_comment(f" # pushnotif: {comment}"))] == ["PN301"]


def test_quotes_hide_a_comment() -> None:
    assert found_in("login_greeting = 'x # pushnotif: ignore[PN301]'\n") == ()


# what takes it away


def applied(text: str, found: Sequence[Diagnostic]) -> str:
    """Make the first fix of the findings."""
    fix = next(item.fix for item in found if item.fix is not None)
    assert fix.applicability is Applicability.SAFE
    (edit,) = fix.edits
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    first = starts[edit.span.line - 1] + edit.span.column - 1
    last = starts[edit.span.end_line - 1] + edit.span.end_column - 1
    return text[:first] + edit.text + text[last:]


CASES = [
    ("a = b # pushnotif: ignore[PN301]\n", "a = b\n"),
    ("a = b # pushnotif: ignore[PN301]", "a = b"),
    ("a = b # pushnotif: ignore[PN301]\r\nc = d\r\n", "a = b\r\nc = d\r\n"),
    ("a = b\t#pushnotif:ignore[PN301]  \n", "a = b\n"),
    ("# pushnotif: ignore[PN301]\na = b\n", "a = b\n"),
    ("a = b\n  # pushnotif: ignore[PN301]\r\nc = d\r\n", "a = b\nc = d\r\n"),
    ("a = b\n  # pushnotif: ignore[PN301]", "a = b\n"),
    ("a = b # see x # pushnotif: ignore[PN301]\n", "a = b # see x\n"),
    ("a = b # pushnotif: ignore[PN301] # see x\n", "a = b # see x\n"),
    ("a = b # pushnotif: ignore[PN301] because of x\n", "a = b # because of x\n"),
    ("# pushnotif: ignore[PN301] because of x\na = b\n", "# because of x\na = b\n"),
    ("a = b # pushnotif: ignore[PN301, PN302]\n", "a = b\n"),
    ("a = b # pushnotif: ignore[ PN301,PN302 ,nope]\n", "a = b # pushnotif: ignore[ nope]\n"),
    ("a = 'b # c' # pushnotif: ignore[PN301]\n", "a = 'b # c'\n"),
    ("a = ü # pushnotif: ignore[PN301]\n", "a = ü\n"),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_the_fix_takes_away_the_comment_and_nothing_else(text: str, wanted: str) -> None:
    assert applied(text, found_in(text, select=("PN3", "PN901"))) == wanted


def test_the_fix_keeps_the_words_that_are_needed() -> None:
    text = with_comment(" # pushnotif: ignore[PN302, PN301, PN304]")
    fixed = applied(text, found_in(text))
    assert fixed == with_comment(" # pushnotif: ignore[PN301]")
    assert found_in(fixed) == ()


def test_bytes_that_are_no_text_are_kept() -> None:
    content = b"a = \xff # pushnotif: ignore[PN301]\n"
    text = SourceFile.decode("x", content).text
    fixed = applied(text, found_in(content, select=("PN3", "PN901")))
    assert SourceFile("x", fixed).encode() == b"a = \xff\n"


def test_there_is_no_fix_where_the_comment_ends_a_continued_statement() -> None:
    text = "login_greeting = a \\\n  # pushnotif: ignore[PN301]\nmail_home = /x\n"
    (item,) = found_in(text)
    assert (item.code, item.fix) == ("PN901", None)
    reason = found_in(text.replace("]", "] because"))[0]
    assert applied(text.replace("]", "] because"), [reason]) == text.replace(
        "pushnotif: ignore[PN301]", "because"
    )
