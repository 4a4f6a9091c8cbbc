"""Fixes of values: booleans, numbers, times, sizes, choices, ports, quotes and variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from dovecot_conf.diagnostics import Applicability, Fix
from dovecot_conf.lint.fixes.finding import BOTH, SAFE, UNSAFE, Finding, Fixer
from dovecot_conf.lint.fixes.making import behind, new_value, quoted, unsafe, within_a_line
from dovecot_conf.near import nearest, offered
from dovecot_conf.tree import Setting, ValueKind

_SURE = {
    **dict.fromkeys(("true", "on", "enable", "enabled"), "yes"),
    **dict.fromkeys(("false", "off", "n", "0", "disable", "disabled"), "no"),
}
"""Words of other programs' configurations that mean yes and no there."""

_GUESSED = {
    **dict.fromkeys(("t", "ja", "oui", "si", "sí", "yep", "yess", "ye", "yeah", "da", "tak"), "yes"),
    **dict.fromkeys(("f", "nein", "non", "nope", "none", "never", "nee", "not", "nie"), "no"),
}

_PORTS = {
    "imap": 143,
    "imap2": 143,
    "imaps": 993,
    "pop3": 110,
    "pop-3": 110,
    "pop3s": 995,
    "lmtp": 24,
    "sieve": 4190,
    "managesieve": 4190,
    "submission": 587,
    "submissions": 465,
    "smtp": 25,
    "smtps": 465,
    "http": 80,
    "https": 443,
}
"""The service names of RFC 6335 that mail servers use."""

_MINUTE, _HOUR, _DAY, _WEEK = 60, 3600, 86400, 604800
_TIMES = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), _MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), _HOUR),
    **dict.fromkeys(("d", "day", "days"), _DAY),
    **dict.fromkeys(("w", "wk", "week", "weeks"), _WEEK),
}
_TIME_UNITS = ((_WEEK, "weeks"), (_DAY, "days"), (_HOUR, "hours"), (_MINUTE, "mins"), (1, "secs"))
_SIZE_UNITS = ((1024**4, "T"), (1024**3, "G"), (1024**2, "M"), (1024, "k"), (1, "B"))
_SIZES = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}

_AMOUNT = re.compile(r"(?P<number>[0-9]{1,18}(?:\.[0-9]{1,9})?) *(?P<unit>[A-Za-z]*)\.?")
_DIGITS = re.compile(r"[0-9]{1,18}")
_LEADING = re.compile(r"(?P<digits>[0-9]{1,10})\s*[A-Za-z%]+")
_VARIABLE_NAME = re.compile(r"[a-z][a-z0-9_:]*")


def _replaced(node: Setting, text: str, applicability: Applicability) -> Fix | None:
    edit = new_value(node, text) if text else None
    return Fix(f"write {text}", (edit,), applicability) if edit is not None else None


def _plain(found: Finding) -> Setting | None:
    """Return the setting if its value is what is written."""
    node = found.setting
    if node is None or node.kind not in (ValueKind.PLAIN, ValueKind.QUOTED) or "$" in node.value:
        return None
    return node


def _from_words(found: Finding, words: Mapping[str, str], guessed: Mapping[str, str]) -> Fix | None:
    node = _plain(found)
    if node is None:
        return None
    word = node.value.strip().lower()
    if word in words:
        return _replaced(node, words[word], Applicability.SAFE)
    return _replaced(node, guessed.get(word, ""), Applicability.UNSAFE)


def _boolean(found: Finding) -> Fix | None:
    return _from_words(found, _SURE, _GUESSED)


def _port(found: Finding) -> Fix | None:
    return _from_words(found, {name: str(port) for name, port in _PORTS.items()}, {})


def _number(found: Finding) -> Fix | None:
    """Take the unit from behind a number: a guess, as it may have meant a thousand of them."""
    node = _plain(found)
    match = _LEADING.fullmatch(node.value) if node is not None else None
    return _replaced(node, match["digits"], Applicability.UNSAFE) if node is not None and match else None


def _time(found: Finding) -> Fix | None:
    """Write a fraction in a smaller unit; a number alone is taken for seconds, as Dovecot advises."""
    node = _plain(found)
    if node is None:
        return None
    if _DIGITS.fullmatch(node.value):
        return _replaced(node, f"{node.value}s", Applicability.UNSAFE)
    return _exact(node, _TIMES, _TIME_UNITS)


def _size(found: Finding) -> Fix | None:
    node = _plain(found)
    if node is None:
        return None
    match = _AMOUNT.fullmatch(node.value)
    unit = match["unit"].lower().removesuffix("b").removesuffix("i") if match else ""
    return _exact(node, _SIZES, _SIZE_UNITS, unit)


def _exact(
    node: Setting, known: Mapping[str, int], units: tuple[tuple[int, str], ...], unit: str | None = None
) -> Fix | None:
    """Return the fix that writes an amount as a whole number of the largest unit that gives one."""
    match = _AMOUNT.fullmatch(node.value)
    if match is None:
        return None
    factor = known.get(match["unit"].lower() if unit is None else unit)
    amount = Fraction(match["number"]) * factor if factor is not None else Fraction(1, 2)
    if factor is None or amount.denominator != 1 or not amount:
        return None
    for size, name in units:
        if size <= factor and not amount.numerator % size:
            return _replaced(node, f"{amount.numerator // size}{name}", Applicability.SAFE)
    return None


def _choice(found: Finding) -> Fix | None:
    """Write a word as the setting takes it: in its case, or the one that is most like it."""
    node = _plain(found)
    words = offered(found.diagnostic.hint)
    if node is None or not words:
        return None
    same = [word for word in words if word.lower() == node.value.lower()]
    if len(same) == 1:
        return _replaced(node, same[0], Applicability.SAFE)
    return _replaced(node, nearest(node.value.lower(), words), Applicability.UNSAFE)


def _in_quotes(found: Finding) -> Fix | None:
    edits = quoted(found.setting) if found.setting is not None else ()
    return unsafe("put the value in quotes", *edits) if edits else None


def _open_variable(found: Finding) -> Fix | None:
    """Close a variable that ends with its line."""
    node = found.setting
    if node is None or node.kind is ValueKind.QUOTED or not within_a_line(node.value_span):
        return None
    _, opened, name = node.raw.rpartition("%{")
    if not opened or not _VARIABLE_NAME.fullmatch(name):
        return None
    return unsafe("close the variable", behind(node.value_span, "}"))


def _oldest_tls(found: Finding) -> Fix | None:
    node = found.setting
    if node is None or node.key != "ssl_min_protocol":
        return None
    return _replaced(node, "TLSv1.2", Applicability.UNSAFE)


VALUE_FIXERS = (
    Fixer("PN153", UNSAFE, _in_quotes),
    Fixer("PN156", UNSAFE, _open_variable),
    Fixer("PN163", BOTH, _boolean),
    Fixer("PN164", UNSAFE, _number),
    Fixer("PN165", BOTH, _time),
    Fixer("PN166", SAFE, _size),
    Fixer("PN167", BOTH, _choice),
    Fixer("PN168", SAFE, _port),
    Fixer("PN184", UNSAFE, _oldest_tls),
)
