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


def first_broken(
    branches: tuple[Branch, ...], path: tuple[str, ...] = ()
) -> tuple[tuple[str, ...], Link] | None:
    """Return the link where a notification stops, with its path, None when all of them hold.

    It is in the first branch that has a broken one; what hangs below a link says more than the link itself.
    """
    for branch in branches:
        here = (*path, branch.link.name)
        found = first_broken(branch.below, here)
        if found is not None:
            return found
        if branch.link.state is LinkState.BROKEN:
            return here, branch.link
    return None
