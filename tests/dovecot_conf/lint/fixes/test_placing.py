"""Edits of texts: where they are, what comes out, and where everything else is then."""

from __future__ import annotations

import random

import pytest

from dovecot_conf import Edit, Fix, Span
from dovecot_conf.lint.fixes.placing import Edited, Offsets, PlacedEdit, Texts, touch


def test_a_place_outside_of_the_text_is_the_nearest_one() -> None:
    offsets = Offsets("ab\ncd")
    assert [offsets.offset(1, 1), offsets.offset(2, 2), offsets.offset(2, 9), offsets.offset(7, 1)] == [
        0,
        4,
        5,
        5,
    ]
    assert offsets.offset(1, 9) == 3


def test_a_span_over_whole_lines_takes_their_line_feeds() -> None:
    texts = Texts({"f": "a\nb\nc\n"}, {"f": "f"})
    edits = texts.edits(Fix("", (Edit(Span("f", 2, 1, 3, 1), ""),)))
    assert edits == (PlacedEdit("f", 2, 4, ""),)
    assert Edited(edits or ()).apply({"f": "a\nb\nc\n"}) == {"f": "a\nc\n"}


def test_a_fix_of_a_file_that_cannot_be_changed_has_no_edits() -> None:
    assert Texts({}, {"-o": "-o"}).edits(Fix("", (Edit(Span("-o", 1, 1, 1, 2), ""),))) is None


def test_two_paths_to_one_file_mean_the_same_text() -> None:
    texts = Texts({"/f": "ab"}, {"x": "/f", "y": "/f"})
    assert texts.start(Span("x", 1, 2, 1, 2)) == texts.start(Span("y", 1, 2, 1, 2)) == ("/f", 1)


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ((0, 2), (2, 3), True),
        ((0, 2), (3, 4), False),
        ((1, 1), (1, 1), True),
        ((0, 5), (2, 3), True),
    ],
)
def test_edits_that_meet_at_an_end_touch(one: tuple[int, int], other: tuple[int, int], meet: bool) -> None:
    first, second = PlacedEdit("f", *one, "x"), PlacedEdit("f", *other, "y")
    assert touch([first], [second]) is touch([second], [first]) is meet
    assert not touch([first], [second._replace(place="g")])


@pytest.mark.parametrize("seed", range(30))
def test_what_is_not_edited_is_found_where_it_moved(seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chr(0x100 + number) for number in range(60))
    cuts = sorted(chance.sample(range(61), 8))
    edits = [
        PlacedEdit("f", start, end, "x" * chance.randrange(4))
        for start, end in zip(cuts[::2], cuts[1::2], strict=True)
    ]
    edited = Edited(edits)
    new = edited.apply({"f": text})["f"]
    for offset, character in enumerate(text):
        if not any(edit.start <= offset < edit.end for edit in edits):
            assert new[edited.moved("f", offset)] == character
    assert edited.moved("g", 5) == 5
