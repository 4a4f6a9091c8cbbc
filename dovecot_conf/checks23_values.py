"""The checks of plain settings at the end of the file: lists of words, ranges, settings that need others.

The messages are those of the ``*_settings_check`` functions of 2.3.19.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dovecot_conf import amounts
from dovecot_conf.check_finding import Finding
from dovecot_conf.event_filters import wrong_filter
from dovecot_conf.hash_formats import DIGEST_SIZES, wrong_hash_format
from dovecot_conf.versions import Version
from dovecot_conf.view23 import View23

RANGE, WORD, NEEDS, SYNTAX = "value-range", "unknown-word", "needs-other-setting", "value-syntax"

WORDS = {
    "managesieve_client_workarounds": (),
    "imap_client_workarounds": ("delay-newmail", "tb-extra-mailbox-sep", "tb-lsub-flags"),
    "lmtp_client_workarounds": ("whitespace-before-path", "mailbox-for-path"),
    "pop3_client_workarounds": ("outlook-no-nuls", "oe-ns-eoh"),
    "submission_client_workarounds": (
        "whitespace-before-path",
        "mailbox-for-path",
        "implicit-auth-external",
        "exotic-backend",
    ),
    "dsync_features": ("empty-header-workaround",),
    "pop3c_features": ("no-pipelining",),
    "imapc_features": (
        "rfc822.size",
        "guid-forced",
        "fetch-headers",
        "gmail-migration",
        "search",
        "zimbra-workarounds",
        "no-examine",
        "proxyauth",
        "fetch-msn-workarounds",
        "fetch-fix-broken-mails",
        "modseq",
        "delay-login",
        "fetch-bodystructure",
        "send-id",
        "fetch-empty-is-expunged",
        "no-msn-updates",
        "acl",
    ),
}
"""The words that a setting takes; upper and lower case are the same."""

DETECTION_OPTIONS = ("add-flags", "add-flags-on-save", "no-flags-on-fetch", "exclude-inlined")
SSL_FLAGS = ("compression", "no_compression", "no_ticket")
PASSWORD_WORDS = ("no", "plain", "sha1", "yes")
FACILITIES = (
    *("auth", "authpriv", "cron", "daemon", "ftp", "kern", "lpr", "mail", "news", "syslog", "user", "uucp"),
    *(f"local{number}" for number in range(8)),
)

_THROTTLE = re.compile("[0-9]+:[0-9]+:[0-9]+")
_VARIABLE = re.compile(r"-?0?[0-9]*(?:\.0?-?[0-9]*)?[LUEXRHNMDT]{0,10}(.?)", re.DOTALL)
_HEADER_NAME = re.compile("[!-9;-~]*")


def sieve_words(view: View23) -> Iterator[Finding]:
    """Words of managesieve."""
    return _words(view, "managesieve_client_workarounds")


def logging(view: View23) -> Iterator[Finding]:
    """The facility of syslog, and event filters."""
    if (facility := view.text("syslog_facility")) not in FACILITIES:
        where = view.where("syslog_facility")
        yield Finding(WORD, f"Unknown syslog_facility: {facility}", where, _choice(FACILITIES))
    for name in ("log_debug", "log_core_filter", "process_shutdown_filter"):
        if wrong := wrong_filter(view.text(name), Version.V23):
            yield Finding(SYNTAX, f"Invalid {name}: {wrong}", view.where(name))


def ssl(view: View23) -> Iterator[Finding]:
    """TLS, if it is on."""
    if view.text("ssl") == "no":
        return
    if _is_yes(view.text("ssl_verify_client_cert")) and not view.text("ssl_ca"):
        where = view.where("ssl_verify_client_cert", "ssl_ca")
        yield Finding(NEEDS, "ssl_verify_client_cert set, but ssl_ca not", where)
    for flag in _split(view.text("ssl_options"), ", "):
        if flag.lower() not in SSL_FLAGS:
            message = f"ssl_options: unknown flag: '{flag}'"
            yield Finding(WORD, message, view.where("ssl_options"), _choice(SSL_FLAGS))


def auth(view: View23) -> Iterator[Finding]:
    """The auth process: workers, cache, passwords in logs, and the policy server."""
    if _number(view, "auth_worker_max_count") == 0:
        where = view.where("auth_worker_max_count")
        yield Finding(RANGE, "auth_worker_max_count must be above zero", where)
    if 0 < (size := _size(view, "auth_cache_size")) < 1024:
        message = f"auth_cache_size value is too small ({size} bytes)"
        yield Finding(RANGE, message, view.where("auth_cache_size"))
    yield from _verbose_passwords(view)
    yield from _policy(view)


def _verbose_passwords(view: View23) -> Iterator[Finding]:
    where = view.where("auth_verbose_passwords")
    word, colon, length = view.text("auth_verbose_passwords").partition(":")
    if colon and not (re.fullmatch("[0-9]+", length) and 0 < int(length) < 2**32):
        text = f"auth_verbose_passwords: Invalid truncation number: '{length}'"
        yield Finding(RANGE, text, where)
    elif word not in PASSWORD_WORDS:
        yield Finding(WORD, "auth_verbose_passwords: Invalid value", where, _choice(PASSWORD_WORDS))


def _policy(view: View23) -> Iterator[Finding]:
    if not view.text("auth_policy_server_url"):
        return
    if not view.text("auth_policy_hash_nonce"):
        message = "auth_policy_hash_nonce must be set when policy server is used"
        yield Finding(NEEDS, message, view.where("auth_policy_server_url"))
    size = DIGEST_SIZES.get(view.text("auth_policy_hash_mech"))
    if size is None:
        where = view.where("auth_policy_hash_mech")
        yield Finding(WORD, "invalid auth_policy_hash_mech given", where, _choice(DIGEST_SIZES))
    elif (truncate := _number(view, "auth_policy_hash_truncate")) >= size * 8:
        message = f"policy_hash_truncate is not smaller than digest size ({truncate} >= {size * 8})"
        yield Finding(RANGE, message, view.where("auth_policy_hash_truncate", "auth_policy_hash_mech"))


def director(view: View23) -> Iterator[Finding]:
    """The director."""
    if _time(view, "director_user_expire") < 10_000:
        yield Finding(RANGE, "director_user_expire is too low", view.where("director_user_expire"))


def doveadm(view: View23) -> Iterator[Finding]:
    """The settings of dsync."""
    for name in ("dsync_hashed_headers", "dsync_alt_char"):
        if not view.text(name):
            yield Finding(RANGE, f"{name} must not be empty", view.where(name))
    yield from _words(view, "dsync_features")


def imap(view: View23) -> Iterator[Finding]:
    """Words of imap."""
    return _words(view, "imap_client_workarounds")


def imapc(view: View23) -> Iterator[Finding]:
    """The IMAP client."""
    if _time(view, "imapc_max_idle_time") == 0:
        yield Finding(RANGE, "imapc_max_idle_time must not be 0", view.where("imapc_max_idle_time"))
    for word in _split(view.text("imapc_features"), " ,"):
        if word.lower().startswith("throttle:"):
            if not _THROTTLE.fullmatch(word, 9):
                message = "imapc_features: Invalid throttle settings"
                yield Finding(SYNTAX, message, view.where("imapc_features"))
        else:
            yield from _word(view, "imapc_features", word)


def lmtp(view: View23) -> Iterator[Finding]:
    """Words of lmtp."""
    return _words(view, "lmtp_client_workarounds")


def pop3(view: View23) -> Iterator[Finding]:
    """Words of pop3, and how it deletes."""
    yield from _words(view, "pop3_client_workarounds")
    if view.text("pop3_delete_type") == "flag" and not view.text("pop3_deleted_flag"):
        message = "pop3_delete_type=flag, but pop3_deleted_flag not set"
        yield Finding(NEEDS, message, view.where("pop3_delete_type"))


def pop3c(view: View23) -> Iterator[Finding]:
    """The POP3 client."""
    return _words(view, "pop3c_features")


def submission(view: View23) -> Iterator[Finding]:
    """Words of submission."""
    return _words(view, "submission_client_workarounds")


def mail_storage(view: View23) -> Iterator[Finding]:
    """What all mailbox formats share."""
    if _time(view, "mailbox_idle_check_interval") == 0:
        where = view.where("mailbox_idle_check_interval")
        yield Finding(RANGE, "mailbox_idle_check_interval must not be 0", where)
    yield from _nfs(view)
    if _size(view, "mail_cache_max_size") > 1024**3:
        message = "mail_cache_max_size can't be over 1 GB"
        yield Finding(RANGE, message, view.where("mail_cache_max_size"))
    percentage = "mail_cache_purge_delete_percentage"
    if _number(view, percentage) > 100:
        yield Finding(RANGE, f"{percentage} can't be over 100", view.where(percentage))
    if wrong := _wrong_uidl_format(view.text("pop3_uidl_format")):
        yield Finding(SYNTAX, wrong, view.where("pop3_uidl_format"))
    if wrong := wrong_hash_format(view.text("mail_attachment_hash")):
        yield Finding(SYNTAX, wrong, view.where("mail_attachment_hash"))
    yield from _detection_options(view)
    for name in ("mail_cache_fields", "mail_always_cache_fields", "mail_never_cache_fields"):
        for field in _split(view.text(name), " ,"):
            if field[:4].lower() == "hdr." and not _HEADER_NAME.fullmatch(field, 4):
                yield Finding(SYNTAX, f"Invalid {name}: {field} is not a valid header name", view.where(name))


def _nfs(view: View23) -> Iterator[Finding]:
    if not _is_yes(view.text("mail_nfs_index")):
        return
    if not _is_yes(view.text("mmap_disable")):
        where = view.where("mail_nfs_index")
        yield Finding(NEEDS, "mail_nfs_index=yes requires mmap_disable=yes", where)
    if view.text("mail_fsync") != "always":
        where = view.where("mail_nfs_index")
        yield Finding(NEEDS, "mail_nfs_index=yes requires mail_fsync=always", where)


def _detection_options(view: View23) -> Iterator[Finding]:
    name = "mail_attachment_detection_options"
    for word in _split(view.text(name), " "):
        if word not in DETECTION_OPTIONS and not word.startswith("content-type="):
            hint = _choice((*DETECTION_OPTIONS, "content-type=TYPE"))
            yield Finding(WORD, f"{name}: Unknown option: {word}", view.where(name), hint)


def _wrong_uidl_format(text: str) -> str:
    found = False
    position = text.find("%")
    while 0 <= position < len(text) - 1:
        match = _VARIABLE.match(text, position + 1)
        letter = match[1] if match is not None else ""
        if letter and letter in "vumfg":
            found = True
        elif letter != "%":
            return f"Unknown pop3_uidl_format variable: %{letter}"
        position = text.find("%", position + 2)
    return "" if found else "pop3_uidl_format setting doesn't contain any %% variables."


def _words(view: View23, name: str) -> Iterator[Finding]:
    for word in _split(view.text(name), " ,"):
        yield from _word(view, name, word)


def _word(view: View23, name: str, word: str) -> Iterator[Finding]:
    if word.lower() not in WORDS[name]:
        kind = "workaround" if name.endswith("workarounds") else "feature"
        hint = _choice(WORDS[name]) if WORDS[name] else "remove the setting: it takes no words"
        yield Finding(WORD, f"{name}: Unknown {kind}: {word}", view.where(name), hint)


def _choice(words: Iterable[str]) -> str:
    return f"it takes: {', '.join(words)}"


def _split(text: str, separators: str) -> list[str]:
    return [word for word in re.split(f"[{separators}]", text) if word]


def _is_yes(text: str) -> bool:
    return text.lower() in ("yes", "y") or text == "1"


def _number(view: View23, name: str) -> int:
    return amounts.natural(view.text(name))


def _size(view: View23, name: str) -> int:
    return amounts.size(view.text(name))


def _time(view: View23, name: str) -> int:
    return amounts.milliseconds(view.text(name))
