"""The text that a tree was made of."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.source import encode
from dovecot_conf.tree import Document, Node, Section


def nodes_of(document: Document) -> Iterator[Node]:
    """Yield the nodes of one file in file order, the closing brace of a section after its content."""
    pending: list[Iterator[Node]] = [iter(document.children)]
    while pending:
        node = next(pending[-1], None)
        if node is None:
            pending.pop()
            continue
        yield node
        if isinstance(node, Section):
            if node.end is not None:
                pending.append(iter((node.end,)))
            pending.append(iter(node.children))


def print_tree(document: Document) -> bytes:
    """Return the bytes of the file that ``document`` was made of, from its nodes."""
    lines = document.source.lines
    printed: list[str] = []
    for node in nodes_of(document):
        printed.extend(lines[node.line - 1 : node.end_line])
    text = "\n".join(printed)
    if document.source.text.endswith("\n"):
        text += "\n"
    return encode(text)
