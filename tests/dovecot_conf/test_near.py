"""The known name that a mistyped one is most like."""

from __future__ import annotations

import pytest

from dovecot_conf.near import nearest

NAMES = ("url", "user_from_metadata", "cache_lifetime")


@pytest.mark.parametrize(
    ("word", "cutoff", "expected"),
    [
        ("cache_lifetme", 0.6, "cache_lifetime"),
        ("cache_lifetme", 1, ""),
        ("ulr", 0.6, "url"),
        ("password", 0.6, ""),
        ("", 0.6, ""),
    ],
)
def test_the_name_most_like_a_word(word: str, cutoff: float, expected: str) -> None:
    assert nearest(word, NAMES, cutoff) == expected


def test_of_names_as_like_it_the_one_with_the_same_places_counts() -> None:
    assert nearest("PN3O1", ("PN318", "PN301", "PN310")) == "PN301"
    assert nearest("PN3O1", ("PN301", "PN310", "PN318")) == "PN301"


def test_a_long_text_is_like_no_name() -> None:
    name = "x" * 500
    assert nearest(name + "y", [name]) == ""
    assert nearest(name[:100] + "y", [name[:100]]) == name[:100]
