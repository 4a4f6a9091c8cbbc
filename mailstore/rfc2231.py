"""Parameters in pieces and in charsets (RFC 2231): ``name*0=…``, ``name*=utf-8''…``, ``name*0*=…``.

Both versions of Dovecot join pieces whose numbers run from 0, behind the plain parameters. Only
2.4.1 decodes; in 2.3.19.1 a parameter with a percent-encoded piece never answers for its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import unquote_to_bytes

from dovecot_conf.versions import Version
from mailstore.charset import to_utf8

Parameter = tuple[bytes, bytes]
"""Name and value, both as they are written."""


@dataclass(frozen=True, slots=True)
class _Piece:
    name: bytes
    number: int
    extended: bool
    value: bytes


def join_pieces(parameters: list[Parameter], version: Version) -> list[Parameter]:
    """Return the parameters with pieces joined. Where a name comes up again, the first one counts.

    Pieces with a missing number are left out: nothing is called ``name*2``.
    """
    if version is Version.V23:
        plain, pieces = _split_23(parameters)
        runs = [run for run in _complete_runs(pieces) if not any(piece.extended for piece in run)]
    else:
        plain, pieces = _split_24(parameters)
        runs = list(_complete_runs(pieces))
    return plain + [(run[0].name, _joined_value(run)) for run in runs]


_STAR_23 = re.compile(rb"([^*]*)\*([0-9]*)(\*?)\Z", re.DOTALL)
_STAR_24 = re.compile(rb"([^*]*)\*(?:([0-9]+)(\*?))?\Z", re.DOTALL)


def _split_23(parameters: list[Parameter]) -> tuple[list[Parameter], list[_Piece]]:
    """Take a bare ``name*`` for a piece with the number of the one before it."""
    plain: list[Parameter] = []
    pieces: list[_Piece] = []
    number = 0
    for name, value in parameters:
        match = _STAR_23.match(name)
        if match is None:
            plain.append((name, value))
            continue
        bare = not match[2] and not match[3]
        if not bare:
            number = int(match[2][:10] or b"0")
        pieces.append(_Piece(match[1], number, bare or bool(match[3]), value))
    return plain, pieces


def _split_24(parameters: list[Parameter]) -> tuple[list[Parameter], list[_Piece]]:
    """Decode a bare ``name*`` in its place."""
    plain: list[Parameter] = []
    pieces: list[_Piece] = []
    for name, value in parameters:
        match = _STAR_24.match(name)
        if match is None:
            plain.append((name, value))
        elif match[2]:
            pieces.append(_Piece(match[1], int(match[2][:10]), bool(match[3]), value))
        else:
            plain.append((match[1], _decoded(*_split_charset(value))))
    return plain, pieces


def _complete_runs(pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    pieces = sorted(pieces, key=lambda piece: (piece.name, piece.number))
    for _, group in groupby(pieces, key=lambda piece: piece.name.lower()):
        run = list(group)
        if [piece.number for piece in run] == list(range(len(run))):
            yield run


def _joined_value(run: list[_Piece]) -> bytes:
    """Join the values; the first extended piece with a charset in front names it for all."""
    charset: bytes | None = None
    values: list[bytes] = []
    for piece in run:
        value = piece.value
        if piece.extended:
            if charset is None:
                charset, value = _split_charset(value)
            value = _decoded(charset, value)
        values.append(value)
    return b"".join(values)


def _split_charset(value: bytes) -> tuple[bytes | None, bytes]:
    """Split ``charset'language'text``; without both quotes the charset is None."""
    parts = value.split(b"'", 2)
    return (parts[0], parts[2]) if len(parts) == 3 else (None, value)


_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def _decoded(charset: bytes | None, value: bytes) -> bytes:
    """Decode percent escapes and charset; what can't be decoded stays as it is."""
    if not charset:
        return value
    raw = value if _BAD_ESCAPE.search(value) else unquote_to_bytes(value)
    decoded = to_utf8(raw, charset.decode("latin-1"))
    return value if decoded is None else decoded
