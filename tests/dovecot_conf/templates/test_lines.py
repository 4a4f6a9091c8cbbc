"""Which lines a template has when some branches are taken."""

from __future__ import annotations

import pytest

from dovecot_conf.templates.chains import NONE
from dovecot_conf.templates.parsed import TemplateText
from dovecot_conf.unknown import is_unknown

BRANCHES = "a\n{% if x %}\nb\n{% elif y %}\nc\n{% else %}\nd\n{% endif %}\ne\n"


def lines(text: str, branch: int = 0) -> dict[int, str]:
    """Return the lines that are there, with a star for each character that isn't known."""
    read = TemplateText(text).lines(lambda _, chain: chain.taken(branch))
    return {
        line.number: "".join("*" if is_unknown(character) else character for character in line.text)
        for line in read
        if line.text is not None
    }


@pytest.mark.parametrize(
    ("branch", "number", "text"), [(0, 3, "b"), (1, 5, "c"), (2, 7, "d"), (NONE, 7, "d")]
)
def test_one_branch_is_there_and_no_tag(branch: int, number: int, text: str) -> None:
    assert lines(BRANCHES, branch) == {1: "a", number: text, 9: "e"}


def test_nothing_is_there_of_a_condition_that_does_not_hold() -> None:
    assert lines("{% if x %}\nb\n{% endif %}\n", NONE) == {}


def test_what_is_left_out_takes_what_stands_in_it_along() -> None:
    text = "{% if x %}\n{% for y in z %}\nb\n{% endfor %}\n{% else %}\nc\n{% endif %}\n"
    assert lines(text, NONE) == {6: "c"}
    assert lines(text) == {3: "b"}


def test_a_value_that_is_not_known_is_as_long_as_its_tag() -> None:
    assert lines("a = x{{ b }}y\n") == {1: "a = x*******y"}


def test_a_condition_amid_a_line_is_a_value_that_is_not_known() -> None:
    assert lines("a = {% if x %}b{% else %}c{% endif %} d\n") == {1: "a = " + "*" * 33 + " d"}


def test_a_condition_around_a_line_is_none() -> None:
    assert lines("{% if x %}a = b{% endif %}\n") == {1: " " * 10 + "a = b" + " " * 11}


def test_a_line_whose_setting_is_not_known_is_not_there() -> None:
    assert lines("{{ a }}\n{{ b }} = c\nd{{ e }} = f\n!include {{ g }}\nh = i\n") == {5: "h = i"}


def test_a_line_in_between_does_not_end_what_is_continued() -> None:
    assert lines("a = b \\\n{% if x %}\n c \\\n{% endif %}\n d\n", NONE) == {1: "a = b \\", 5: " d"}


def test_a_block_with_a_name_that_is_not_known_is_a_block() -> None:
    assert lines("local_name {{ a }} {\n}\n") == {1: "local_name ******* {", 2: "}"}


def test_a_comment_knows_everything() -> None:
    text = TemplateText("# {{ a }}\nb = c # {{ d }}\n")
    assert all(line.known for line in text.lines(lambda *_: 0))


def test_all_lines_of_a_statement_are_unknown_together() -> None:
    text = TemplateText("a = b \\\n  {{ c }} \\\n  d\ne = f\n")
    assert [line.known for line in text.lines(lambda *_: 0)] == [False, False, False, True]


def test_tags_that_do_not_fit_together_leave_all_text() -> None:
    assert lines("{% endif %}\na\n{% if x %}\nb\n{% else %}\nc\n") == {2: "a", 4: "b", 6: "c"}


def test_equal_placeholders_are_equal_and_others_are_not() -> None:
    texts = [line.text for line in TemplateText("a={{ b }}\na={{ c }}\na={{ b }}\n").lines(lambda *_: 0)]
    assert texts[0] == texts[2] != texts[1]


def test_what_others_may_use_is_not_there() -> None:
    assert lines("{% macro a(b) %}{% if b %}yes{% else %}no{% endif %}{% endmacro %}\nc = d\n") == {
        2: "c = d"
    }
    assert lines("{% set a %}\nb\n{% endset %}\nc = d\n") == {4: "c = d"}
