"""Passwords and tokens in Lua scripts: where they are, also in a script that Lua can't compile.

They are texts that something called like a secret is set to, compared with or given together with
(``password = "…"``, ``add_header("Authorization", "…")``), and parts of texts and comments: the userinfo
of a URL, what stands behind ``token=`` or ``Bearer``. Of two readings the one that hides more is taken.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice

from cli.render.lua_tokens import Token, tokens
from cli.render.secrets import HIDDEN, parts, parts_of_urls
from dovecot_conf.source import SourceFile

_WORD = (
    r"(?:passw(?:or)?d|passphrase|(?<![a-z])(?:pass|pw|auth)(?![a-z])|(?-i:(?<=[a-z])(?:Key|Pass|Pw|Auth)(?![a-z]))"
    r"|pwd|secret|token|nonce|api[_-]?key|(?<=[_-])key(?![a-z])|authori[sz]ation|bearer|credential|cookie|signature)"
)
_SECRET_NAME = re.compile(rf"{_WORD}|\Akey\Z", re.IGNORECASE)
_IS_NAME = re.compile(r"[\w .:/-]{1,80}")
_ENDS_WITH_NAME = re.compile(rf"{_WORD}[\w-]{{0,40}}\\?[\"']?\s*[:=]\s*\\?[\"']?\Z", re.IGNORECASE)
_INSIDE = (
    re.compile(
        rf"{_WORD}[\w-]{{0,40}}\\?[\"']?\s*[:=]\s*\\?[\"']?(?P<secret>[^\"'\\,}}\s][^\"'\\,}}]*)",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:Bearer|Basic|Digest)\s+(?P<secret>[\w+/=.~:-]{6,})", re.IGNORECASE),
)
_PARAMETER = re.compile(r"[?&;](?P<name>[^=?&;\s]{1,80})=(?P<secret>[^&;#\s\"']+)")
_SECRET_PARAMETER = re.compile(r"pass|pwd|secret|token|nonce|key|auth|sig", re.IGNORECASE)
_AFTER_NAME = re.compile(r"[\w-]*[\"']?\]?\s*[=,:(]*\s*")
_GIVES = frozenset(("=", "==", "~=", "or", "("))
_COMPARES = frozenset(("==", "~="))
_ENDS = frozenset((
    "break", "do", "else", "elseif", "end", "for", "function", "goto", "if", "local", "repeat", "return",
    "then", "until", "while", ";",
))  # fmt: skip
_JOINS = frozenset(("and", "or", "not", "in"))
_READERS = frozenset(("getenv", "plugin_getenv", "metadata_get", "require"))
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
_QUOTED = re.compile(r"(?<=')(?P<text>.*)(?=')", re.DOTALL)
_BETWEEN = {",": 2, ".": 2, "<": 3, "[": 3}
"""What may stand between a name and its value (``a, b =``, ``a <const> =``), with how many words it has."""
_NEAR = " near '"
_SHORTEST = 3
"""A shorter text is hidden in a message only where it is all of a quotation."""
_MAX_NAMES = 20
_MAX_DEPTH = 2

Span = tuple[int, int]


class ScriptSecrets:
    """The secrets of one script, found when they are first asked for."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source

    def in_line(self, number: int) -> list[Span]:
        """Return start and end of each secret in a line (from 1), from left to right."""
        start, line = self._starts[number - 1], self._source.lines[number - 1]
        found = []
        place = max(0, bisect_right(self._spans, (start, start)) - 1)
        for first, last in islice(self._spans, place, None):
            if first > start + len(line):
                break
            low, high = max(first - start, 0), min(last - start, len(line))
            if low < high:
                found.append((low, high))
        return found

    def hide_in_message(self, message: str, number: int) -> str:
        """Return a message about a line; what it quotes of the secrets in there is hidden.

        A quotation of several lines ends in that one.
        """
        lines = self._source.lines
        rows = range(max(1, number - message.count("\n")), min(number, len(lines)) + 1)
        texts = {lines[row - 1][first:last] for row in rows for first, last in self.in_line(row)}
        if not texts:
            return message
        told, near, word = message.partition(_NEAR)
        if near:
            return told + near + _hide_near(word.removesuffix("'"), texts) + "'"
        return _QUOTED.sub(lambda quoted: _hide_texts(quoted["text"], texts), message)

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self._source.lines:
            starts.append(starts[-1] + len(line) + 1)
        return starts

    @cached_property
    def _spans(self) -> list[Span]:
        return _merged(script_secrets(self._source.text))


def script_secrets(text: str, depth: int = 0) -> Iterator[Span]:
    """Yield start and end of each secret in a script, in any order; they may overlap."""
    yield from parts_of_urls(text)  # also one that lost its quotes
    words: list[Token] = []
    for token in tokens(text):
        if token.kind == "comment":
            yield from _in_text(text, token, depth)
            continue
        if token.kind == "string":
            yield from _in_text(text, token, depth)
            if not token.closed:
                yield from _in_broken_line(text, token)
        words.append(token)
    done = 0
    for index, word in enumerate(words):
        start = _given_to(words, index)
        if start is not None and start >= done:
            done = _end_of_values(words, start)
            yield from (
                (words[at].first, words[at].last) for at in range(start, done) if _is_value(words, at)
            )
        if word.kind == "name" and _SECRET_NAME.search(word.text):
            yield from _compared(words, index)


