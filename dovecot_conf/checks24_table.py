"""What doveconf of 2.4 checks at the end of the file: the settings of each part of Dovecot, in its order.

The parts, their order and the messages are those of the ``*_settings_check`` functions of 2.4.1 and of its
Pigeonhole, as far as the Debian build of ``doveconf`` calls them. Left out is what depends on the machine:
whether users, plugins and directories exist there.
"""

from __future__ import annotations

from typing import NamedTuple


class Limit(NamedTuple):
    """A number, size or time must be in a range; times are in milliseconds."""

    name: str
    message: str
    least: int = 1
    most: int | None = None


class NotEmpty(NamedTuple):
    """A text must not be empty."""

    name: str
    message: str


class Words(NamedTuple):
    """A boolean list takes certain words only; ``message`` is followed by the wrong one."""

    name: str
    message: str
    words: tuple[str, ...]
    exact: bool = False
    """upper and lower case count"""
    end: str = ""
    """what stands behind the wrong word in the message"""
    others: str = ""
    """the beginning of further words, which another check judges"""


class Own(NamedTuple):
    """A check that is a function: ``room.function``, and the settings without which it finds nothing.

    ``anywhere`` are settings that count, wherever they stand, for what is set outside of all filters.
    """

    function: str
    of: str
    anywhere: str = ""


Check = Limit | NotEmpty | Words | Own

_SPAMTEST = "status_header status_type score_max_header score_max_value text_value"

MASTER_SETTINGS = (
    "base_dir state_dir libexec_dir instance_name protocols listen ssl default_internal_user"
    " default_internal_group default_login_user default_process_limit default_client_limit"
    " default_idle_kill_interval default_vsz_limit version_ignore first_valid_uid last_valid_uid"
    " first_valid_gid last_valid_gid"
)
"""The settings that all services share."""

SERVICE_SETTINGS = " ".join(
    f"{word}_{name}"
    for word, names in {
        "service": "name protocol type executable user group privileged_group extra_groups chroot"
        " drop_priv_before_exec process_min_avail process_limit client_limit restart_request_count"
        " idle_kill_interval vsz_limit",
        "unix_listener": "path type mode user group",
        "fifo_listener": "path type mode user group",
        "inet_listener": "name type port ssl reuse_port haproxy",
    }.items()
    for name in names.split()
)
"""The settings of services and their listeners."""

_SIEVE = {
    "sieve": "enabled max_script_size max_actions max_redirects max_cpu_time resource_usage_timeout"
    " redirect_envelope_from redirect_duplicate_period user_email user_log_path trace_dir trace_level"
    " trace_debug trace_addresses plugins plugin_dir extensions global_extensions implicit_extensions",
    "sieve_vacation": "min_period max_period default_period default_subject default_subject_template"
    " use_original_recipient check_recipient send_from_recipient to_header_ignore_envelope",
    "sieve_variables": "max_scope_count max_value_size",
    "sieve_notify_mailto": "envelope_from",
    "sieve_include": "max_nesting_depth max_includes",
    "sieve_duplicate": "default_period max_period",
    "sieve_editheader": "max_header_size",
    "sieve_report": "from",
    "sieve_spamtest": _SPAMTEST,
    "sieve_virustest": _SPAMTEST,
}
SIEVE_SETTINGS = {
    part: tuple(f"{part}_{name}" for name in names.split()) for part, names in _SIEVE.items()
} | {"sieve_subaddress": ("recipient_delimiter",)}
"""The settings of Sieve itself and of the extensions that it reads when it starts."""

MAIL_LOG_FIELDS = ("uid", "box", "msgid", "size", "vsize", "flags", "from", "subject")

SUBMISSION_WORDS = Words(
    "submission_client_workarounds",
    "submission_client_workarounds: Unknown workaround: ",
    ("whitespace-before-path", "mailbox-for-path", "implicit-auth-external", "exotic-backend"),
)

