"""An index finds the filters that trying all of them finds, in the same order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import pytest

from dovecot_conf.condition_index import ConditionIndex
from dovecot_conf.conditions import Condition
from dovecot_conf.nets import parse_net

PROTOCOLS = (None, "imap", "!imap", "!lmtp", "")
NAMES = (None, "a.example", "*.example", "A.example b.example", "b.example")
NETS = (None, "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "0.0.0.0/0", "fd00::/8", "fd00::1", "mail.example")


@dataclass
class Filter:
    condition: Condition


def conditions() -> list[Condition]:
    nets = [net and parse_net(net) for net in NETS]
    return [Condition(*parts) for parts in product(PROTOCOLS, NAMES, nets, nets)]


@pytest.mark.parametrize("number", [3, 40, 1600])
def test_the_index_finds_what_a_search_finds(number: int) -> None:
    known = conditions()
    filters = [Filter(condition) for condition in known[:: len(known) // number]]
    index = ConditionIndex(filters)
    for asked in known[::7]:
        assert index.matching(asked) == [each for each in filters if each.condition.matches(asked)]


def test_what_is_added_after_a_search_is_found() -> None:
    known = conditions()
    index = ConditionIndex(map(Filter, known[:100]))
    index.matching(known[50])
    last = Filter(known[50])
    index.add(last)
    assert index.matching(known[50])[-1] is last
