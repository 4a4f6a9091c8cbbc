"""The recording in the README shows what the commands write in a terminal today, and needs nobody else."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import pytest
from rich.text import Text

from tests import readme, recording

SVG = "{http://www.w3.org/2000/svg}"
SHOWN = recording.PICTURE.read_text("utf-8")


def drawn(picture: str) -> str:
    """Return the text of a picture, without its empty lines."""
    lines = ["".join(line.itertext()).rstrip() for line in ElementTree.fromstring(picture).iter(f"{SVG}text")]
    return "".join(f"{line}\n" for line in lines)


@pytest.fixture(scope="module")
def today() -> list[list[Text]]:
    return recording.session()


def test_the_recording_shows_what_is_written_today(today: list[list[Text]]) -> None:
    written = recording.plain(today)
    assert drawn(SHOWN) == re.sub(r"\n+", "\n", written), "run python tests/recording.py"


def test_it_has_the_colours_and_no_line_is_longer_than_the_terminal(today: list[list[Text]]) -> None:
    assert all(len(line.plain) <= recording.COLUMNS for part in today for line in part)
    picture = recording.svg(today)
    for color, mark in ((1, "✗"), (2, "✓")):
        assert f'fill="{recording.COLORS[color]}">{mark} <' in picture


def test_it_names_nothing_of_the_machine(today: list[list[Text]]) -> None:
    written = recording.plain(today)
    assert str(readme.REPOSITORY) not in written
    assert "/tmp/" not in written


def test_nothing_is_fetched_to_show_it() -> None:
    picture = ElementTree.fromstring(SHOWN)
    assert {element.tag for element in picture.iter()} == {
        f"{SVG}{name}"
        for name in ("svg", "title", "style", "clipPath", "rect", "g", "circle", "text", "tspan")
    }
    values = [value for element in picture.iter() for value in element.attrib.values()]
    values += [element.text or "" for element in picture.iter(f"{SVG}style")]
    assert not [value for value in values if re.search(r"//|@import|@font-face|url\((?!#)", value)]


def test_every_line_of_a_session_has_its_time_on_the_screen() -> None:
    assert recording.screens([3]) == [(0.0, 1), (recording.SECONDS_TO_TYPE, 3)]
    shown = recording.screens([3 * recording.ROWS, 2])
    assert shown[-1].shown == 3 * recording.ROWS + 2
    steps = [after.shown - before.shown for before, after in itertools.pairwise(shown)]
    assert all(0 < step < recording.ROWS for step in steps)
    assert all(before.second < after.second for before, after in itertools.pairwise(shown))


def test_a_long_line_goes_on_in_the_next_one_and_markup_is_text() -> None:
    picture = recording.svg([[Text("a"), Text(" <b>&")]])
    assert drawn(picture) == "a\n <b>&\n"


def test_a_colour_that_the_picture_lacks_is_said() -> None:
    with pytest.raises(ValueError, match="no place for"):
        recording.svg([[Text.from_ansi("\x1b[95mx")]])


def test_the_readme_shows_it_and_says_what_it_shows() -> None:
    text = readme.README.read_text("utf-8")
    alternative = re.search(r"!\[([^\]]+)\]\(docs/recording\.svg\)", text)
    assert alternative is not None
    assert len(alternative[1].split()) > 5
