"""The settings that ``dovecot.http.client`` takes, by version (2.3.19.1, 2.4.1).

2.3 ignores names that it doesn't know and is strict about types; 2.4 takes texts as in a configuration
and refuses unknown names.
"""

from __future__ import annotations

from collections.abc import Mapping

from dovecot_conf.versions import Version

CRASHES = "crashes"
"""The kind of a setting that ends Dovecot's process, whatever its value."""

URL = "url"
"""The kind of a text with a URL, of which 2.3 ignores another type."""

_V23 = {
    **dict.fromkeys(("user_agent", "rawlog_dir"), "string"),
    "proxy_url": URL,
    **dict.fromkeys(
        (
            "max_idle_time_msecs", "max_redirects", "max_attempts", "max_connect_attempts",
            "connect_backoff_time_msecs", "connect_backoff_max_time_msecs",
            "request_absolute_timeout_msecs", "request_timeout_msecs", "connect_timeout_msecs",
            "soft_connect_timeout_msecs", "max_auto_retry_delay_secs",
        ),
        "number",
    ),
    **dict.fromkeys(("no_auto_redirect", "no_auto_retry", "debug"), "boolean"),
    "event_parent": CRASHES,
}  # fmt: skip

_V24 = {
    **dict.fromkeys(
        (
            "auto_redirect", "auto_retry", "connect_backoff_max_time", "connect_backoff_time",
            "connect_timeout", "delete_request_max_attempts", "delete_request_timeout",
            "dns_client_socket_path", "dns_ttl", "max_auto_retry_delay", "max_connect_attempts",
            "max_idle_time", "max_parallel_connections", "max_pipelined_requests", "proxy_password",
            "proxy_socket_path", "proxy_ssl_tunnel", "proxy_url", "proxy_username", "rawlog_dir",
            "read_request_max_attempts", "read_request_timeout", "request_absolute_timeout",
            "request_max_attempts", "request_max_redirects", "request_timeout",
            "response_hdr_max_field_size", "response_hdr_max_fields", "response_hdr_max_size",
            "socket_recv_buffer_size", "socket_send_buffer_size", "soft_connect_timeout",
            "ssl_cipher_list", "ssl_cipher_suites", "ssl_client", "ssl_client_ca_dir",
            "ssl_client_ca_file", "ssl_client_cert_file", "ssl_client_key_file",
            "ssl_client_key_password", "ssl_client_require_valid_cert", "ssl_crypto_device",
            "ssl_curve_list", "ssl_min_protocol", "ssl_options", "ssl_server", "user_agent",
            "write_request_max_attempts", "write_request_timeout",
        ),
        "text",
    ),
    "event_parent": "dovecot.Event",
}  # fmt: skip

HTTP_SETTINGS: Mapping[Version, Mapping[str, str]] = {Version.V23: _V23, Version.V24: _V24}
"""The kind of each setting: that of a Lua value, ``text`` for what a configuration file may say, URL or
CRASHES."""

RENAMED: Mapping[str, str] = {
    "max_idle_time_msecs": "max_idle_time",
    "max_redirects": "request_max_redirects",
    "max_attempts": "request_max_attempts",
    "connect_backoff_time_msecs": "connect_backoff_time",
    "connect_backoff_max_time_msecs": "connect_backoff_max_time",
    "request_absolute_timeout_msecs": "request_absolute_timeout",
    "request_timeout_msecs": "request_timeout",
    "connect_timeout_msecs": "connect_timeout",
    "soft_connect_timeout_msecs": "soft_connect_timeout",
    "max_auto_retry_delay_secs": "max_auto_retry_delay",
    "no_auto_redirect": "auto_redirect",
    "no_auto_retry": "auto_retry",
}
"""What settings of 2.3 are called in 2.4."""

TIMEOUTS: Mapping[Version, tuple[str, ...]] = {
    Version.V23: ("request_timeout_msecs", "request_absolute_timeout_msecs"),
    Version.V24: (
        "request_timeout",
        "request_absolute_timeout",
        "read_request_timeout",
        "write_request_timeout",
        "delete_request_timeout",
    ),
}
"""The settings of which one bounds how long a request waits for its answer."""