CHECKS: tuple[tuple[Check, ...], ...] = (
    (Own("named.acl", "acl_id acl_rights"),),
    (
        Own(
            "auth.oauth2",
            "oauth2_introspection_mode oauth2_grant_url oauth2_tokeninfo_url oauth2_introspection_url"
            " oauth2_client_id oauth2_client_secret oauth2_active_attribute oauth2_active_value",
        ),
    ),
    (
        Own(
            "auth.auth",
            "auth_cache_size auth_verbose_passwords auth_policy_server_url auth_policy_hash_nonce"
            " auth_policy_hash_mech auth_policy_hash_truncate passdb userdb",
        ),
    ),
    (
        NotEmpty("dsync_hashed_headers", "dsync_hashed_headers must not be empty"),
        NotEmpty("dsync_alt_char", "dsync_alt_char must not be empty"),
        Own("values.dsync_features", "dsync_features"),
    ),
    (
        Limit("fts_search_timeout", "fts_search_timeout must not be 0"),
        Own("values.fts_decoder", "fts_decoder_driver fts_decoder_script_socket_path"),
    ),
    (
        Own("http.proxy", "http_client_proxy_url"),
        Limit("http_client_request_max_attempts", "request_max_attempts must not be 0"),
        Limit("http_client_max_pipelined_requests", "http_client_max_pipelined_requests must not be 0"),
        Limit("http_client_max_parallel_connections", "http_client_max_parallel_connections must not be 0"),
        Limit("http_client_connect_backoff_time", "http_client_connect_backoff_time_msecs must not be 0"),
        Own("http.backoff", "http_client_connect_backoff_time http_client_connect_backoff_max_time"),
        Limit("http_client_request_timeout", "http_client_request_timeout_msecs must not be 0"),
    ),
    (Limit("http_server_max_pipelined_requests", "http_server_max_pipelined_requests must not be 0"),),
    (
        Words(
            "imap_client_workarounds",
            "imap_client_workarounds: Unknown workaround: ",
            ("delay-newmail", "tb-extra-mailbox-sep", "tb-lsub-flags"),
        ),
    ),
    (
        Limit("imapc_max_idle_time", "imapc_max_idle_time must not be 0"),
        Limit("imapc_max_line_length", "imapc_max_line_length must not be 0"),
        Own("values.imapc_throttle", "imapc_features"),
        Words(
            "imapc_features",
            "imapc_features: Unknown feature: ",
            (
                "no-fetch-size",
                "guid-forced",
                "no-fetch-headers",
                "gmail-migration",
                "no-search",
                "zimbra-workarounds",
                "no-examine",
                "proxyauth",
                "fetch-msn-workarounds",
                "fetch-fix-broken-mails",
                "no-modseq",
                "no-delay-login",
                "no-fetch-bodystructure",
                "send-id",
                "fetch-empty-is-expunged",
                "no-msn-updates",
                "no-acl",
                "no-metadata",
                "no-qresync",
            ),
            others="throttle:",
        ),
    ),
    (Own("named.languages", "language"),),
    (
        Words(
            "lmtp_client_workarounds",
            "lmtp_client_workarounds: Unknown workaround: ",
            ("whitespace-before-path", "mailbox-for-path"),
        ),
        Limit(
            "lmtp_user_concurrency_limit",
            'lmtp_user_concurrency_limit must not be 0 (did you mean "unlimited"?)',
        ),
    ),
    (Own("auth.login", "ssl auth_allow_cleartext"),),
    (
        Own("values.mail_log_fields", "mail_log_fields mail_log_events mail_log_cached_only"),
        Words(
            "mail_log_fields",
            "Unknown field in mail_log_fields: '",
            MAIL_LOG_FIELDS,
            exact=True,
            end="'",
        ),
        Own("values.mail_log_events", "mail_log_fields mail_log_events mail_log_cached_only"),
        Words(
            "mail_log_events",
            "Unknown event in mail_log_events: '",
            (
                "delete",
                "undelete",
                "expunge",
                "save",
                "copy",
                "mailbox_create",
                "mailbox_delete",
                "mailbox_rename",
                "flag_change",
                "append",
            ),
            exact=True,
            end="'",
        ),
    ),
    (Own("mail.namespace", "namespace_separator namespace_prefix mailbox"),),
    (
        Limit("mailbox_idle_check_interval", "mailbox_idle_check_interval must not be 0"),
        Own("mail.nfs", "mail_nfs_index mmap_disable mail_fsync"),
        Limit("mail_cache_max_size", "mail_cache_max_size can't be over 1 GB", 0, 1024**3),
        Limit(
            "mail_cache_purge_delete_percentage",
            "mail_cache_purge_delete_percentage can't be over 100",
            0,
            100,
        ),
        Own("mail.pop3_uidl_format", "pop3_uidl_format"),
        Own("mail.attachment_hash", "mail_ext_attachment_hash"),
        Own("mail.server_admin", "mail_server_admin"),
        Words(
            "mail_attachment_detection_options",
            "mail_attachment_detection_options: Unknown option: ",
            ("add-flags", "add-flags-on-save", "no-flags-on-fetch", "exclude-inlined"),
            exact=True,
            others="content-type=",
        ),
        Own("mail.cache_fields", "mail_cache_fields mail_always_cache_fields mail_never_cache_fields"),
        Own(
            "mail.mailbox_names",
            "mailbox_list_index_prefix mail_index_path mailbox_root_directory_name"
            " mailbox_list_visible_escape_char mailbox_list_storage_escape_char",
        ),
    ),
    (Own("mail.plugin_dir", "mail_plugins mail_plugin_dir"),),
    (Own("mail.mailbox", "mailbox_name"), Own("mail.special_use", "mailbox_special_use")),
    (Own("values.logging", "syslog_facility log_debug log_core_filter process_shutdown_filter"),),
    (
        Own(
            "services.master",
            f"{MASTER_SETTINGS} service",
            f"{MASTER_SETTINGS} {SERVICE_SETTINGS}",
        ),
    ),
    (
        Words(
            "pop3_client_workarounds",
            "pop3_client_workarounds: Unknown workaround: ",
            ("outlook-no-nuls", "oe-ns-eoh"),
        ),
        Own("values.pop3_delete", "pop3_delete_type pop3_deleted_flag"),
    ),
    (Words("pop3c_features", "pop3c_features: Unknown feature: ", ("no-pipelining",)),),
    (Own("values.execute", "execute_driver execute_name execute_tcp_host execute_tcp_port"),),
    (
        Own("http.ox", "push_notification_ox_url"),
        Limit("push_notification_ox_cache_ttl", "push_notification_ox_cache_ttl must not be 0"),
    ),
    (Own("values.redis", "redis_host"),),
    (Own("auth.ssl_server", "ssl ssl_server_request_client_cert ssl_server_ca_file"),),
    (Own("auth.ssl_protocol", "ssl_min_protocol"), Own("auth.ssl_options", "ssl_options")),
    (Own("statistics.exporter", "event_exporter_name event_exporter_format"),),
    (Own("statistics.metric", "metric_name metric_filter"),),
    (Own("statistics.metrics", "metric"),),
    (SUBMISSION_WORDS,),
    (Words("managesieve_client_workarounds", "managesieve_client_workarounds: Unknown workaround: ", ()),),
    (Own("sieve.editheader_header", "sieve_editheader_header_name"),),
    (Own("sieve.editheader", "sieve_editheader_max_header_size"),),
    (Own("sieve.report", "sieve_report_from"),),
    (Own("sieve.spamtest", " ".join(f"sieve_spamtest_{name}" for name in _SPAMTEST.split())),),
    (
        Limit("sieve_vacation_max_period", "sieve_vacation_max_period must not be 0"),
        Own(
            "sieve.vacation",
            "sieve_vacation_min_period sieve_vacation_default_period sieve_vacation_max_period",
        ),
    ),
    (
        Limit(
            "sieve_variables_max_scope_count",
            "Setting sieve_variables_max_scope_count is lower than required by standards (>= 128 items)",
            128,
        ),
        Limit(
            "sieve_variables_max_value_size",
            "Setting sieve_variables_max_variable_size is lower than required by standards (>= 4000 bytes)",
            4000,
        ),
    ),
    (Own("sieve.virustest", " ".join(f"sieve_virustest_{name}" for name in _SPAMTEST.split())),),
    (Own("sieve.imapsieve_url", "imapsieve_url"),),
    (Own("sieve.notify_mailto", "sieve_notify_mailto_envelope_from"),),
    (Own("sieve.addresses", "sieve_redirect_envelope_from sieve_user_email"),),
    (Own("sieve.storage", "sieve_script_storage sieve_script_name"),),
)
"""The checks in Dovecot's order, those of one part together; of one part it reports the first problem."""
