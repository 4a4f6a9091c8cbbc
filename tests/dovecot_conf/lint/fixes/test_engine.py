"""The engine of fixes, with judges that say what a test wants to be said."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from dovecot_conf import Applicability, Diagnostic, Edit, Fix, Severity, Span
from dovecot_conf.lint.fixes.engine import Judge, Judged, fix_all

FILE = "f"
Look = Callable[[str], list[Diagnostic]]


def judge_of(text: str, look: Look) -> Judge:
    def judge(texts: Mapping[str, str]) -> Judged:
        now = texts.get(FILE, text)
        return Judged(tuple(look(now)), {FILE: now}, {FILE: FILE})

    return judge


def finding(
    start: int, end: int, new: str | None, code: str = "PN301", *, safe: bool = True, group: str = ""
) -> Diagnostic:
    span = Span(FILE, 1, start + 1, 1, end + 1)
    kind = Applicability.SAFE if safe else Applicability.UNSAFE
    fix = Fix("fix", (Edit(span, new),), kind, group) if new is not None else None
    return Diagnostic(code, "name", Severity.ERROR, f"from {start}", span, "", fix)


def each(pattern: str, new: str, code: str = "PN301", *, group: str = "") -> Look:
    return lambda text: [
        finding(*match.span(), new, code, group=group) for match in re.finditer(pattern, text)
    ]


def fixed_text(text: str, look: Look, *, unsafe: bool = False) -> str:
    return fix_all(judge_of(text, look), unsafe=unsafe).texts.get(FILE, text)


def test_all_fixes_that_do_not_meet_are_made_in_one_round() -> None:
    rounds = []

    def look(text: str) -> list[Diagnostic]:
        rounds.append(text)
        return each("a", "bb")(text)

    result = fix_all(judge_of("a-a-a", look))
    assert (result.texts, len(result.applied), result.remaining) == ({FILE: "bb-bb-bb"}, 3, ())
    assert rounds == ["a-a-a", "bb-bb-bb"]


def test_fixes_that_overlap_wait_for_a_later_round() -> None:
    assert fixed_text("aaa", each("a", "b")) == "bbb"


def test_of_one_group_only_one_fix_is_made_in_a_round() -> None:
    seen = []

    def look(text: str) -> list[Diagnostic]:
        seen.append(text)
        return each("a", "b", group="chain")(text)

    fix_all(judge_of("a.a.a", look))
    assert seen == ["a.a.a", "b.a.a", "b.b.a", "b.b.b"]


def test_findings_that_ask_for_the_same_edits_are_fixed_together() -> None:
    def look(text: str) -> list[Diagnostic]:
        return [finding(0, 1, "b", code) for code in ("PN301", "PN302")] if text == "a" else []

    result = fix_all(judge_of("a", look))
    assert (result.texts, len(result.applied)) == ({FILE: "b"}, 2)


def test_unsafe_fixes_are_made_only_when_wanted() -> None:
    def look(text: str) -> list[Diagnostic]:
        span = Span(FILE, 1, 1, 1, 2)
        fix = Fix("fix", (Edit(span, "b"),), Applicability.UNSAFE)
        return [finding(0, 1, "b")._replace(fix=fix)] if text == "a" else []

    assert fixed_text("a", look) == "a"
    assert fixed_text("a", look, unsafe=True) == "b"


def test_a_fix_that_does_not_remove_its_finding_is_taken_back_and_named() -> None:
    def look(text: str) -> list[Diagnostic]:
        wrong = [finding(4, 5, "c")]
        return each("a", "b")(text) + wrong

    result = fix_all(judge_of("a a x", look))
    assert result.texts == {FILE: "b b x"}
    assert [(item.diagnostic.message, item.reason) for item in result.refused] == [
        ("from 4", "PN301 would still be found")
    ]
    assert len(result.remaining) == 1


def test_a_fix_that_breaks_the_language_is_taken_back_alone() -> None:
    def look(text: str) -> list[Diagnostic]:
        broken = [finding(0, 1, None, "PN101")] if "!" in text else []
        return each("a", "b")(text) + each("x", "!")(text) + broken

    result = fix_all(judge_of("a x a", look))
    assert result.texts == {FILE: "b x b"}
    assert [item.reason for item in result.refused] == ["it would bring PN101 at f:1:1"]


def test_an_error_that_was_there_before_refuses_nothing() -> None:
    def look(text: str) -> list[Diagnostic]:
        return [*each("a", "bbb")(text), finding(text.index("!"), text.index("!") + 1, None, "PN101")]

    assert fixed_text("a!", look) == "bbb!"


def test_a_finding_that_moves_to_the_place_of_a_removed_one_is_another() -> None:
    assert fixed_text("x,x,y", each("x,", "")) == "y"


def test_fixes_that_never_end_are_given_up() -> None:
    def look(text: str) -> list[Diagnostic]:
        return [finding(len(text), len(text), "a", "PN302" if len(text) % 2 else "PN301")]

    assert len(fixed_text("", look)) <= 100


def test_fixes_that_undo_one_another_change_nothing_in_the_end() -> None:
    def look(text: str) -> list[Diagnostic]:
        return [finding(0, 1, "b" if text == "a" else "a", "PN301" if text == "a" else "PN302")]

    result = fix_all(judge_of("a", look))
    assert result.texts == {FILE: "b"}
    assert [item.reason for item in result.refused] == ["it would undo another fix"]
