"""URIs of any scheme, as Dovecot 2.4 checks them (``uri_check`` of 2.4.1)."""

from __future__ import annotations

import string

from dovecot_conf.http_url import HttpUrlError, UrlParser
from dovecot_conf.versions import Version

_NAME = frozenset((string.ascii_letters + string.digits + "-._~!$&'()*+,;=").encode())
_PATH = _NAME | frozenset(b":@/")
_QUERY = _PATH | frozenset(b"?")


def wrong_uri(text: str) -> str:
    """Return what is wrong with an absolute URI in Dovecot's words, '' for a right one."""
    try:
        _UriParser(text.encode("utf-8", "surrogateescape"), Version.V24).check()
    except HttpUrlError as error:
        return error.message
    return ""


class _UriParser(UrlParser):
    """Passes over all parts of a URI."""

    def check(self) -> None:
        """Raise HttpUrlError for a wrong one."""
        if self._scheme() is None:
            missing = not self.data[:1].isalpha()
            raise HttpUrlError("Missing scheme" if missing else "Invalid URI scheme")
        if self.data.startswith(b"//", self.pos):
            self.pos += 2
            self._userinfo()
            self._any_host()
            self._port()
        self._part("Path", _PATH, b"?#")
        if self._peek() == 0x3F:
            self.pos += 1
            self._part("Query", _QUERY, b"#")
        if self._peek() == 0x23:
            self.pos += 1
            self._part("Fragment", _QUERY, b"")

    def _any_host(self) -> None:
        if self._peek() == 0x5B:
            self._ip_literal()
        elif self._ipv4() is None:
            self._skip(_NAME)
        if (byte := self._peek()) is not None and byte not in b":/?#":
            raise HttpUrlError("Invalid host identifier")

    def _part(self, component: str, allowed: frozenset[int], ends: bytes) -> None:
        self._skip(allowed)
        if (byte := self._peek()) is not None and byte not in ends:
            raise self._refuse(component)
