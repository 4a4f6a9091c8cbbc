"""URIs of any scheme, as Dovecot 2.4 checks them (``uri_check`` of 2.4.1)."""

from __future__ import annotations

from dovecot_conf.uri_parts import NAME, PCHAR, QUERY, UriError, UriReader
from dovecot_conf.versions import Version

_PATH = PCHAR | frozenset(b"/")


def wrong_uri(text: str) -> str:
    """Return what is wrong with an absolute URI in Dovecot's words, '' for a right one."""
    try:
        _WholeUri(text.encode("utf-8", "surrogateescape"), Version.V24).check()
    except UriError as error:
        return error.message
    return ""


class _WholeUri(UriReader):
    """Passes over all parts of a URI."""

    def check(self) -> None:
        """Raise UriError for a wrong one."""
        if self._scheme() is None:
            missing = not self.data[:1].isalpha()
            raise UriError("Missing scheme" if missing else "Invalid URI scheme")
        if self.data.startswith(b"//", self.pos):
            self.pos += 2
            self._userinfo()
            self._any_host()
            self._port()
        self._part("Path", _PATH, b"?#")
        if self._peek() == 0x3F:
            self.pos += 1
            self._part("Query", QUERY, b"#")
        if self._peek() == 0x23:
            self.pos += 1
            self._part("Fragment", QUERY, b"")

    def _any_host(self) -> None:
        if self._peek() == 0x5B:
            self._ip_literal()
        elif self._ipv4() is None:
            self._skip(NAME)
        if (byte := self._peek()) is not None and byte not in b":/?#":
            raise UriError("Invalid host identifier")

    def _part(self, component: str, allowed: frozenset[int], ends: bytes) -> None:
        self._skip(allowed)
        if (byte := self._peek()) is not None and byte not in ends:
            raise self._refuse(component)
