"""HTML to text as Dovecot's mail-html2text does it: a small state machine, not an HTML parser."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from html.entities import name2codepoint

# HTML 4's entities, with XML's apos and the brackets where HTML 5 has them.
_ENTITIES = {name.encode(): code for name, code in name2codepoint.items()} | {
    b"apos": 0x27,
    b"lang": 0x27E8,
    b"rang": 0x27E9,
}
_NUMBER = re.compile(rb"#(?:x([0-9a-fA-F]+)|([0-9]+))\Z")
_NUMBER_MAX = 0x10FFFF

_ENTITY = re.compile(rb"([^ \t\r\n;]{0,9});")
_OPEN_ENTITY = re.compile(rb"[^ \t\r\n]{0,10}\Z")

# Ampersands in a row of which nothing is shown: no entity, or one without a name.
_LOST_AMPERSANDS = re.compile(rb"(?:&(?:;|(?![^ \t\r\n;]{0,9};)(?![^ \t\r\n]{0,10}\Z)))+")

_TEXT_STOP = re.compile(rb"[<&]")
_TAG_STOP = re.compile(rb"[\"'>]")
_QUOTED = {
    b'"': re.compile(rb'(?:[^"\\]++|\\.)*', re.DOTALL),
    b"'": re.compile(rb"(?:[^'\\]++|\\.)*", re.DOTALL),
}
_BLANKS = re.compile(rb"[ \t\r\n]*")

_COMMENT = re.compile(rb"!--")
_SCRIPT = re.compile(rb"script[ \t\r\n>]", re.IGNORECASE)
_STYLE = re.compile(rb"style[ \t\r\n>]", re.IGNORECASE)
_CDATA = re.compile(rb"!\[CDATA\[", re.IGNORECASE)
_BLOCKQUOTE = re.compile(rb"blockquote[ \t\r\n>]", re.IGNORECASE)
_END_BLOCKQUOTE = re.compile(rb"/blockquote>", re.IGNORECASE)
_FIRST_BYTES_OF_SPECIAL_TAGS = b"!sSbB/"
# A tag can be told apart within 12 bytes, or when its name ends earlier.
_OPEN_TAG_NAME = re.compile(rb"[^ \t\r\n>]{0,11}\Z")

# Ordinary tags in a row, each complete.
_ORDINARY_TAGS = re.compile(
    rb"""(?:<(?!!--|!\[CDATA\[|(?:script|style|blockquote)[ \t\r\n>])
        (?:[^"'>]++|"[^"\\]*+"|'[^'\\]*+')*>){1,1000}""",
    re.IGNORECASE | re.VERBOSE,
)
_END_SCRIPT = re.compile(rb"</script>", re.IGNORECASE)
_END_STYLE = re.compile(rb"</style>", re.IGNORECASE)
_WAIT = -1


class Html2Text:
    """Turns the blocks of one HTML body, in order, into text. Everything is UTF-8.

    Quoted text (blockquote) comes out in lines that start with ``>``. Where a block ends inside a
    tag name, an entity or the like, the rest waits for the next block; at the end of the mail it
    is not shown. The source of all rules is Dovecot 2.3.19.1.
    """

    def __init__(self) -> None:
        self._pending = b""
        self._quote_level = 0
        self._line_end_due = False
        self._step: Callable[[bytes, int], int] = self._text
        self._out = bytearray()

    def feed(self, block: bytes) -> bytes:
        """Return the text that ``block`` adds."""
        data = self._pending + block
        self._out = bytearray()
        position = 0
        while position < len(data):
            after = self._step(data, position)
            if after == _WAIT:
                break
            position = after
        self._pending = data[position:]
        return bytes(self._out)

    def _text(self, data: bytes, position: int) -> int:
        stop = _TEXT_STOP.search(data, position)
        if stop is None:
            self._out += data[position:]
            return len(data)
        self._out += data[position : stop.start()]
        # step by step, so that what was put out is not seen again after a wait
        if stop.start() > position:
            return stop.start()
        if stop[0] == b"&":
            if lost := _LOST_AMPERSANDS.match(data, position):
                return lost.end()
            return self._entity(data, position + 1)
        if not self._quote_level and (tags := _ORDINARY_TAGS.match(data, position)):
            self._add_space()
            return tags.end()
        return self._tag_name(data, position + 1)

    def _entity(self, data: bytes, position: int) -> int:
        """Put out a character; an unknown entity vanishes, what is none at all loses only its ``&``."""
        found = _ENTITY.match(data, position)
        if found is None:
            return _WAIT if _OPEN_ENTITY.match(data, position) else position
        code = _entity_code(found[1])
        if code is not None:
            self._out += chr(code).encode()
        return found.end()

    def _tag_name(self, data: bytes, position: int) -> int:
        if data[position : position + 1] in _FIRST_BYTES_OF_SPECIAL_TAGS:
            for pattern, step in (
                (_COMMENT, self._comment),
                (_SCRIPT, self._script),
                (_STYLE, self._style),
                (_CDATA, self._cdata),
            ):
                if found := pattern.match(data, position):
                    self._step = step
                    return found.end()
            if _BLOCKQUOTE.match(data, position):
                self._quote_level += 1
            elif self._quote_level and _END_BLOCKQUOTE.match(data, position):
                self._quote_level -= 1
                self._line_end_due = True
            elif _OPEN_TAG_NAME.match(data, position):
                return _WAIT
        elif _OPEN_TAG_NAME.match(data, position):
            return _WAIT
        self._step = self._tag
        return position

    def _tag(self, data: bytes, position: int) -> int:
        stop = _TAG_STOP.search(data, position)
        if stop is None:
            return len(data)
        if stop[0] == b">":
            self._end_tag()
            self._step = self._text
        else:
            self._step = partial(self._quoted, stop[0])
        return stop.end()

    def _end_tag(self) -> None:
        if self._quote_level:
            self._out += b"\n>"
        elif self._line_end_due:
            self._out += b"\n"
        self._line_end_due = False
        self._add_space()

    def _add_space(self) -> None:
        if self._out and self._out[-1:] not in b" \n":
            self._out += b" "

    def _quoted(self, quote: bytes, data: bytes, position: int) -> int:
        """Skip an attribute value; a backslash takes the next byte along."""
        value = _QUOTED[quote].match(data, position)
        after = value.end() if value else position
        if data[after : after + 1] == quote:
            self._step = self._tag
            return after + 1
        return after if after > position else _WAIT

    def _comment(self, data: bytes, position: int) -> int:
        dashes = data.find(b"--", position)
        if dashes < 0:
            return self._keep_back(data, position, b"--")
        self._step = self._comment_end
        return dashes + 2

    def _comment_end(self, data: bytes, position: int) -> int:
        blanks = _BLANKS.match(data, position)
        after = blanks.end() if blanks else position
        if after < len(data):
            self._step = self._text if data.startswith(b">", after) else self._comment
            after += 1
        return after

    def _script(self, data: bytes, position: int) -> int:
        return self._skip_until(_END_SCRIPT, b"</script>", data, position)

    def _style(self, data: bytes, position: int) -> int:
        return self._skip_until(_END_STYLE, b"</style>", data, position)

    def _skip_until(self, pattern: re.Pattern[bytes], closing: bytes, data: bytes, position: int) -> int:
        found = pattern.search(data, position)
        if found is None:
            return self._keep_back(data, position, closing)
        self._add_space()
        self._step = self._text
        return found.end()

    def _cdata(self, data: bytes, position: int) -> int:
        found = data.find(b"]]>", position)
        if found >= 0:
            self._out += data[position:found]
            self._step = self._text
            return found + 3
        after = self._keep_back(data, position, b"]]>")
        if after != _WAIT:
            self._out += data[position:after]
        return after

    @staticmethod
    def _keep_back(data: bytes, position: int, closing: bytes) -> int:
        """Return where the end of ``data`` could be the beginning of ``closing``."""
        tail = data[max(position, len(data) - len(closing) + 1) :].lower()
        kept = next((k for k in range(len(tail), 0, -1) if closing.startswith(tail[-k:])), 0)
        return len(data) - kept if len(data) - kept > position else _WAIT


def _entity_code(name: bytes) -> int | None:
    code = _ENTITIES.get(name)
    if code is None and (number := _NUMBER.match(name)):
        code = int(number[1], 16) if number[1] else int(number[2])
        if code > _NUMBER_MAX or 0xD800 <= code <= 0xDFFF:
            return None
    return code
