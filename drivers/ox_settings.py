"""The settings of the ``ox`` driver: its options in 2.3 and 2.4, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dovecot_conf.errors import DriverError
from dovecot_conf.http_url import HttpUrl, HttpUrlError, parse_http_url
from dovecot_conf.push import DriverDefinition
from dovecot_conf.versions import Version
from drivers.http_settings import HttpSettings, settings_24
from drivers.interface import InitContext
from drivers.option_values import UINT_MAX, parse_boolean, parse_milliseconds, parse_seconds, parse_unsigned
from drivers.secrets import hide_in_url
from drivers.tls_settings import TlsSettings, tls_settings

_PREFIX = "push-notification-ox: "
_DEFAULT_TIMEOUT_MSECS = 60_000


@dataclass(frozen=True, slots=True)
class OxSettings:
    """What an ox driver works with.

    ``cache_lifetime`` counts seconds: in 2.4 Dovecot takes the milliseconds of
    ``push_notification_ox_cache_ttl`` for seconds. ``http`` are the settings of the HTTP client it makes.
    """

    url: HttpUrl
    user_from_metadata: bool
    cache_lifetime: int
    http: HttpSettings


def parse_settings(definition: DriverDefinition, context: InitContext) -> OxSettings:
    """Return the settings of a definition; log what Dovecot logs while it reads them.

    Raises:
        DriverError: with Dovecot's text; secrets in it are hidden unless ``context.show_secrets``.
    """
    values = {option.name: option.value for option in definition.options}
    if context.version is Version.V24:
        return _parse_24(values, definition, context)
    return _parse_23(values, tls_settings(definition.client, Version.V23), context)


def _shown(url: str, context: InitContext) -> str:
    return url if context.show_secrets else hide_in_url(url)


def _debug(context: InitContext, text: str) -> None:
    context.log.write_debug("ox", _PREFIX + text)


def _parse_23(values: Mapping[str, str], tls: TlsSettings, context: InitContext) -> OxSettings:
    text = values.get("url")
    if text is None:
        raise DriverError("Driver requires the url parameter")
    shown = _shown(text, context)
    try:
        url = parse_http_url(text, Version.V23)
    except HttpUrlError as error:
        raise DriverError(f"Failed to parse OX REST URL {shown}: {error.message}") from error
    _debug(context, f"Using URL {shown}")
    lifetime = values.get("cache_lifetime", "60s")
    try:
        cache_lifetime = parse_seconds(lifetime)
    except DriverError as error:
        raise DriverError(f"Failed to parse OX cache_lifetime {lifetime}: {error.message}") from error
    retries = _unsigned_or(values.get("max_retries"), 1)
    timeout_msecs = _unsigned_or(values.get("timeout_msecs"), 2000) or _DEFAULT_TIMEOUT_MSECS
    _debug(context, f"Using cache lifetime: {cache_lifetime}")
    return OxSettings(
        url=url,
        user_from_metadata="user_from_metadata" in values,
        cache_lifetime=cache_lifetime,
        http=HttpSettings(max_attempts=(retries + 1) & UINT_MAX, timeout=timeout_msecs / 1000, tls=tls),
    )


def _unsigned_or(text: str | None, default: int) -> int:
    number = None if text is None else parse_unsigned(text)
    return default if number is None else number


def _parse_24(values: Mapping[str, str], definition: DriverDefinition, context: InitContext) -> OxSettings:
    block = definition.setting.partition("/")[2]
    if not any(name.startswith("push_notification_ox_") for name in values):
        raise DriverError(
            f"Filter push_notification={block} unexpectedly not found "
            "(invalid userdb or -o override settings?)"
        )
    text = values.get("push_notification_ox_url", "")
    shown = _shown(text, context)
    cache_ttl = _value_24(values, "push_notification_ox_cache_ttl")
    from_metadata = _boolean_24(values, "push_notification_ox_user_from_metadata")
    url: HttpUrl | None = None
    problem = "push_notification_ox_cache_ttl must not be 0" if cache_ttl == 0 else ""
    if text:
        try:
            url = parse_http_url(text, Version.V24)
        except HttpUrlError as error:
            problem = f"Invalid push_notification_ox_url '{shown}': {error.message}"
    if problem:
        raise DriverError(
            f"push_notification_ox settings (filter=push_notification/{block}): "
            f"Failed to parse configuration: {problem}"
        )
    if url is None:
        raise DriverError("push_notification_ox_url is missing or empty")
    _debug(context, f"Using URL {_shown(str(url), context)}")
    _debug(context, f"Using cache lifetime: {cache_ttl}")
    _debug(context, f"Using user {'stored in METADATA' if from_metadata else 'sent by OX endpoint'}")
    http = settings_24(definition.client.values, tls_settings(definition.client, Version.V24))
    return OxSettings(url, from_metadata, cache_ttl, http)


def _value_24(values: Mapping[str, str], name: str) -> int:
    try:
        return parse_milliseconds(values.get(name, "60s"))
    except DriverError as error:
        raise DriverError(f"{name}: {error.message}") from error


def _boolean_24(values: Mapping[str, str], name: str) -> bool:
    try:
        return parse_boolean(values.get(name, "no"))
    except DriverError as error:
        raise DriverError(f"{name}: {error.message}") from error
