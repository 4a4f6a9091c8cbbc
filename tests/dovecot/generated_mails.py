"""Mails of every kind, good and broken, made from a seed."""

from __future__ import annotations

import base64
import quopri
import random
from collections.abc import Callable

CHARSETS = ("utf-8", "us-ascii", "iso-8859-1", "windows-1252", "koi8-r", "gb18030", "utf-16", "x-unknown", "")
ENCODINGS = ("7bit", "8bit", "base64", "quoted-printable", "QUOTED-PRINTABLE", "binary", "x-odd", "")
TYPES = (
    "text/plain",
    "text/html",
    "TEXT/Html",
    "text/enriched",
    "text",
    "text/",
    "image/png",
    "application/xhtml+xml",
)
MULTIPARTS = ("mixed", "alternative", "related", "digest", "signed", "ALTERNATIVE")
TEXTS = (
    "Hello",
    "w\u00f6rld",
    "\u4f60\u597d",
    "\U0001f600",
    "  ",
    "\t",
    "\r\n",
    "\r\n\r\n",
    "> quoted",
    "\r\n> more",
    ">",
    "a" * 90,
    "\u00a0",
    "\ufeff",
    "\x00",
    "\x07",
    "=",
    "=20",
    "=\r\n",
    "=C3=A4",
    "--",
    "-- ",
    "--b0",
    "\x1b$B",
    "\u2028",
    "&",
    ";",
    "\x0c",
    "\x7f",
)
HTML = (
    "<p>",
    "</p>",
    "<br>",
    "<b>bold</b>",
    '<a href="x>y">',
    "<a href='x",
    "<!-- c -->",
    "<!--",
    "-->",
    "<script>x</script>",
    "<script>",
    "</script>",
    "<style>s</style>",
    "<style ",
    "<blockquote>",
    "</blockquote>",
    "<![CDATA[ raw <x> ]]>",
    "<",
    ">",
    "&amp;",
    "&lt;",
    "&nbsp;",
    "&#228;",
    "&#xe4;",
    "&#0;",
    "&#xD800;",
    "&unknown;",
    "&noend",
    "&;",
    "& ",
    '<p title="\\"">',
    "</blockquote >",
)
SUBJECTS = (
    "plain",
    "=?utf-8?q?encoded?=",
    "",
    "  lead",
    "trail  ",
    "fold\r\n more",
    "fold\r\n\tmore",
    "8bit \u00e4",
    "nul \x00",
    '\\ " /',
    "\u2028",
    "\x01",
)
FROMS = ("Alice <alice@example.com>", "alice", "", '"A" <a@b>', "\u00c4 <a@b>", "=?utf-8?b?w4Q=?= <a@b>")

Random = random.Random


def generated_mails(seed: int, count: int) -> list[bytes]:
    """Return mails with CRLF line ends, no line of which begins with a dot."""
    rnd = Random(seed)
    return [_mail(rnd).replace(b"\r\n.", b"\r\n") for _ in range(count)]


def _mail(rnd: Random) -> bytes:
    head = b""
    if rnd.random() < 0.9:
        head += b"From: " + rnd.choice(FROMS).encode() + b"\r\n"
    for _ in range(rnd.choice((0, 1, 1, 1, 2))):
        head += rnd.choice((b"Subject: ", b"subject:", b"SUBJECT :")) + _some(rnd, SUBJECTS, 2) + b"\r\n"
    if rnd.random() < 0.2:
        head += b"X-Filler: " + b"x" * rnd.choice((100, 8000, 9000)) + b"\r\n"
    return head + _part(rnd, 0)


def _part(rnd: Random, depth: int) -> bytes:
    """Return the MIME header of a part, and its body."""
    kinds: tuple[Callable[[Random, int], bytes], ...] = (_text, _text, _multipart, _message, _broken)
    return (_text if depth > 3 else rnd.choice(kinds))(rnd, depth)


