"""The garbage collector is off while a tree is built, and as it was before and afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from dovecot_conf import OverrideError, loads
from dovecot_conf.collector import without_collector


@pytest.fixture(autouse=True)
def _leave_it_on() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


@pytest.mark.parametrize("on", [True, False])
def test_it_is_off_inside_and_as_before_afterwards(on: bool) -> None:
    if not on:
        gc.disable()
    with without_collector():
        assert not gc.isenabled()
        with without_collector():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled() == on


def test_reading_does_not_run_it() -> None:
    runs: list[str] = []
    text = "plugin {\n" + "  key = value\n" * 5000 + "}\n"
    loads("")
    gc.callbacks.append(lambda phase, _: runs.append(phase))
    try:
        configuration = loads(text)
        during = len(runs)
    finally:
        gc.callbacks.pop()
    assert configuration.settings("lmtp").plugin["key"].text == "value"
    assert during <= 2  # at most the one run that was put off, which begins and ends


def test_an_error_switches_it_on_again() -> None:
    with pytest.raises(OverrideError):
        loads("", overrides=["no equals sign"])
    assert gc.isenabled()
