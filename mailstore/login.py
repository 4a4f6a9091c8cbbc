"""The name that auth makes of the one somebody gives: ``login_name``."""

from __future__ import annotations

from types import MappingProxyType

from dovecot_conf import Configuration
from dovecot_conf.variables import expand, user_values
from dovecot_conf.versions import Version
from mailstore.users import UnknownUserError

# The defaults of auth_username_format and auth_username_chars.
LOGIN_FORMAT = MappingProxyType({Version.V23: "%Lu", Version.V24: "%{user | lower}"})
LOGIN_CHARS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234567890.-_@"
DEFAULT_DOMAIN = MappingProxyType({Version.V23: "auth_default_realm", Version.V24: "auth_default_domain"})


class RefusedNameError(UnknownUserError):
    """Auth refuses a name before it asks any userdb; ``reason`` is what its log says."""

    def __init__(self, reason: str) -> None:
        super().__init__("User doesn't exist")
        self.reason = reason


def login_name(configuration: Configuration, protocol: str, name: str, *, checked: bool = True) -> str:
    """Return the name that userdbs are asked for.

    Auth adds a domain, translates characters, looks whether it allows them, and formats what comes out.
    Raises RefusedNameError for a character outside auth_username_chars and for an empty name, unless
    ``checked`` is off; VariableError. Source: ``auth_request_fix_username`` of 2.3.19.1 and 2.4.1.
    """
    settings, version = configuration.settings(protocol), configuration.version
    domain = settings.value(DEFAULT_DOMAIN[version])
    given = f"{name}@{domain}" if domain and "@" not in name else name
    translated = _translated(given, settings.value("auth_username_translation"))
    allowed = settings.value("auth_username_chars", LOGIN_CHARS)
    if checked and allowed:
        _check(translated, allowed)
    pattern = settings.value("auth_username_format", LOGIN_FORMAT[version])
    login = expand(pattern, user_values(translated, protocol), version) if pattern else translated
    if checked and not login:
        raise RefusedNameError("Empty username")
    return login


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _translated(name: str, pairs: str) -> str:
    """Replace bytes: each second one of ``pairs`` stands for the one in front of it."""
    if not pairs:
        return name
    written = _bytes(pairs)
    table = dict(zip(written[::2], written[1::2], strict=False))
    return bytes(table.get(byte, byte) for byte in _bytes(name)).decode("utf-8", "surrogateescape")


def _check(name: str, allowed: str) -> None:
    known = frozenset(_bytes(allowed))
    for byte in _bytes(name):
        if byte not in known:
            raise RefusedNameError(f"Username character disallowed by auth_username_chars: 0x{byte:02x}")
