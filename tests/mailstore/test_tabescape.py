from __future__ import annotations

import random

import pytest

from mailstore.tabescape import escape, unescape


@pytest.mark.parametrize(
    ("raw", "escaped"),
    [
        ("a\nb\rc\x01d\te\\f", "a\x01nb\x01rc\x011d\x01te\\f"),
        ("user=x\x01ty", "user=x\x011ty"),
        ("\x00", "\x010"),
        ("résumé ✓", "résumé ✓"),
        ("", ""),
    ],
)
def test_only_field_and_line_separators_are_escaped(raw: str, escaped: str) -> None:
    assert escape(raw) == escaped
    assert unescape(escaped) == raw


def test_an_unknown_escape_stands_for_its_character() -> None:
    assert unescape("a\x01zb") == "azb"


def test_a_lone_escape_at_the_end_is_dropped() -> None:
    assert unescape("a\x01") == "a"


def test_any_text_survives_a_round_trip() -> None:
    generator = random.Random(20260)
    alphabet = "\x00\x01\t\r\n\\01trnaé✓\udcff"
    for _ in range(500):
        text = "".join(generator.choices(alphabet, k=generator.randrange(20)))
        assert unescape(escape(text)) == text
        assert not set(escape(text)) & set("\x00\t\r\n")
