"""Reading a configuration of nginx, whole or a snippet of it.

The rules are those of nginx's own reader: white space separates words, ``;`` ends a directive, quotes count
at the beginning of a word only, and ``${name}`` is part of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from drivers.rules.proxy.directives import (
    MAX_DEPTH,
    Comment,
    Directive,
    Parsed,
    Positions,
    ProxySyntaxError,
)

_TOKEN = re.compile(
    r"""\s+
    |(?P<comment>\#[^\n]*)
    |(?P<mark>[;{}])
    |(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<unclosed>["'])
    |(?P<word>(?:\$\{[^}\s]*\}|\\.|[^\s;{}"'])(?:\$\{[^}\s]*\}|\\.|[^\s;{}])*)""",
    re.VERBOSE | re.DOTALL,
)
_CODE = "_by_lua_block"
_BRACE = re.compile("[{}]")


def parse_nginx(path: str, text: str) -> Parsed:
    """Return the directives of a configuration. Raises ProxySyntaxError, in nginx's words."""
    return _Parser(path, text).parse()


class _Parser:
    def __init__(self, path: str, text: str) -> None:
        self._text = text
        self._positions = Positions(path, text)
        self._top = Directive("", (), self._positions.span(0, 0))
        self._open = [self._top]
        self._words: list[tuple[int, int, str]] = []
        self._comments: list[Comment] = []

    def parse(self) -> Parsed:
        for match in self._tokens():
            if match.lastgroup == "comment":
                self._comment(match)
            elif match.lastgroup == "unclosed":
                raise self._error("a quote is never closed", match.start())
            elif match.lastgroup == "mark":
                self._mark(match[0], match.start())
            elif match.lastgroup is not None:
                quoted = match.lastgroup == "quoted"
                word = match[0][1:-1] if quoted else match[0]
                self._words.append((match.start(), match.end(), word))
        if self._words:
            raise self._error('unexpected end of file, expecting ";" or "}"', self._words[0][0])
        if len(self._open) > 1:
            span = self._open[-1].span
            raise ProxySyntaxError('unexpected end of file, expecting "}" for this block', span)
        return Parsed(self._top, tuple(self._comments))

    def _tokens(self) -> Iterator[re.Match[str]]:
        position = 0
        while position < len(self._text):
            match = _TOKEN.match(self._text, position)
            if match is None:  # never: every character begins a token
                return
            position = match.end()
            if match[0] == "{" and self._words and self._words[0][2].endswith(_CODE):
                self._words.clear()
                position = self._after_code(match.start())
                continue
            yield match

    def _after_code(self, start: int) -> int:
        """Return where a block with code of another language ends."""
        depth = 0
        for brace in _BRACE.finditer(self._text, start):
            depth += 1 if brace[0] == "{" else -1
            if not depth:
                return brace.end()
        raise self._error('unexpected end of file, expecting "}" for this block', start)

    def _comment(self, match: re.Match[str]) -> None:
        line_start = self._text.rfind("\n", 0, match.start()) + 1
        alone = not self._text[line_start : match.start()].strip()
        self._comments.append(Comment(self._positions.span(*match.span()), match[0], alone))

    def _mark(self, mark: str, offset: int) -> None:
        if mark == "}":
            if self._words:
                raise self._error('unexpected "}": a ";" is missing before it', offset)
            if len(self._open) == 1:
                raise self._error('unexpected "}"', offset)
            self._open.pop()
            return
        if not self._words:
            raise self._error(f'unexpected "{mark}"', offset)
        names = [word for _, _, word in self._words]
        span = self._positions.span(self._words[0][0], self._words[-1][1])
        directive = Directive(names[0].lower(), tuple(names[1:]), span)
        self._open[-1].children.append(directive)
        self._words.clear()
        if mark == "{":
            if len(self._open) > MAX_DEPTH:
                raise self._error("blocks are nested too deeply", offset)
            self._open.append(directive)

    def _error(self, message: str, offset: int) -> ProxySyntaxError:
        return ProxySyntaxError(message, self._positions.span(offset, min(offset + 1, len(self._text))))
