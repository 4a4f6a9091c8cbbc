"""A signal that ends the process waits until a critical moment is over."""

from __future__ import annotations

import signal

import pytest

from mailstore.undisturbed import undisturbed


def test_a_signal_waits_until_the_block_is_over() -> None:
    over = False
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - what is interrupted, and when
        with undisturbed():
            signal.raise_signal(signal.SIGINT)
            over = True
        raise AssertionError("the signal is lost")
    assert over
