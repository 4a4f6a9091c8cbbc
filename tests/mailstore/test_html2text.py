from __future__ import annotations

import pytest

from mailstore.html2text import Html2Text


def text(*blocks: str) -> str:
    html = Html2Text()
    return b"".join(html.feed(block.encode()) for block in blocks).decode()


def test_a_tag_is_a_space_unless_one_is_there() -> None:
    assert text("a<b>b</b><i>c") == "a b c"


def test_quoted_text_starts_lines_with_a_greater_than() -> None:
    assert text("a<blockquote>q</blockquote>b") == "a\n> q\nb"


def test_comments_scripts_and_styles_vanish() -> None:
    assert text("a<!-- <b> -->b<script>x</script>c<style>y</style>d") == "ab c d"


def test_a_comment_ends_at_two_dashes_and_no_third() -> None:
    assert text("a<!-- x --->b-->c") == "ac"


def test_entities_of_html_4_and_numbers_become_characters() -> None:
    assert text("&auml;&#228;&#xe4;&apos;&hellip;") == "äää'…"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("&unknown;x", "x"),
        ("a & b", "a  b"),
        ("&#55296;x", "x"),
        ("&#X41;x", "x"),
        ("&1234567890;", "1234567890;"),
    ],
)
def test_what_is_no_entity_goes_away(html: str, expected: str) -> None:
    assert text(html) == expected


def test_an_attribute_value_may_hold_a_greater_than() -> None:
    assert text("<a b=\"x>y\" c='>'>d") == "d"


@pytest.mark.parametrize(
    "html",
    [
        "a<blockquote x='>'>b</blockquote>c &auml; d<!-- e -- > f",
        "a<script>b</scr</script>c<style>d</style>e<![CDATA[f]]]>g",
        '&unknown;&#x41;&toolongentity; h <b title="\\">">i</b>',
    ],
)
def test_where_blocks_end_matters_only_for_spaces_of_tags(html: str) -> None:
    whole = text(html).replace(" ", "")
    for cut in range(len(html)):
        assert text(html[:cut], html[cut:]).replace(" ", "") == whole
