"""The status line of an HTTP answer as strictly as Dovecot reads it.

Source: ``http_response_parse`` of 2.3.19.1; the text for a wrong version was seen with a running server.
"""

from __future__ import annotations

import re

_VERSION = re.compile(rb"HTTP/[0-9]\.[0-9]")
_STATUS = re.compile(rb"[1-5][0-9][0-9]")
_SHOWN_BYTES = 20
_NAMED = {0x0A: "<LF>", 0x0D: "<CR>"}


def status_line_problem(data: bytes) -> str:
    """Return Dovecot's text about the beginning of an answer; empty while nothing is wrong with it.

    Works on any number of bytes, from the first one on.
    """
    if len(data) >= 8 and not _VERSION.match(data):
        return f"Invalid HTTP version in response: {sanitized(data)}"
    if data[8:9] not in (b"", b" "):
        return f"Expected ' ' after response version, but found {sanitized(data[8:])}"
    if len(data) >= 12 and not _STATUS.match(data[9:12]):
        return "Invalid HTTP status code in response"
    if data[12:13] not in (b"", b" "):
        return f"Expected ' ' after response status code, but found {sanitized(data[12:])}"
    return ""


def sanitized(data: bytes) -> str:
    """Show up to 20 bytes: printable runs as ```text'``, others as ``<CR>``, ``<LF>`` or ``<0x00>``."""
    shown: list[str] = []
    quoted = False
    for byte in data[:_SHOWN_BYTES]:
        printable = 0x20 <= byte < 0x7F
        if printable != quoted:
            shown.append("`" if printable else "'")
            quoted = printable
        shown.append(chr(byte) if printable else _NAMED.get(byte, f"<0x{byte:02x}>"))
    if quoted:
        shown.append("'")
    return "".join(shown)
