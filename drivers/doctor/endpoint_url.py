"""The link of the URL: Dovecot can read it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping

from dovecot_conf.http_url import HttpUrl, HttpUrlError, parse_http_url
from dovecot_conf.versions import Version
from drivers.doctor.endpoint_target import Target
from drivers.rules.ox.url_invalid import IN_USERINFO
from drivers.secrets import hide_in_target, hide_in_url
from mailstore.links import Link, LinkState

NAME = "url"
_ESCAPE = "in a user name or password write @ as %40, / as %2F, : as %3A and a percent sign as %25"
_REMEDIES: Mapping[str, str] = {
    "Not an HTTP URL": "begin it with http:// or https://",
    "Relative HTTP URL": "begin it with http:// or https://",
    "requires `//'": "write two slashes behind http: or https:",
    "fragment": "take the # and what is behind it away, or write # as %23",
    "Fragment": "take the # and what is behind it away, or write # as %23",
    "port": "write the port as a number from 1 to 65535, behind a colon",
    "empty host": "name a host behind the two slashes",
    "IP": "write an IPv6 address in brackets: http://[::1]/",
    "host": "in the name of a host only letters, digits, - and . may be, and no _",
    "invalid character": "write such a character as two hexadecimal digits behind a %",
    "'%'": "write a percent sign as %25",
}
"""What to do, by words of Dovecot's message; the first that is in it counts."""


def check_url(target: Target) -> tuple[Link, HttpUrl | None]:
    """Read the URL as Dovecot does."""
    shown = hide_in_url(target.url)
    if not target.url:
        return Link(NAME, LinkState.BROKEN, "there is no URL", ("set the URL of the endpoint",)), None
    try:
        url = parse_http_url(target.url, target.version)
    except HttpUrlError as error:
        seen = f"Dovecot refuses {shown}: {error.message}"
        remedy = _remedy_for(error, target.url)
        if target.version is Version.V23:
            # In plugin { } a single one begins a variable.
            remedy = remedy.replace("%", "%%")
        return Link(NAME, LinkState.BROKEN, seen, (remedy,)), None
    return Link(NAME, LinkState.OK, shown, (), tuple(_notes(url, target))), url


def _remedy_for(error: HttpUrlError, url: str) -> str:
    # Behind a sign that ends them the rest of a password is taken for the host, or the port.
    if ("host" in error.message or "port" in error.message) and IN_USERINFO.search(url):
        return _ESCAPE
    return next((text for words, text in _REMEDIES.items() if words in error.message), "correct it")


def _notes(url: HttpUrl, target: Target) -> Iterator[str]:
    if url.user is not None and url.password is not None and url.user:
        yield "it has a user name and a password, which are sent with each request (Authorization: Basic)"
        if url.scheme == "http" and target.settings.proxy is None and not _is_loopback(url.address):
            yield "without TLS everybody on the way can read them"
    elif url.user is not None:
        yield "a user name without a password is not sent: write USER:PASSWORD@ in front of the host"
    if url.port is None:
        yield f"it names no port: {url.connect_port} is taken"
    written = target.url.partition("//")[2].partition("/")
    if (written[1] + written[2] or "/") != url.target:
        yield f"Dovecot asks for {hide_in_target(url.target)}"


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
