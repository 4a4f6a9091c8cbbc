"""The options of the ``ox`` driver in 2.3 and 2.4, with their defaults."""

from __future__ import annotations

from collections.abc import Mapping

from dovecot_conf.versions import Version
from drivers.options import OptionKind, OptionSpec

OPTIONS: Mapping[Version, tuple[OptionSpec, ...]] = {
    Version.V23: (
        OptionSpec("url", OptionKind.URL, required=True, secret=True),
        OptionSpec("user_from_metadata", OptionKind.FLAG),
        OptionSpec("cache_lifetime", OptionKind.SECONDS, "60s"),
        OptionSpec("max_retries", OptionKind.UNSIGNED, "1"),
        OptionSpec("timeout_msecs", OptionKind.UNSIGNED, "2000"),
    ),
    Version.V24: (
        OptionSpec("push_notification_ox_url", OptionKind.URL, required=True, secret=True),
        OptionSpec("push_notification_ox_user_from_metadata", OptionKind.BOOLEAN, "no"),
        OptionSpec("push_notification_ox_cache_ttl", OptionKind.MILLISECONDS, "60s"),
        OptionSpec("http_client_request_max_attempts", OptionKind.UNSIGNED, "1"),
        OptionSpec("http_client_request_timeout", OptionKind.MILLISECONDS, "60s"),
    ),
}
