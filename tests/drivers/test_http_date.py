"""Dates of HTTP in their three forms (RFC 9110 section 5.6.7)."""

from __future__ import annotations

import pytest

from drivers.http_date import http_date, parse_http_date

MOMENT = 784111777


def test_a_date_is_written_in_the_preferred_form() -> None:
    assert http_date(MOMENT + 0.9) == "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.mark.parametrize(
    "text",
    ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"],
)
def test_all_three_forms_are_read(text: str) -> None:
    assert parse_http_date(text) == MOMENT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "120",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 06 Nov 1800 08:49:37 GMT",
    ],
)
def test_other_texts_are_no_dates(text: str) -> None:
    assert parse_http_date(text) is None