def _in_text(text: str, token: Token, depth: int) -> Iterator[Span]:
    """Yield the secrets inside of a string or comment, which may hold a piece of a script itself."""
    held = text[token.first : token.last]
    for first, last in parts(held):
        yield token.first + first, token.first + last
    for pattern in _INSIDE:
        for match in pattern.finditer(held):
            yield token.first + match.start("secret"), token.first + match.end("secret")
    for match in _PARAMETER.finditer(held):
        if _SECRET_PARAMETER.search(match["name"]):
            yield token.first + match.start("secret"), token.first + match.end("secret")
    if depth < _MAX_DEPTH and (token.kind == "comment" or "\n" in held):
        for first, last in script_secrets(held, depth + 1):
            yield token.first + first, token.first + last


def _in_broken_line(text: str, token: Token) -> Iterator[Span]:
    """Yield what may be a secret in a line whose quotes don't match: all behind a name that speaks of one."""
    start = text.rfind("\n", 0, token.start) + 1
    end = text.find("\n", token.start)
    line = text[start : end if end >= 0 else len(text)]
    for first, last in parts(line):
        yield start + first, start + last
    match = _SECRET_NAME.search(line)
    if match is not None:
        rest = _AFTER_NAME.match(line, match.end())
        assert rest is not None
        yield start + rest.end(), start + len(line)


def _given_to(words: Sequence[Token], index: int) -> int | None:
    """Return the index from which on texts belong to a word called like a secret, None for other words."""
    word = words[index]
    if word.kind == "string":
        return _given_to_text(words, index)
    if word.kind != "name" or not _SECRET_NAME.search(word.text):
        return None
    if index + 1 < len(words) and words[index + 1].kind == "string":
        return index + 1
    index += 1
    for _ in range(_MAX_NAMES):
        sign = _text(words, index)
        if sign not in _BETWEEN:
            return index + 1 if sign in _GIVES else None
        index += _BETWEEN[sign]
    return None


def _given_to_text(words: Sequence[Token], index: int) -> int | None:
    """Return the same for a text: ``["Authorization"] = …``, ``"Authorization", …``, ``"token=" .. …``."""
    word, after = words[index], _text(words, index + 1)
    if after == ".." and _ENDS_WITH_NAME.search(word.text[-160:]):
        return index + 2
    if not word.closed or not _IS_NAME.fullmatch(word.text) or not _SECRET_NAME.search(word.text):
        return None
    if after == "]":
        return index + 3 if _text(words, index + 2) in _GIVES else None
    return index + 2 if after in _GIVES or after == "," else None


def _end_of_values(words: Sequence[Token], start: int) -> int:
    """Return the index where the next field or statement begins, or a bracket from before is closed."""
    depth = 0
    before: Token | None = None
    for index in range(start, len(words)):
        word = words[index]
        if word.kind == "sign" and word.text in _OPEN:
            depth += 1
        elif word.kind == "sign" and word.text in _CLOSE:
            depth -= 1
        elif word.kind != "string" and (
            word.text in _ENDS or (depth == 0 and _begins_next(words, index, before))
        ):
            return index
        if depth < 0:
            return index
        before = word
    return len(words)


def _is_value(words: Sequence[Token], index: int) -> bool:
    """Tell whether a word is a text, and not the name of a field or setting that is read."""
    if words[index].kind != "string":
        return False
    if _text(words, index - 1) == "[" and _text(words, index + 1) == "]":
        return not (index > 1 and (words[index - 2].kind == "name" or words[index - 2].text in _CLOSE))
    return not (index > 1 and words[index - 1].text == "(" and words[index - 2].text in _READERS)


def _begins_next(words: Sequence[Token], index: int, before: Token | None) -> bool:
    word = words[index]
    if word.text == ",":
        return _text(words, index + 1) == "[" or _text(words, index + 2) == "="
    if word.kind != "name" or word.text in _JOINS or before is None:
        return False
    return (
        before.text in _CLOSE or before.text == "..." or (before.kind != "sign" and before.text not in _JOINS)
    )


def _compared(words: Sequence[Token], index: int) -> Iterator[Span]:
    """Yield the text that stands before the name of a secret in a comparison."""
    for _ in range(_MAX_NAMES):
        if index > 1 and words[index - 1].text in {".", ":"}:
            index -= 2
    if index > 1 and words[index - 1].text in _COMPARES and words[index - 2].kind == "string":
        yield words[index - 2].first, words[index - 2].last


def _text(words: Sequence[Token], index: int) -> str:
    """Return a name or sign; '' for a text, and behind the end."""
    return words[index].text if index < len(words) and words[index].kind != "string" else ""


def _merged(spans: Iterator[Span]) -> list[Span]:
    merged: list[Span] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        elif first < last:
            merged.append((first, last))
    return merged


def _hide_near(quoted: str, texts: set[str]) -> str:
    """Return the word near which Lua finds a mistake, with secrets hidden: it may be a part of one."""
    bare = quoted.strip("\"'[]=.")
    if re.search(r"\w", bare) and any(bare in text for text in texts):
        return quoted.replace(bare, HIDDEN)
    return _hide_texts(quoted, texts)


def _hide_texts(quoted: str, texts: set[str]) -> str:
    for text in sorted(texts, key=len, reverse=True):
        if len(text) >= _SHORTEST or quoted.strip("\"'") == text:
            quoted = quoted.replace(text, HIDDEN)
    return quoted
