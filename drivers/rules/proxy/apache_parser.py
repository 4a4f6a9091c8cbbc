"""Reading a configuration of Apache's httpd, whole or a snippet of it.

A directive is a line, a backslash at its end continues it, and only a whole line can be a comment.
"""

from __future__ import annotations

import re

from dovecot_conf.positions import Span
from drivers.rules.proxy.directives import (
    MAX_DEPTH,
    Comment,
    Directive,
    Parsed,
    Positions,
    ProxySyntaxError,
)

_LINE = re.compile(r"(?:[^\\\n]|\\(?:\r?\n|.)|\\\Z)*(?:\n|\Z)")
_WORD = re.compile(r""""(?P<double>(?:[^"\\]|\\.)*)"?|'(?P<single>(?:[^'\\]|\\.)*)'?|(?P<bare>\S+)""")
_CLOSING = re.compile(r"</\s*(?P<name>[\w:]+)\s*>\Z")
_OPENING = re.compile(r"<(?P<name>[\w:]+)\s*(?P<args>.*)>\Z", re.DOTALL)


def parse_apache(path: str, text: str) -> Parsed:
    """Return the directives of a configuration. Raises ProxySyntaxError, near to Apache's words."""
    positions = Positions(path, text)
    top = Directive("", (), positions.span(0, 0))
    stack, comments, offset = [top], list[Comment](), 0
    while offset < len(text):
        match = _LINE.match(text, offset)
        end = match.end() if match is not None and match.end() > offset else len(text)
        start, offset = offset, end
        line = text[start:end].strip()
        first = start + len(text[start:end]) - len(text[start:end].lstrip())
        span = positions.span(first, first + len(line))
        if not line:
            continue
        if line.startswith("#"):
            comments.append(Comment(span, line, alone=True))
            continue
        _take(re.sub(r"\\\r?\n", " ", line), stack, span)
    if len(stack) > 1:
        raise ProxySyntaxError(f"<{stack[-1].name}> is never closed", stack[-1].span)
    return Parsed(top, tuple(comments))


def _take(line: str, stack: list[Directive], span: Span) -> None:
    """Put one line into the innermost open section, or open or close one."""
    if line.startswith("</"):
        closing = _CLOSING.match(line)
        name = closing["name"].lower() if closing is not None else ""
        if len(stack) == 1:
            raise ProxySyntaxError(f"{line.split(maxsplit=1)[0]} without matching <{name}> section", span)
        if stack[-1].name != name:
            raise ProxySyntaxError(f"expected </{stack[-1].name}> but saw {line.split(maxsplit=1)[0]}", span)
        stack.pop()
        return
    opening = _OPENING.match(line)
    if line.startswith("<") and opening is None:
        raise ProxySyntaxError("a line with < must end in >", span)
    if opening is not None:
        section = Directive(opening["name"].lower(), _words(opening["args"]), span)
        stack[-1].children.append(section)
        if len(stack) > MAX_DEPTH:
            raise ProxySyntaxError("sections are nested too deeply", span)
        stack.append(section)
        return
    words = _words(line)
    stack[-1].children.append(Directive(words[0].lower(), words[1:], span))


def _words(text: str) -> tuple[str, ...]:
    return tuple(
        next(part for part in match.group("double", "single", "bare") if part is not None)
        for match in _WORD.finditer(text)
    )
