"""Where a running server is: the URLs that ``--via`` takes."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

from dovecot_conf.errors import PushnotifError


class AddressError(PushnotifError):
    """A URL names no server that can be asked."""


class Api(Enum):
    """How a server is spoken to."""

    DOVEADM_HTTP = "doveadm's HTTP API"
    IMAP = "IMAP"


@dataclass(frozen=True, slots=True)
class Scheme:
    """What a URL's scheme stands for."""

    api: Api
    tls: bool
    port: int


SCHEMES = MappingProxyType(
    {
        "doveadm-http": Scheme(Api.DOVEADM_HTTP, tls=False, port=8080),
        "doveadm-https": Scheme(Api.DOVEADM_HTTP, tls=True, port=8443),
        "imap": Scheme(Api.IMAP, tls=False, port=143),
        "imaps": Scheme(Api.IMAP, tls=True, port=993),
    }
)


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A server: ``user`` is who logs in, "" where the URL doesn't say it."""

    scheme: str
    host: str
    port: int
    user: str = ""

    @property
    def api(self) -> Api:
        """How it is spoken to."""
        return SCHEMES[self.scheme].api

    @property
    def tls(self) -> bool:
        """Whether TLS begins with the first byte."""
        return SCHEMES[self.scheme].tls

    @property
    def is_local(self) -> bool:
        """Whether what is sent there stays on this machine."""
        try:
            return self.host.lower() == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        """Return the URL without the user."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def parse_address(url: str) -> ServerAddress:
    """Read a URL. Raises AddressError, whose text never repeats what may be a secret."""
    scheme, colon, _ = url.partition("://")
    scheme = scheme.lower()
    if not colon or scheme not in SCHEMES:
        raise AddressError(f"the URL of a server begins with {', '.join(f'{name}://' for name in SCHEMES)}")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise AddressError(f"{scheme}://: host or port can't be understood") from None
    if not host or port == 0:
        raise AddressError(
            f"{scheme}://: say host and port, as in {scheme}://localhost:{SCHEMES[scheme].port}"
        )
    if not host.isascii():
        raise AddressError(f"{scheme}://: write the name of the host in its ASCII form (xn--…)")
    if parts.path not in ("", "/") or "?" in url or "#" in url:
        raise AddressError(f"{scheme}://{host}: nothing may follow host and port")
    address = ServerAddress(scheme, host, port or SCHEMES[scheme].port)
    login = parts.netloc.rpartition("@")[0]
    if not login:
        return address
    if address.api is not Api.IMAP:
        raise AddressError(f"{address}: no user or key in the URL: everybody could see it")
    if ":" in login:
        raise AddressError(f"{address}: no password in the URL: everybody could see it")
    return ServerAddress(scheme, host, address.port, unquote(login))
