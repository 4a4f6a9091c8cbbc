"""The checks of 2.4 for single settings that no table row can say: logs, dsync, execute, fts, pop3, redis."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dovecot_conf.check_finding import Finding
from dovecot_conf.checks23_values import FACILITIES
from dovecot_conf.checks24_table import MAIL_LOG_FIELDS
from dovecot_conf.event_filters import wrong_filter
from dovecot_conf.ip_address import is_ip_address
from dovecot_conf.versions import Version
from dovecot_conf.view24 import View24

RANGE, WORD, NEEDS, SYNTAX = "value-range", "unknown-word", "needs-other-setting", "value-syntax"

DSYNC_FEATURES = ("empty-header-workaround", "no-header-hashes")

_THROTTLE = re.compile("[0-9]+:[0-9]+:[0-9]+")


def logging(view: View24) -> Iterator[Finding]:
    """The facility of syslog, and event filters."""
    if (facility := view.text("syslog_facility")) not in FACILITIES:
        hint = f"it takes: {', '.join(sorted(FACILITIES))}"
        yield Finding(WORD, f"Unknown syslog_facility: {facility}", view.where("syslog_facility"), hint)
    for name in ("log_debug", "log_core_filter", "process_shutdown_filter"):
        if wrong := wrong_filter(view.text(name), Version.V24):
            yield Finding(SYNTAX, f"Invalid {name}: {wrong}", view.where(name))


def dsync_features(view: View24) -> Iterator[Finding]:
    """Words of dsync, which are a text."""
    for word in re.split("[ ,]", view.text("dsync_features")):
        if word and word.lower() not in DSYNC_FEATURES:
            hint = f"it takes: {', '.join(DSYNC_FEATURES)}"
            yield Finding(
                WORD, f"dsync_features: Unknown feature: {word}", view.where("dsync_features"), hint
            )


def fts_decoder(view: View24) -> Iterator[Finding]:
    """What a script that decodes attachments needs."""
    if view.choice("fts_decoder_driver") == "script" and not view.text("fts_decoder_script_socket_path"):
        message = "decoder_script_socket_path is required when fts_decoder_driver = script"
        yield Finding(NEEDS, message, view.where("fts_decoder_driver"))


def imapc_throttle(view: View24) -> Iterator[Finding]:
    """The feature of the IMAP client that has numbers."""
    for word in view.words("imapc_features"):
        if word.lower().startswith("throttle:") and not _THROTTLE.fullmatch(word, 9):
            message = "imapc_features: Invalid throttle settings"
            yield Finding(SYNTAX, message, view.item("imapc_features", word))


def mail_log_fields(view: View24) -> Iterator[Finding]:
    """The fields of mail_log, without which Dovecot can't check the rest in a filter or block."""
    return _missing_list(view, "mail_log_fields")


def mail_log_events(view: View24) -> Iterator[Finding]:
    """The events of mail_log, for which the same holds if the fields are right."""
    if set(MAIL_LOG_FIELDS).issuperset(view.words("mail_log_fields")):
        yield from _missing_list(view, "mail_log_events")


def _missing_list(view: View24, name: str) -> Iterator[Finding]:
    if not view.has_items(name):
        where = view.where("mail_log_cached_only", "mail_log_fields", "mail_log_events")
        message = f"Dovecot crashes on mail_log settings in a filter or block that doesn't set {name}"
        yield Finding("dovecot-crash", message, where, f"set {name} there too, or all of them outside")


def pop3_delete(view: View24) -> Iterator[Finding]:
    """The flag by which pop3 deletes."""
    if view.choice("pop3_delete_type") == "flag" and not view.text("pop3_deleted_flag"):
        message = "pop3_delete_type=flag, but pop3_deleted_flag not set"
        yield Finding(NEEDS, message, view.where("pop3_delete_type"))


def execute(view: View24) -> Iterator[Finding]:
    """Programs reached by TCP."""
    if view.choice("execute_driver") != "tcp":
        return
    name, port = view.text("execute_name"), view.amount("execute_tcp_port")
    if name and not view.text("execute_tcp_host"):
        found = _port_of(name)
        if found is None:
            message = f"Failed to parse execute_tcp_host:port from execute_name={name}"
            yield Finding(SYNTAX, message, view.where("execute_name"), "name the block HOST:PORT")
            return
        port = found
    if not port:
        message = "execute_tcp_port must not be 0 with execute_driver=tcp"
        yield Finding(NEEDS, message, view.where("execute_tcp_port", "execute_driver"))


def _port_of(name: str) -> int | None:
    """Return the port of ``host:port``, 0 where there is none, None where it is wrong."""
    if name.startswith("["):
        _, bracket, rest = name.partition("]")
        if not bracket or rest[:1] not in ("", ":"):
            return None
        colon, text = rest[:1], rest[1:]
    else:
        _, colon, text = name.partition(":")
        if ":" in text:
            return 0
    if not colon:
        return 0
    return int(text) if re.fullmatch("[0-9]{1,9}", text) and 0 < int(text) < 65536 else None


def redis(view: View24) -> Iterator[Finding]:
    """The address of the Redis server."""
    if not is_ip_address(view.text("redis_host")):
        hint = "write an address: names are not looked up"
        yield Finding(SYNTAX, "redis_host is not a valid IP", view.where("redis_host"), hint)
