"""From where a file of a configuration was included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dovecot_conf.positions import Span
from dovecot_conf.tree import Include, Node


def include_places(nodes: Iterable[Node]) -> dict[str, Span]:
    """Return by path the ``!include`` that read a file first."""
    places: dict[str, Span] = {}
    for node in nodes:
        if isinstance(node, Include):
            for document in node.documents:
                places.setdefault(document.path, node.statement_span)
    return places


def chain_to(path: str, places: Mapping[str, Span]) -> tuple[Span, ...]:
    """Return the includes that lead to a file: that of the file itself first, that of the main file last.

    The main file, and a file that isn't known, have none.
    """
    chain: dict[str, Span] = {}
    while path not in chain and (place := places.get(path)) is not None:
        chain[path] = place
        path = place.file
    return tuple(chain.values())
