"""What 2.4 has in the place of a setting of 2.3 that it dropped."""

from __future__ import annotations

from collections.abc import Mapping

SETTINGS: Mapping[str, str] = {
    "auth_default_realm": "auth_default_domain",
    "disable_plaintext_auth": "auth_allow_cleartext, which says the opposite",
    "imap_id_log": "the event imap_id_received",
    "mail_attachment_dir": "mail_ext_attachment_path",
    "mail_attachment_hash": "mail_ext_attachment_hash",
    "mail_attachment_min_size": "mail_ext_attachment_min_size",
    "mail_attribute_dict": "mail_attribute { } with a 'dict NAME {' in it",
    "mail_location": "mail_driver and mail_path",
    "plugin": "its keys as settings outside of any block, drivers as 'push_notification NAME {'",
    "ssl_alt_cert": "ssl_server_alt_cert_file, without '<'",
    "ssl_alt_key": "ssl_server_alt_key_file, without '<'",
    "ssl_ca": "ssl_server_ca_file, without '<'",
    "ssl_cert": "ssl_server_cert_file, without '<'",
    "ssl_cert_username_field": "ssl_server_cert_username_field",
    "ssl_client_cert": "ssl_client_cert_file, without '<'",
    "ssl_client_key": "ssl_client_key_file, without '<'",
    "ssl_dh": "ssl_server_dh_file, without '<'",
    "ssl_key": "ssl_server_key_file, without '<'",
    "ssl_key_password": "ssl_server_key_password",
    "ssl_prefer_server_ciphers": "ssl_server_prefer_ciphers",
    "ssl_require_crl": "ssl_server_require_crl",
    "ssl_verify_client_cert": "ssl_server_request_client_cert",
    "verbose_ssl": "'log_debug = category=ssl'",
}
"""By the name in 2.3."""

PLUGIN_KEYS: Mapping[str, str] = {
    "push_notification_driver": "a block 'push_notification NAME {'",
    "push_notification_lua_script_file": "lua_file, in 'push_notification lua {'",
    "push_lua_url": "a key of 'lua_settings {', in 'push_notification lua {'",
    "cache_lifetime": "cache_ttl",
    "max_retries": "http_client_request_max_attempts",
    "timeout_msecs": "http_client_request_absolute_timeout",
}
"""What stood in ``plugin {}`` or in the value of a driver."""


def successor(name: str) -> str:
    """Return what 2.4 has instead of a setting, a key of ``plugin {}`` or an option of ox, '' for others."""
    stem = name.rstrip("0123456789")
    return SETTINGS.get(name) or PLUGIN_KEYS.get(name) or PLUGIN_KEYS.get(stem, "")
