"""How a row of the table of 2.4's checks is carried out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module

from dovecot_conf.check_finding import Finding
from dovecot_conf.checks24_table import Check, Limit, NotEmpty, Own, Words
from dovecot_conf.view24 import View24

RANGE, WORD = "value-range", "unknown-word"


@cache
def subjects(one: Check) -> frozenset[str]:
    """Return the settings without which a check finds nothing."""
    return frozenset(one.of.split()) if isinstance(one, Own) else frozenset((one.name,))


def run(one: Check, view: View24) -> Iterator[Finding]:
    """Yield what a check finds in a place."""
    if isinstance(one, Own):
        room, _, function = one.function.partition(".")
        yield from getattr(import_module(f"dovecot_conf.checks24_{room}"), function)(view)
    elif isinstance(one, Limit):
        amount = view.amount(one.name)
        if amount < one.least or (one.most is not None and amount > one.most):
            yield Finding(RANGE, one.message, view.where(one.name))
    elif isinstance(one, NotEmpty):
        if not view.text(one.name):
            yield Finding(RANGE, one.message, view.where(one.name))
    else:
        yield from _words(one, view)


def _words(one: Words, view: View24) -> Iterator[Finding]:
    for word in view.words(one.name):
        shown = word if one.exact else word.lower()
        if shown in one.words or (one.others and shown.startswith(one.others)):
            continue
        hint = f"it takes: {', '.join(one.words)}" if one.words else "remove it: no words are known"
        yield Finding(WORD, f"{one.message}{word}{one.end}", view.item(one.name, word), hint)
