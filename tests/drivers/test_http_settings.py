"""Settings of the HTTP client in a configuration, and what the driver makes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import PushConfig, Version, load, loads
from drivers.http_settings import LIMITS_24, HttpSettings
from drivers.ox import OxDriver
from drivers.ox_settings import parse_settings
from drivers.tls_settings import Authorities, AuthoritiesError
from tests.drivers.doubles import (
    FakeClock,
    ScriptedTransport,
    context,
    push_config,
    push_config_24,
    simulate,
)

BLOCK = "push_notification ox {\n  url = http://h/\n%s}\n"
INLINE = "-----BEGIN CERTIFICATE-----"
PEM = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"


def settings_of(push: PushConfig) -> HttpSettings:
    return OxDriver.parse(push.definitions[0], context(push.version)).http


def test_23_has_its_options_and_fixed_values() -> None:
    http = settings_of(
        push_config("push_notification_driver = ox:url=http://h/ max_retries=4 timeout_msecs=500")
    )
    assert (http.max_attempts, http.timeout, http.limits.fields, http.keeps_late) == (5, 0.5, 0, False)


def test_24_has_defaults() -> None:
    http = settings_of(push_config_24(BLOCK % ""))
    assert (http.max_attempts, http.timeout, http.connect_timeout, http.lookup_timeout) == (1, 60, 60, 60)
    assert (http.limits, http.keeps_late, http.proxy) == (LIMITS_24, True, None)


def test_settings_of_writing_requests_win_unless_they_are_zero() -> None:
    lines = "  http_client_request_max_attempts = 5\n  http_client_request_timeout = 5s\n"
    writing = "  http_client_write_request_max_attempts = 0\n  http_client_write_request_timeout = 2s\n"
    http = settings_of(push_config_24(BLOCK % (lines + writing)))
    assert (http.max_attempts, http.timeout, http.connect_timeout) == (5, 2, 5)


def test_settings_outside_of_the_block_hold_too() -> None:
    outside = "http_client_user_agent = a\nprotocol lmtp {\n  http_client_user_agent = b\n}\n"
    assert settings_of(push_config_24(outside + BLOCK % "")).user_agent == "b"


def test_variables_are_expanded_for_the_user() -> None:
    transport = ScriptedTransport(FakeClock())
    simulate(push_config_24(BLOCK % "  http_client_user_agent = for-%{user}\n"), transport=transport)
    assert ("User-Agent", "for-bob") in transport.requests[0].headers


TEXTS = {
    Version.V23: (
        "mail_plugins = notify push_notification\nssl_client_ca_file = /ca.pem\n"
        "plugin {\n  push_notification_driver = ox:url=https://h/\n}\n"
    ),
    Version.V24: (
        "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
        "mail_plugins {\n  notify = yes\n  push_notification = yes\n}\n"
    )
    + BLOCK % "  ssl_client_ca_file = /ca.pem\n",
}


def authorities(push: PushConfig) -> Authorities:
    found = settings_of(push).tls.authorities
    assert found is not None
    return found


@pytest.mark.parametrize("version", TEXTS)
def test_authorities_are_read_below_the_root(version: Version, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(PEM)
    (tmp_path / "dovecot.conf").write_text(TEXTS[version])
    push = load(tmp_path / "dovecot.conf", root=tmp_path, version=version).push("lmtp")
    tls = parse_settings(push.definitions[0], context(version)).http.tls
    assert tls.authorities is not None
    assert (tls.authorities.read(), tls.require_valid) == (PEM, True)


def test_authorities_can_stand_in_the_configuration() -> None:
    text = BLOCK % f"  ssl_client_ca_file = inline:{INLINE}\n"
    assert authorities(push_config_24(text)).read() == INLINE


def test_a_file_without_certificates_is_a_problem_of_23_only(tmp_path: Path) -> None:
    (tmp_path / "junk.pem").write_text("junk")
    text = (
        f"ssl_client_ca_file = {tmp_path}/junk.pem\nmail_plugins = notify push_notification\n"
        "plugin {\n  push_notification_driver = ox:url=https://h/\n}\n"
    )
    push = loads(text, version=Version.V23).push("lmtp")
    with pytest.raises(AuthoritiesError, match=r"no certificate or crl found$"):
        authorities(push).read()
    outside = f"ssl_client_ca_file = {tmp_path}/junk.pem\n"
    assert authorities(push_config_24(outside + BLOCK % "")).read() == ""


def test_authorities_are_not_read_where_no_certificate_is_checked(tmp_path: Path) -> None:
    push = loads(TEXTS[Version.V24].replace("/ca.pem", f"{tmp_path}/none.pem"), version=Version.V24)
    assert settings_of(push.push("lmtp")).tls.authorities is not None
