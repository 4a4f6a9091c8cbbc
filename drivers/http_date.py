"""Dates of HTTP, written and read (RFC 9110 section 5.6.7, as strictly as lib-http of Dovecot 2.3.19.1)."""

from __future__ import annotations

import re
from calendar import timegm
from email.utils import formatdate

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat), (?P<day>\d\d) {_MONTH} (?P<year>\d{{4}}) {_TIME} GMT",
        rf"(?:Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day, (?P<day>\d\d)-{_MONTH}-(?P<year>\d\d) {_TIME} GMT",
        rf"(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat) {_MONTH} (?P<day>\d\d| \d) {_TIME} (?P<year>\d{{4}})",
    )
)


def http_date(now: float) -> str:
    """Return the value of a Date header for seconds since 1970."""
    return formatdate(now, usegmt=True)


def parse_http_date(text: str) -> int | None:
    """Return the seconds since 1970 that a date of HTTP stands for; None if it is none."""
    match = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    if match is None:
        return None
    year = int(match["year"])
    if len(match["year"]) == 2:
        year += 2000 if year < 70 else 1900
    if year < 1900:
        return None
    month = _MONTHS.index(match["month"]) + 1
    clock = (int(match[name]) for name in ("hour", "minute", "second"))
    return timegm((year, month, int(match["day"]), *clock))
