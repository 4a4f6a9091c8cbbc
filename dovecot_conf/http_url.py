"""Dovecot's HTTP URLs: its own verdicts, its own error texts, its own way to write them again.

Dovecot 2.3.19.1 and 2.4.1 accept the same URLs but word some errors differently.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from dovecot_conf.errors import DriverError
from dovecot_conf.uri_parts import PCHAR, QUERY, UriError, UriReader
from dovecot_conf.versions import Version

_PATH = PCHAR | frozenset(b"/")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class HttpUrlError(DriverError):
    """A URL that Dovecot refuses; the message is Dovecot's reason."""


class HttpUrl(NamedTuple):
    """An HTTP URL as Dovecot understands it.

    ``host`` is the name as it appears in the Host header (an IPv6 address in brackets); ``address``
    is what is connected to. ``port`` is None when the URL has none. ``path`` is percent-decoded and
    free of dot segments, empty or beginning with a slash. ``query`` is as written, None without ``?``.
    ``user`` and ``password`` are percent-decoded, None where the URL has no such part.
    """

    scheme: str
    host: str
    address: str
    port: int | None
    path: bytes
    query: str | None
    user: bytes | None = None
    password: bytes | None = None

    @property
    def authority(self) -> str:
        """``host[:port]``, the value of the Host header; the port shows whenever the URL has one."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def connect_port(self) -> int:
        """The TCP port to connect to."""
        return self.port if self.port is not None else _DEFAULT_PORTS[self.scheme]

    @property
    def target(self) -> str:
        """The request target: the path encoded anew, ``/`` if empty, and the query."""
        path = _written(self.path) or "/"
        return path if self.query is None else f"{path}?{self.query}"

    def __str__(self) -> str:
        """Return the URL written anew, without userinfo."""
        return f"{self.scheme}://{self.authority}{self.target}"


@lru_cache(maxsize=128)
def parse_http_url(text: str, version: Version = Version.V23, *, allow_userinfo: bool = True) -> HttpUrl:
    """Parse an absolute ``http``/``https`` URL; a fragment is not allowed.

    Raises:
        HttpUrlError: with the reason in the words of the given Dovecot version.
    """
    # Each session reads the same few URLs again.
    reader = _HttpUrlReader(text.encode("utf-8", "surrogateescape"), version)
    try:
        return reader.parse(allow_userinfo=allow_userinfo)
    except UriError as error:
        raise HttpUrlError(error.message) from None


@lru_cache(maxsize=128)
def _written(path: bytes) -> str:
    return "".join(chr(byte) if byte in _PATH else f"%{byte:02x}" for byte in path)


class _HttpUrlReader(UriReader):
    """Reads an HTTP URL."""

    def parse(self, *, allow_userinfo: bool) -> HttpUrl:
        """Return the URL. Raises UriError."""
        scheme = self._scheme()
        if scheme not in (None, "http", "https"):
            raise UriError("Not an HTTP URL")
        if not self.data.startswith(b"//", self.pos):
            raise UriError(
                "Relative HTTP URL not allowed"
                if scheme is None
                else "Absolute HTTP URL requires `//' after `http:'"
            )
        self.pos += 2
        userinfo = self._userinfo()
        host, address = self._host()
        port = self._port()
        if not host:
            raise UriError("HTTP URL does not allow empty host identifier")
        if userinfo is not None and not allow_userinfo:
            raise UriError("HTTP URL does not allow `userinfo@' part")
        user, password = self._credentials(userinfo)
        path = self._path()
        query = self._query()
        self._refuse_fragment()
        return HttpUrl(scheme or "http", host, address, port, path, query, user, password)

    def _credentials(self, userinfo: bytes | None) -> tuple[bytes | None, bytes | None]:
        if userinfo is None:
            return None, None
        decoder = UriReader(userinfo, self.version)
        user = decoder._decode_until(b":")
        if decoder._peek() is None:
            return user, None
        decoder.pos += 1
        return user, decoder._decode_until(b"")

    def _path(self) -> bytes:
        segments: list[bytes] = []
        dots = False
        while self._peek() == 0x2F:
            self.pos += 1
            start = self.pos
            self._skip(PCHAR)
            if (byte := self._peek()) is not None and byte not in b"/?#":
                raise self._refuse("Path")
            segment = self.data[start : self.pos]
            dots = segment in (b".", b"..")
            if segment == b"..":
                del segments[-1:]
            elif not dots:
                segments.append(segment)
        if dots:
            segments.append(b"")
        return b"".join(b"/" + UriReader(segment, self.version)._decode_until(b"") for segment in segments)

    def _query(self) -> str | None:
        if self._peek() != 0x3F:
            return None
        self.pos += 1
        start = self.pos
        self._skip(QUERY)
        if (byte := self._peek()) is not None and byte != 0x23:
            raise self._refuse("Query")
        return self.data[start : self.pos].decode()

    def _refuse_fragment(self) -> None:
        if self._peek() is None:
            return
        self.pos += 1
        self._skip(QUERY)
        if self._peek() is not None:
            raise self._refuse("Fragment")
        raise UriError("URL fragment not allowed for HTTP URL in this context")
