"""Python's search for garbage, put off while a tree is built."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Switch the cyclic garbage collector off for a while.

    A tree is made of objects that all stay. The collector would look through them again and again,
    and find nothing, for about half of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
