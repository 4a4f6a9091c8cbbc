"""Where a piece of text stands: file, line and column."""

# Annotations are not postponed here: NamedTuple compiles each one that is a string, at every start.

from typing import NamedTuple

from dovecot_conf.value import Value


class Span(NamedTuple):
    """A stretch of one file.

    ``file`` is the path as the user would write it. Lines and columns count from 1, columns in
    characters; the end is exclusive, so an empty stretch has equal start and end.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        """Return ``file:line:column``."""
        return f"{self.file}:{self.line}:{self.column}"


class Piece(Value):
    """Where a part of a continued line stands: from ``offset`` of the joined text on."""

    offset: int
    path: str
    line: int
    column: int
