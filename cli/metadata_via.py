"""Which running server ``--via`` means, and the secret to get in."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import click

from cli.doveadm import Exit
from dovecot_conf import Configuration
from dovecot_conf.errors import PushnotifError
from mailstore.accounts import user_names
from mailstore.live.address import AddressError, Api, ServerAddress, parse_address
from mailstore.live.doveadm_http import DoveadmHttp, api_key_header, password_header
from mailstore.live.doveadm_socket import DoveadmSocket, parse_socket_address
from mailstore.live.errors import AccessDeniedError, LiveServerError
from mailstore.live.imap_connection import connect
from mailstore.live.servers import DoveadmServer, ImapServer, LiveServer

API_KEY_VARIABLE = "PUSHNOTIF_DOVEADM_API_KEY"
DOVEADM_PASSWORD_VARIABLE = "PUSHNOTIF_DOVEADM_PASSWORD"
PASSWORD_VARIABLE = "PUSHNOTIF_IMAP_PASSWORD"


class UnusableError(PushnotifError):
    """``--via`` names no server that can be asked; ``code`` is how the call ends."""

    def __init__(self, message: str, code: Exit) -> None:
        super().__init__(message)
        self.code = code


def address_of(url: str, user: str | None) -> ServerAddress:
    """Return the server of a URL; for IMAP, ``user`` is who logs in if the URL doesn't say it.

    Raises AddressError for a URL that can't be used, and for two different users.
    """
    address = parse_address(url)
    if address.api is not Api.IMAP:
        return address
    login = address.user or user or ""
    if not login:
        raise AddressError(f"{address}: say who logs in, as in {address.scheme}://USER@{address.host}")
    if user and user != login and not set("*?") & set(user):
        raise AddressError(f"{address}: {login} logs in, and can't have the METADATA of -u {user}")
    return ServerAddress(address.scheme, address.host, address.port, login)


def open_server(url: str, user: str | None, configuration: Configuration, *, insecure: bool) -> LiveServer:
    """Return the server of a URL, not yet connected; ``user`` is who ``-u`` says. Raises UnusableError."""
    try:
        address = address_of(url, user)
        if address.api is Api.IMAP:
            ask = _asking(PASSWORD_VARIABLE, f"Password of {address.user}")
            return ImapServer(address, lambda: connect(address, address.user, ask, insecure=insecure))
        return DoveadmServer(DoveadmHttp(address, _authorization(configuration), insecure))
    except AddressError as error:
        raise UnusableError(f"--via: {error}", Exit.USAGE) from None
    except AccessDeniedError as error:
        raise UnusableError(str(error), Exit.NO_PERMISSION) from None


def open_socket(place: str, configuration: Configuration) -> LiveServer:
    """Return the doveadm server of ``-S``, not yet connected. Raises UnusableError."""
    try:
        address = parse_socket_address(place)
    except LiveServerError as error:
        raise UnusableError(str(error), Exit.TEMPORARY) from None

    def ask() -> str:
        known = configuration.settings("doveadm").value("doveadm_password", "")
        return known or _asking(DOVEADM_PASSWORD_VARIABLE, "doveadm_password")()

    # doveadm asks the userdb itself for the list of users, then the server for each of them.
    return DoveadmServer(DoveadmSocket(address, ask), lambda: user_names(configuration))


def _authorization(configuration: Configuration) -> str:
    settings = configuration.settings("doveadm")
    if key := settings.value("doveadm_api_key", ""):
        return api_key_header(key)
    if key := os.environ.get(API_KEY_VARIABLE, ""):
        return api_key_header(key)
    if password := settings.value("doveadm_password", ""):
        return password_header(password)
    return api_key_header(_asking(API_KEY_VARIABLE, "doveadm_api_key")())


def _asking(variable: str, what: str) -> Callable[[], str]:
    """Return a function that takes a secret from the environment, or asks for it on a terminal."""

    def ask() -> str:
        if secret := os.environ.get(variable, ""):
            return secret
        if not sys.stdin.isatty():
            raise AccessDeniedError(f"{what} is not known: set it as {variable}, or call from a terminal")
        return str(click.prompt(what, hide_input=True, err=True))

    return ask
