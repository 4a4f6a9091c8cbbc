"""Option values; all texts and numbers were seen with running 2.3.19.1 and 2.4.1 servers."""

from __future__ import annotations

import pytest

from dovecot_conf import DriverError
from drivers.option_values import parse_boolean, parse_milliseconds, parse_seconds, parse_unsigned


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10secs", 10),
        ("10sec", 10),
        ("2m", 120),
        ("1M", 60),
        ("1mi", 60),
        ("5minutes", 300),
        ("5Mins", 300),
        ("1h", 3600),
        ("1hours", 3600),
        ("1d", 86400),
        ("1w", 604800),
        ("0", 0),
        ("00", 0),
        ("0ms", 0),
        ("1000ms", 1),
        ("2000millisecs", 2),
        ("1000MSECS", 1),
        ("4294967295s", 4294967295),
    ],
)
def test_a_time_interval_needs_a_unit_unless_it_is_zero(text: str, seconds: int) -> None:
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("10", "Time interval '10' is missing units (add e.g. 's' for seconds)"),
        ("500ms", "Milliseconds not supported for this setting: 500ms"),
        ("1mil", "Milliseconds not supported for this setting: 1mil"),
        ("x", "Invalid time interval: x"),
        ("", "Invalid time interval: "),
        ("-1", "Invalid time interval: -1"),
        ("1y", "Invalid time interval: 1y"),
        ("infinite", "Invalid time interval: infinite"),
        ("0x", "Invalid time interval: 0x"),
        ("1secsx", "Invalid time interval: 1secsx"),
        ("1.5h", "Invalid time interval: 1.5h"),
        ("4294967296s", "Time interval is too large: 4294967296s"),
        ("71582789m", "Time interval is too large: 71582789m"),
        ("99999999999999999999s", "Invalid time interval: 99999999999999999999s"),
    ],
)
def test_a_bad_time_interval_is_refused_in_dovecots_words(text: str, problem: str) -> None:
    with pytest.raises(DriverError) as caught:
        parse_seconds(text)
    assert caught.value.message == problem


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("1 min", 60_000), ("500ms", 500), ("1h", 3_600_000), ("infinite", 4294967295), ("60 secs", 60_000)],
)
def test_24_counts_milliseconds(text: str, milliseconds: int) -> None:
    assert parse_milliseconds(text) == milliseconds


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("01", 1),
        ("4294967295", 4294967295),
        ("4294967296", None),
        ("-1", None),
        ("", None),
        ("1x", None),
    ],
)
def test_an_unsigned_number_has_32_bits(text: str, number: int | None) -> None:
    assert parse_unsigned(text) == number


def test_endless_digits_are_no_number() -> None:
    assert parse_unsigned("9" * 100_000) is None
    with pytest.raises(DriverError):
        parse_seconds("9" * 100_000 + "s")


def test_booleans_of_24() -> None:
    assert [parse_boolean(text) for text in ("yes", "YES", "y", "1", "no", "No")] == [True] * 4 + [False] * 2
    with pytest.raises(DriverError, match="Invalid boolean value: true"):
        parse_boolean("true")
