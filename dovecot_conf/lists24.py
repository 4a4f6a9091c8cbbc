"""The lists of 2.4: names separated by spaces and commas, items that are yes or no."""

from __future__ import annotations

import re

from dovecot_conf.lines import unescape

MIDDLE_QUOTE = "'\"' in the middle of a string"
AFTER_QUOTE = "Expected ',' or ' ' after '\"'"
END_BACKSLASH = "Value ends with '\\'"
OPEN_QUOTE = "Missing ending '\"'"


class ListSyntaxError(Exception):
    """A list or block that can't be set like this; the text is Dovecot's."""

    def __init__(self, message: str, rule: str = "list-syntax") -> None:
        super().__init__(message)
        self.rule = rule


def is_true(text: str) -> bool:
    """Return whether a boolean of 2.4 is true."""
    return text.lower() in ("yes", "y") or text == "1"


def parse_names(text: str) -> list[str]:
    """Return the names of ``a "b c", d``. Raises ListSyntaxError.

    As ``settings_parse_boollist_string`` of 2.4.1: an item may be in double quotes, where a
    backslash hides the next character.
    """
    found: list[str] = []
    position = 0
    while position < len(text):
        if text[position] in " ,":
            position += 1
            continue
        item, position = (_quoted if text[position] == '"' else _bare)(text, position)
        found.append(item)
    return found


def _bare(text: str, position: int) -> tuple[str, int]:
    match = re.compile("[^ ,]+").match(text, position)
    if match is None:
        return "", position + 1
    if '"' in match[0]:
        raise ListSyntaxError(MIDDLE_QUOTE)
    return match[0], match.end()


def _quoted(text: str, position: int) -> tuple[str, int]:
    match = re.compile(r'"((?:\\.|[^"\\])*)("|\\?\Z)', re.DOTALL).match(text, position)
    if match is None or match[2] != '"':
        raise ListSyntaxError(END_BACKSLASH if match is not None and match[2] else OPEN_QUOTE)
    if match.end() < len(text) and text[match.end()] not in " ,":
        raise ListSyntaxError(AFTER_QUOTE)
    return unescape(match[1]), match.end()
