"""Checks of the values in a document: of what kind they are, and which keys a table has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from dovecot_conf.toml.positions import Path


class Wrong(NamedTuple):
    """Something wrong at ``path``; ``known`` are the names that would be right there."""

    path: Path
    message: str
    word: str = ""
    known: tuple[str, ...] = ()


Check = Callable[[object, Path], Iterator[Wrong]]


class Key(NamedTuple):
    """A key of a table: what its value must be, and whether it must be there."""

    check: Check
    required: bool = False


def expected(path: Path, what: str) -> Iterator[Wrong]:
    """Yield that something else stands where ``what`` is expected."""
    yield Wrong(path, f"expected {what}")


def text(value: object, path: Path) -> Iterator[Wrong]:
    """Check for any text without a NUL."""
    if not isinstance(value, str) or "\0" in value:
        yield from expected(path, "a text in quotes")


def name(value: object, path: Path) -> Iterator[Wrong]:
    """Check for a text that isn't empty."""
    if not isinstance(value, str) or not value or "\0" in value:
        yield from expected(path, "a name in quotes, which is not empty")


def anything(value: object, path: Path) -> Iterator[Wrong]:
    """Check nothing but that it is a table."""
    if not isinstance(value, dict):
        yield from expected(path, "a table")


def flag(value: object, path: Path) -> Iterator[Wrong]:
    """Check for yes or no."""
    if not isinstance(value, bool):
        yield from expected(path, "true or false")


def number(least: int, most: int) -> Check:
    """Return the check for a whole number within limits."""

    def check(value: object, path: Path) -> Iterator[Wrong]:
        if type(value) is not int or not least <= value <= most:
            yield from expected(path, f"a whole number from {least} to {most}")

    return check


def one_of(*words: str) -> Check:
    """Return the check for one of these words."""

    def check(value: object, path: Path) -> Iterator[Wrong]:
        if value not in words:
            word = value if isinstance(value, str) else ""
            yield Wrong(path, f"expected one of {', '.join(words)}", word, words)

    return check


def like(pattern: re.Pattern[str], what: str) -> Check:
    """Return the check for a text of this form."""

    def check(value: object, path: Path) -> Iterator[Wrong]:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            yield from expected(path, what)

    return check


def list_of(check_item: Check, what: str, *, least: int = 0) -> Check:
    """Return the check for an array."""

    def check(value: object, path: Path) -> Iterator[Wrong]:
        if not isinstance(value, list) or len(value) < least:
            yield from expected(path, f"an array of {what}{' that is not empty' if least else ''}")
            return
        for place, item in enumerate(value):
            yield from check_item(item, (*path, place))

    return check


def names_to(check_name: Check, check_value: Check, *, least: int = 0) -> Check:
    """Return the check for a table whose keys the user chooses."""

    def check(value: object, path: Path) -> Iterator[Wrong]:
        if not isinstance(value, dict) or len(value) < least:
            yield from expected(path, f"a table{' that is not empty' if least else ''}")
            return
        for key, item in value.items():
            yield from check_name(key, (*path, key))
            yield from check_value(item, (*path, key))

    return check


def table(keys: Mapping[str, Key], *excluding: tuple[str, str]) -> Check:
    """Return the check for a table with these keys; pairs in ``excluding`` can't both be there."""

    def check(value: object, path: Path) -> Iterator[Wrong]:
        if not isinstance(value, dict):
            yield from expected(path, "a table")
            return
        yield from _unknown(value, keys, path)
        for key, rule in keys.items():
            if key in value:
                yield from rule.check(value[key], (*path, key))
            elif rule.required:
                yield Wrong(path, f"{key} is missing")
        for one, other in excluding:
            if one in value and other in value:
                yield Wrong((*path, other), f"{one} and {other} exclude each other")

    return check


def _unknown(value: Mapping[str, Any], keys: Mapping[str, Key], path: Path) -> Iterator[Wrong]:
    for key in value:
        if key not in keys:
            yield Wrong((*path, key), f"unknown key '{key}'", key, tuple(keys))
