"""The checks at the end of a configuration of 2.3."""

from __future__ import annotations

from importlib import import_module

import pytest

from dovecot_conf.checks23 import CHECKS


@pytest.mark.parametrize(("module", "name"), [(check.module, check.name) for check in CHECKS])
def test_each_check_in_the_table_is_a_function(module: str, name: str) -> None:
    assert callable(getattr(import_module(module), name))
