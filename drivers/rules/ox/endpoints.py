"""The URLs of `ox` drivers that Dovecot can use."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dovecot_conf.lint import Context
from dovecot_conf.positions import Span
from drivers.rules.definitions import Written, written
from drivers.rules.ox.hosts import Reach, reach
from drivers.rules.ox.url_missing import URL_OPTIONS

if TYPE_CHECKING:
    from dovecot_conf.http_url import HttpUrl

USUAL_PATH = "/preliminary/http-notify/v1/notify"
"""Where the middleware of OX App Suite listens for notifications."""


class Endpoint(NamedTuple):
    """A driver and where it sends to; ``span`` is where its URL is written."""

    ox: Written
    url: HttpUrl
    span: Span

    @property
    def reach(self) -> Reach:
        """How far away its host is."""
        return reach(self.url.address)


def endpoints(context: Context) -> tuple[Endpoint, ...]:
    """Return every endpoint that is clear from the configuration, in the order of the definitions."""
    return context.once(_endpoints)


def _endpoints(context: Context) -> tuple[Endpoint, ...]:
    drivers = tuple(written(context, "ox"))
    if not drivers:
        return ()
    from dovecot_conf.http_url import HttpUrlError, parse_http_url  # noqa: PLC0415 - ox only

    found = []
    for ox in drivers:
        option = ox.options.get(URL_OPTIONS[context.version])
        if option is None or ox.unclear or context.unclear(option.value):
            continue
        try:
            url = parse_http_url(option.value, context.version)
        except HttpUrlError:
            continue
        found.append(Endpoint(ox, url, option.span))
    return tuple(found)
