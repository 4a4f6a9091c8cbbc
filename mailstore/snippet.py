"""The snippet: the first 200 characters of a mail's text, RFC 8970 as Dovecot does it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from dovecot_conf.versions import Version
from mailstore.charset import translation
from mailstore.header_fields import Header, read_header
from mailstore.html2text import Html2Text
from mailstore.message import Message
from mailstore.mime import find_text_part, first_content_type, parse_parts
from mailstore.rfc822 import ContentType, parse_transfer_encoding
from mailstore.transfer import transfer_decoder

_BLOCK = 8192
_SKIPPED = "\0\ufeff"
_WHITE_SPACE = " \t\n\v\f\r"
_HTML = ("text/html", "application/xhtml+xml")


# Several drivers want it of one mail, and --count delivers the same mail again.
@lru_cache(maxsize=2)
def snippet(message: Message, max_chars: int = 200, *, version: Version = Version.V23) -> str:
    """Return the beginning of the message's text with white space collapsed, or "".

    At most ``max_chars`` characters (code points). Quoted lines (``>``) appear only if there is
    nothing else. Works on any mail; reading stops as soon as the snippet is full. The body is
    taken in blocks of 8192 bytes because some of Dovecot's rules (2.3.19.1, 2.4.1) look no further.
    """
    part = find_text_part(parse_parts(message.data, version))
    if part is None:
        return ""
    header = read_header(message.data, part.start, part.end)
    kind = first_content_type(header.exact_values(b"Content-Type"), version)
    decoder = transfer_decoder(_transfer_encoding(header))
    if decoder is None or not (kind is None or (kind.type == "text" and kind.subtype)):
        return ""
    charset = kind.parameter("charset") if kind else None
    translated = translation(None if charset is None else charset.decode("latin-1"))
    html = _html2text(kind)
    collector = _Collector(max_chars)
    for block in _blocks(header, part.end):
        text = translated.translate(decoder.decode(block))
        if not text:
            # Dovecot takes a block without text for the end of a header
            if collector.has_text():
                break
            html = _html2text(kind)
            continue
        if html is not None:
            text = html.feed(text)
        if not collector.add(text.decode()):
            break
    return collector.result()


def _html2text(kind: ContentType | None) -> Html2Text | None:
    return Html2Text() if kind is not None and any(map(kind.is_, _HTML)) else None


def _transfer_encoding(header: Header) -> str | None:
    """Return the last Content-Transfer-Encoding: unlike with Content-Type, it is the one that counts."""
    found = list(header.exact_values(b"Content-Transfer-Encoding"))
    return parse_transfer_encoding(found[-1]) if found else None


def _blocks(header: Header, end: int) -> Iterator[bytes]:
    """Yield the body behind ``header`` in the blocks in which Dovecot's input buffer holds it.

    The buffer is filled from the start of the part. What it holds is kept while more is read, so
    header lines that cross its end shift all that follows.
    """
    data, position = header.data, header.body
    filled = header.start + _BLOCK
    while (line_end := data.find(b"\n", filled - 1, position)) >= 0:
        line_start = max(data.rfind(b"\n", header.start, line_end) + 1, header.start)
        while filled < line_end + 2:
            # a line that fills the buffer is cut at its last blank
            cut = max(data.rfind(blank, line_start + 1, filled) for blank in (b" ", b"\t"))
            is_full = filled == line_start + _BLOCK
            line_start = (cut if cut > 0 else filled) if is_full else line_start
            filled = line_start + _BLOCK
    while position < end:
        if position + 2 > filled:
            filled = position + _BLOCK
        yield data[position : min(filled, end)]
        position = filled


class _Buffer:
    """Collected text and the room that is left, in characters."""

    def __init__(self, room: int) -> None:
        self.pieces: list[str] = []
        self.room = room

    def text(self) -> str:
        return "".join(self.pieces).lstrip(_WHITE_SPACE)


class _Collector:
    """Collects words, quoted lines apart, with one space for white space between them."""

    _TOKEN = re.compile(f"[{_WHITE_SPACE}]+|[{_SKIPPED}]+|[^{_SKIPPED}{_WHITE_SPACE}]+")
    # in front of a line that isn't quoted
    _LAST_LINE_END = re.compile(r"\n(?!>)")

    def __init__(self, max_chars: int) -> None:
        self._normal = _Buffer(max_chars)
        # one character goes to the ">" in front
        self._quoted = _Buffer(max_chars - 1)
        self._target = self._normal
        self._line_begins = True
        self._space_due = False

    def add(self, text: str) -> bool:
        """Take the next piece of text; return False when no more is wanted."""
        position = 0
        while self._normal.room > 0 and (token := self._TOKEN.match(text, position)):
            position = token.end()
            first = token[0][0]
            if first in _WHITE_SPACE:
                self._add_blank(token[0])
            elif first in _SKIPPED:
                self._line_begins = False
            else:
                self._add_word(token[0])
            if self._target is self._quoted and self._quoted.room <= 0:
                line_end = self._LAST_LINE_END.search(text, position)
                position = line_end.start() if line_end else len(text)
        return self._normal.room > 0

    def has_text(self) -> bool:
        """Tell whether anything was collected."""
        return bool(self._normal.pieces or self._quoted.pieces)

    def result(self) -> str:
        """Return the normal text; without any, the quoted one after a ``>``."""
        if self._normal.pieces or not self._quoted.pieces:
            return self._normal.text()
        return ">" + self._quoted.text()

    def _add_blank(self, blank: str) -> None:
        self._space_due |= bool(self._target.pieces)
        newline = blank.find("\n")
        if newline >= 0:
            self._target = self._normal
            if newline + 1 < len(blank):
                self._space_due |= bool(self._normal.pieces)
        self._line_begins = blank.endswith("\n")

    def _add_word(self, word: str) -> None:
        if self._line_begins and word.startswith(">"):
            self._target = self._quoted
            word = word[1:]
        self._line_begins = False
        buffer = self._target
        if not word or buffer.room <= 0:
            return
        buffer.room -= 1
        if self._space_due:
            if buffer.room == 0:
                return
            buffer.pieces.append(" ")
            buffer.room -= 1
            self._space_due = False
        shown = word[: buffer.room + 1]
        buffer.pieces.append(shown)
        buffer.room -= len(shown) - 1
