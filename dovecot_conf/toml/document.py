"""Reading a TOML document, with the place of whatever is wrong in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dovecot_conf.errors import PushnotifError
from dovecot_conf.near import nearest
from dovecot_conf.positions import Span
from dovecot_conf.toml.checks import Wrong
from dovecot_conf.toml.positions import Path as KeyPath
from dovecot_conf.toml.positions import positions

_SYNTAX_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True)
class Document:
    """A document that was read: its file, its text, what it says, and the kind of its errors."""

    path: Path
    text: str
    table: Mapping[str, Any]
    failure: type[PushnotifError]

    def span(self, path: KeyPath) -> Span:
        """Return where a value stands, or the nearest thing around it."""
        while path and path not in self._places:
            path = path[:-1]
        return _span(self.path, *self._places.get(path, (1, 1)))

    def error(self, wrong: Wrong) -> PushnotifError:
        """Return the error with its place, and the name that may have been meant."""
        message = wrong.message
        if wrong.word:
            near, known = nearest(wrong.word, wrong.known), ", ".join(wrong.known)
            if near:
                message += f"; did you mean '{near}'?"
            elif not message.endswith(known):
                message += f"; known: {known}"
        names = [part for part in wrong.path if isinstance(part, str)]
        if names and not message.startswith(("unknown", "no such")) and wrong.path[-1] != "":
            message = f"{names[-1]}: {message}"
        return self.failure(message, span=self.span(wrong.path))

    @cached_property
    def _places(self) -> Mapping[KeyPath, tuple[int, int]]:
        return positions(self.text)


def read(path: Path, what: str, failure: type[PushnotifError], limit: int) -> Document:
    """Read a file of at most ``limit`` bytes; ``what`` names it in errors. Raises ``failure``."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise failure(f"{path}: can't read the {what}: {reason}") from None
    if len(data) > limit:
        raise failure(f"{path}: the {what} is larger than {limit // 2**20} MiB")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        raise failure("not UTF-8", span=_span(path, line, column)) from None
    return parse(text, path, failure)


def parse(text: str, path: Path, failure: type[PushnotifError]) -> Document:
    """Read a text; ``path`` is its file. Raises ``failure``."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(text, path, str(error), failure) from None
    except RecursionError:
        raise failure(f"{path}: nested too deeply") from None
    except ValueError as error:  # a number with too many digits, a date that doesn't exist
        raise failure(f"{path}: {error}") from None
    return Document(path, text, table, failure)


def _syntax_error(text: str, path: Path, message: str, failure: type[PushnotifError]) -> PushnotifError:
    match = _SYNTAX_PLACE.search(message)
    if match is None:
        return failure(f"{path}: {message}")
    line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
    if match[1] is not None:
        line, column = int(match[1]), int(match[2])
    return failure(message[: match.start()], span=_span(path, line, column))


def _span(path: Path, line: int, column: int) -> Span:
    return Span(str(path), line, column, line, column)
