"""The links of the chain as a tree: what belongs to one protocol or driver hangs below it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mailstore.links import Link, LinkState


class Branch(NamedTuple):
    """One link, and the links that hang below it in the order in which a notification passes them."""

    link: Link
    below: tuple[Branch, ...] = ()

    def walk(self, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Link]]:
        """Yield every link in order, each with the names of what it hangs below and its own."""
        here = (*path, self.link.name)
        yield here, self.link
        for branch in self.below:
            yield from branch.walk(here)


def first_broken(branches: tuple[Branch, ...]) -> tuple[tuple[str, ...], Link] | None:
    """Return the first link where a notification stops, with its path, None when all of them hold.

    Where one is broken because of one below it, it is the one below.
    """
    for branch in branches:
        name = branch.link.name
        below = first_broken(branch.below)
        if below is not None:
            path, link = below
            return (name, *path), link
        if branch.link.state is LinkState.BROKEN:
            return (name,), branch.link
    return None
