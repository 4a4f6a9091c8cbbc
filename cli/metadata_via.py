"""Which running server ``--via`` or ``-S`` means, and the secret to get in."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator

import click

from cli.complaints import StopError
from cli.doveadm import Exit
from cli.metadata_session import Call
from dovecot_conf import Configuration
from mailstore.accounts import user_names
from mailstore.live.address import AddressError, Api, ServerAddress, parse_address
from mailstore.live.doveadm_http import DoveadmHttp, api_key_header, password_header
from mailstore.live.doveadm_socket import DoveadmSocket, parse_socket_address
from mailstore.live.errors import AccessDeniedError, LiveServerError
from mailstore.live.imap_connection import TIMEOUT, connect
from mailstore.live.servers import DoveadmServer, ImapServer, LiveServer

API_KEY_VARIABLE = "PUSHNOTIF_DOVEADM_API_KEY"
DOVEADM_PASSWORD_VARIABLE = "PUSHNOTIF_DOVEADM_PASSWORD"
PASSWORD_VARIABLE = "PUSHNOTIF_IMAP_PASSWORD"


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


@contextlib.contextmanager
def running_server(call: Call, configuration: Configuration) -> Iterator[LiveServer]:
    """Give the server of a call's ``--via`` or ``-S``, not yet connected. Raises StopError."""
    if call.via is not None and call.socket_path is not None:
        raise StopError(Exit.USAGE, "Fatal: --via and -S exclude each other")
    try:
        if call.via is None:
            server = _doveadm_server(call.socket_path or "", configuration, call.timeout or TIMEOUT)
        else:
            server = _server_of_url(call, address_of(call.via, call.user), configuration)
    except AddressError as error:
        raise StopError(Exit.USAGE, f"Fatal: --via: {error}") from None
    except AccessDeniedError as error:
        raise StopError(Exit.NO_PERMISSION, f"Fatal: {error}") from None
    except LiveServerError as error:
        raise StopError(Exit.TEMPORARY, f"Fatal: {error}") from None
    with contextlib.closing(server):
        yield server


def _server_of_url(call: Call, address: ServerAddress, configuration: Configuration) -> LiveServer:
    insecure, timeout = call.insecure, call.timeout or TIMEOUT
    if address.api is Api.IMAP:
        ask = _asking(PASSWORD_VARIABLE, f"Password of {address.user}")
        return ImapServer(
            address, lambda: connect(address, address.user, ask, insecure=insecure, timeout=timeout)
        )
    return DoveadmServer(DoveadmHttp(address, _authorization(configuration), insecure, timeout))


def _doveadm_server(place: str, configuration: Configuration, timeout: float) -> LiveServer:
    def ask() -> str:
        known = configuration.settings("doveadm").value("doveadm_password", "")
        return known or _asking(DOVEADM_PASSWORD_VARIABLE, "doveadm_password")()

    # doveadm asks the userdb itself for the list of users, then the server for each of them.
    return DoveadmServer(
        DoveadmSocket(parse_socket_address(place), ask, timeout), lambda: user_names(configuration)
    )


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
