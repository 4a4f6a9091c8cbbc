"""How IMAP writes text (RFC 3501 section 4), as far as METADATA (RFC 5464) needs it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dovecot_conf.errors import PushnotifError

QUOTABLE = re.compile(rb"[\x20-\x7e]{0,500}")
_TOKEN = re.compile(rb' *(?:(?P<bracket>[()])|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<atom>[^ ()"]+))', re.DOTALL)

# What imaplib gives for a response: a line, or a line that ends with a size and the literal behind it.
ResponsePart = bytes | tuple[bytes, bytes]
Node = bytes | None | list["Node"]


class SyntaxFault(PushnotifError):  # noqa: N818 - a fault of the other side, not ours
    """A response is not what IMAP allows."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that goes over the line as it is, behind its size."""

    content: bytes


Piece = bytes | Literal


def text_piece(text: str) -> Piece:
    """Return text as a quoted string where it may stand in one, else as a literal."""
    content = text.encode("utf-8", "surrogateescape")
    if QUOTABLE.fullmatch(content):
        return b'"' + content.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return Literal(content)


def in_brackets(pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces as a parenthesized list."""
    spaced: list[Piece] = [b"("]
    for number, piece in enumerate(pieces):
        spaced += [b" ", piece] if number else [piece]
    return [*spaced, b")"]


def chunks(pieces: Sequence[Piece]) -> list[bytes]:
    """Return what is sent at a time: each chunk but the last ends with the size of a literal."""
    found = [b""]
    for piece in pieces:
        if isinstance(piece, Literal):
            found[-1] += b"{%d}" % len(piece.content)
            found.append(piece.content)
        else:
            found[-1] += piece
    return found


def parse(parts: Sequence[ResponsePart]) -> list[Node]:
    """Return the tokens of responses: strings, None for NIL, lists for brackets. Raises SyntaxFault."""
    top: list[Node] = []
    stack = [top]
    for token, is_text in _tokens(parts):
        if is_text:
            stack[-1].append(token)
        elif token == b"(":
            inner: list[Node] = []
            stack[-1].append(inner)
            stack.append(inner)
        elif token == b")":
            if len(stack) == 1:
                raise SyntaxFault("a bracket too many")
            stack.pop()
        else:
            stack[-1].append(None if token.upper() == b"NIL" else token)
    if len(stack) > 1:
        raise SyntaxFault("a bracket is missing")
    return top


def _tokens(parts: Sequence[ResponsePart]) -> Iterator[tuple[bytes, bool]]:
    for part in parts:
        if isinstance(part, tuple):
            line, literal = part
            yield from _tokens_of_line(line.rstrip()[: line.rstrip().rfind(b"{")].removesuffix(b"~"))
            yield literal, True
        else:
            yield from _tokens_of_line(part)


def _tokens_of_line(line: bytes) -> Iterator[tuple[bytes, bool]]:
    at = 0
    end = len(line.rstrip())
    while at < end:
        match = _TOKEN.match(line, at)
        if match is None:
            raise SyntaxFault("a string without its end")
        at = match.end()
        if match["quoted"] is not None:
            yield re.sub(rb"\\(.)", rb"\1", match["quoted"], flags=re.DOTALL), True
        else:
            yield match["bracket"] or match["atom"], False
