"""Date fields (RFC 5322, section 3.3) as Dovecot reads them, and the odd way in which dlog shows them."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from mailstore.rfc822 import Broken, Scanner

_ATOM = re.compile(rb"[!#$%&'*+\-/0-9=?A-Z^_`a-z{|}~\x80-\xff]*")
_MONTHS = (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec")
_ZONES = {b"E": -5, b"C": -6, b"M": -7, b"P": -8}
_TIME_SEPARATORS = (b":", b".")
_FIRST_YEAR, _TWO_DIGITS_MIN = 1900, 70


class MailDate(NamedTuple):
    """A moment in seconds since the epoch, and the mail's own distance from UTC in minutes."""

    timestamp: int = 0
    zone: int = 0

    def odd_text(self) -> str:
        """Return the UTC time with the mail's own zone behind it, as dlog does."""
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=self.timestamp)
        hours, minutes = divmod(abs(self.zone), 60)
        sign = "-" if self.zone < 0 else "+"
        return f"{moment:%Y-%m-%dT%H:%M:%S}{sign}{hours:02}:{minutes:02}"


# --count delivers the same mail again, and several drivers want the same of it.
@lru_cache(maxsize=16)
def parse_date(value: bytes) -> MailDate | None:
    """Read a Date value; None for one that makes no sense. An unknown zone is UTC (2.3.19.1, 2.4.1)."""
    try:
        return _read(_Tokens(value))
    except Broken:
        return None


class _Tokens(Scanner):
    """Yields the words of a date; the blanks behind each are skipped."""

    def next(self) -> bytes:
        word = self._match(_ATOM)
        if not word and not self.at_end():
            raise Broken
        self.skip_blanks()
        return word

    def number(self, *lengths: int) -> int:
        word = self.next()
        if len(word) not in lengths or not word.isdigit():
            raise Broken
        return int(word)

    def separator(self) -> None:
        if self.peek() not in _TIME_SEPARATORS:
            raise Broken
        self.position += 1
        self.skip_blanks()


def _read(tokens: _Tokens) -> MailDate:
    tokens.skip_blanks()
    start = tokens.position
    if len(tokens.next()) == 3:
        if tokens.peek() != b",":
            raise Broken
        tokens.position += 1
        tokens.skip_blanks()
    else:
        tokens.position = start
    day = tokens.number(1, 2)
    month = tokens.next()[:3].lower()
    if month not in _MONTHS:
        raise Broken
    year = _year(tokens.next())
    hour = tokens.number(1, 2)
    tokens.separator()
    minute = tokens.number(2)
    second = 0
    if not tokens.at_end() and tokens.peek() in _TIME_SEPARATORS:
        tokens.separator()
        second = tokens.number(2)
    zone = _zone(tokens.next())
    return MailDate(_timestamp(year, _MONTHS.index(month) + 1, day, hour, minute, second) - zone * 60, zone)


def _year(word: bytes) -> int:
    if len(word) not in (2, 4) or not word.isdigit():
        raise Broken
    year = int(word)
    if len(word) == 2:
        return year + _FIRST_YEAR + (100 if year < _TWO_DIGITS_MIN else 0)
    if year < _FIRST_YEAR:
        raise Broken
    return year


def _timestamp(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int:
    """Return the seconds since the epoch; raise Broken for a time that there isn't."""
    last = calendar.monthrange(year, month)[1]
    if not (1 <= day <= last and hour < 24 and minute < 60 and second <= 60):
        raise Broken
    found = calendar.timegm((year, month, day, hour, minute, min(second, 59)))
    if found == -1:
        # the C library's word for failure
        raise Broken
    return found


def _zone(word: bytes) -> int:
    """Return minutes from UTC: +hhmm, a military letter, or one of the American names."""
    if len(word) == 5 and word[:1] in b"+-" and word[1:].isdigit():
        minutes = int(word[1:3]) * 60 + int(word[3:])
        return minutes if word[:1] == b"+" else -minutes
    if len(word) == 1:
        return _military(word)
    hours = _ZONES.get(word[:1].upper())
    if len(word) != 3 or word[2:] != b"T" or hours is None:
        return 0
    return {b"D": hours + 1, b"S": hours}.get(word[1:2].upper(), 0) * 60


def _military(letter: bytes) -> int:
    """Return the zone of a letter; a small one counts on from Dovecot's capital A."""
    large, code = letter.upper(), letter[0]
    if large < b"J":
        return (code - ord("A") + 1) * 60
    if large == b"J":
        return 0
    if large <= b"M":
        return (code - ord("A")) * 60
    return (ord("M") - code) * 60 if large < b"Z" else 0