def _text(rnd: Random, depth: int) -> bytes:
    kind, charset, encoding = rnd.choice(TYPES[:2] + TYPES), rnd.choice(CHARSETS), rnd.choice(ENCODINGS)
    pool = TEXTS + HTML if "html" in kind.lower() or rnd.random() < 0.1 else TEXTS
    body = b"".join(_encoded_text(rnd.choice(pool), charset) for _ in range(rnd.choice((0, 3, 12, 40))))
    if rnd.random() < 0.1:
        body = rnd.choice((b" ", b"\r\n", b"<p>", b"> x\r\n")) * rnd.choice((2000, 4100)) + body
    if rnd.random() < 0.1:
        body += bytes(rnd.randrange(256) for _ in range(20))
    head = b""
    if rnd.random() < 0.85:
        parameter = f"; charset={charset}" if charset else ""
        head += f"Content-Type: {kind}{parameter}\r\n".encode()
    if encoding:
        head += f"Content-Transfer-Encoding: {encoding}\r\n".encode()
    return head + b"\r\n" + _transferred(rnd, body, encoding) + b"\r\n"


def _encoded_text(text: str, charset: str) -> bytes:
    try:
        return text.encode(charset or "utf-8", "replace")
    except LookupError:
        return text.encode()


def _transferred(rnd: Random, body: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        lines = base64.encodebytes(body).replace(b"\n", b"\r\n")
        return lines if rnd.random() < 0.8 else lines[: len(lines) // 2] + b"*" + lines[len(lines) // 2 :]
    if encoding.lower() == "quoted-printable" and rnd.random() < 0.8:
        return quopri.encodestring(body.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    return body


def _multipart(rnd: Random, depth: int) -> bytes:
    boundary = rnd.choice((f"b{depth}", "b0", f"b{depth}-long boundary", "b", "")).encode()
    quoted = b'"' + boundary + b'"' if b" " in boundary or rnd.random() < 0.5 else boundary
    kind = rnd.choice(MULTIPARTS).encode()
    parameter = b"; boundary=" + quoted if rnd.random() < 0.93 else b""
    head = b"Content-Type: multipart/" + kind + parameter + b"\r\n\r\n"
    preamble = rnd.choice((b"", b"preamble\r\n", b"--" + boundary + b"x\r\n"))
    parts = [
        b"--" + boundary + rnd.choice((b"", b"", b" ")) + b"\r\n" + _part(rnd, depth + 1)
        for _ in range(rnd.randrange(4))
    ]
    end = rnd.choice((b"--" + boundary + b"--\r\n", b"--" + boundary + b"--\r\nepilogue\r\n", b""))
    return head + preamble + b"".join(parts) + end


def _message(rnd: Random, depth: int) -> bytes:
    return b"Content-Type: message/rfc822\r\n\r\n" + _part(rnd, depth + 1)


def _broken(rnd: Random, depth: int) -> bytes:
    head = rnd.choice(
        (
            b"Content-Type: text/plain; charset\r\n",
            b"Content-Type\r\n",
            b"Content-Type: ;\r\n",
            b"no colon\r\n",
            b" folded first\r\n",
            b'Content-Type: text/plain; charset="iso-8859-1\r\n',
            b"Content-Type: text/html (comment); (c) charset=(d) utf-8\r\n",
            b"Content-Type: text/plain; charset*=utf-8''iso-8859-1\r\n",
            b"Content-Type: text/plain; charset*0=iso-; charset*1=8859-1\r\n",
            b"Content-Type: text/html\r\nContent-Type: text/plain\r\n",
            b"Content-Transfer-Encoding: base64 (c)\r\n",
            b": x\r\n",
            b"\x00: y\r\n",
            b"Content-Type: text/html; a=b; charset=iso-8859-1; charset=utf-8\r\n",
            b"Content-Type: multipart/mixed; boundary\r\n",
        )
    )
    return head + rnd.choice((b"\r\n", b"")) + _some(rnd, TEXTS + HTML, 8) + b"\r\n"


def _some(rnd: Random, pool: tuple[str, ...], most: int) -> bytes:
    return "".join(rnd.choice(pool) for _ in range(rnd.randrange(most + 1))).encode()
