# ruff: noqa: E501 - tables
"""What mutations put into a configuration: odd bytes, values, keys, and lines that open a section."""

from __future__ import annotations

ODD_BYTES = (
    b"\0", b"\r", b"\t", b"\x0b", b"\x0c", b"\x1b", b"\x7f", b"\x80", b"\xff", b"\xc3\xa9", b"\xc2\xa0", b"\xe2\x82",
    b"\xef\xbb\xbf", b"\\", b"'", b'"', b"#", b"=", b"{", b"}", b"$", b"%", b"@", b"/", b"<", b"!", b",", b";", b":",
    b" ", b"  ", b"|", b"*", b"[", b"]", b"-", b"_", b"0", b"%{", b"$SET:", b"$ENV:", b"\n",
)  # fmt: skip
VALUES = (
    b"", b"yes", b"no", b"YES", b"y", b"n", b"1", b"0", b"on", b"5", b"05", b"-1", b"4294967295", b"4294967296",
    b"99999999999999999999", b"10s", b"1 min", b"90m", b"500ms", b"1 hours", b"2 weeks", b"10", b"1G", b"1.5G",
    b"10 KiB", b"1024M", b"0600", b"600", b"0", b"08", b"unlimited", b"infinite", b"70000", b"a b", b"a, b", b"a  b",
    b"\"a # b\"", b"'a \\' b'", b"\"abc\\\"", b'"', b"''", b'"a" b', b'a "b" c', b"a\\", b"\\", b"it's # c", b"a#b",
    b"# c", b"$mail_home", b"$mail_home x", b"x $SET:mail_home", b"$ENV:HOME", b"$ENV:NOSUCH x", b"$nosuch",
    b"$SET:nosuch", b"$", b"$$", b"x$mail_home", b"%u", b"%{user}", b"%{user | lower}", b"%{user", b"%{", b"%%", b"%",
    b"%Lu", b"%{if;1;=;1;a;b}", b"%{user | substr(0, 2)}", b"%{user |}", b"%{}", b"%{'a'}", b"</etc/hostname",
    b"< /etc/hostname", b"<nosuch", b"<", b"inline:x", b"http://u:p@h/", b"secret=x", b"pass=x;y", b"plain login",
    b"~/x", b"/h/%d/%n", b"\xff\xfe", b"\xc3\xa9", b"\"\xc3\xa9 \"", b" x", b"x ", b"}", b"{", b"= x", b"a = b",
)  # fmt: skip
KEYS = (
    b"", b"mail_home", b"mail_plugins", b"mail_debug", b"login_greeting", b"auth_verbose", b"auth_cache_ttl", b"nosuch",
    b"default_vsz_limit", b"mail_fsync", b"client_limit", b"mode", b"port", b"driver", b"args", b"prefix", b"inbox",
    b"plugin/x", b"service/imap/client_limit", b"service/imap/nosuch", b"@g", b"@nosuch", b"name", b"path", b"url",
    b"push_notification_driver", b"ox_url", b"protocols", b"listen", b"dict/x", b"mail_plugins/acl", b"fields/uid",
    b"passdb", b"service", b"namespace", b"plugin", b"ssl_key", b"ssl_cert", b"mail_location", b"separator", b'"a b"',
    b"mail_max_userip_connections", b"first_valid_uid", b"imap_idle_notify_interval", b"auto", b"special_use",
)  # fmt: skip
OPENINGS = (
    b"protocol imap {", b"protocol lmtp {", b"protocol !imap {", b"local 10.0.0.0/8 {", b"local 10.1.0.0/16 {",
    b"local 10.0.0.1 {", b"local_name a.example {", b"local_name B.example {", b"remote 192.168.0.0/16 {",
    b"remote ::1 {", b"remote 2001:db8::/32 {", b"plugin {", b"dict {", b"service imap {", b"service x {", b"service {",
    b"namespace {", b"namespace inbox {", b"namespace a {", b"mailbox Trash {", b'mailbox "Sent Messages" {',
    b"unix_listener x {", b"inet_listener imap {", b"fifo_listener /x/y {", b"passdb {", b"passdb pam {", b"userdb {",
    b"userdb static {", b"push_notification ox {", b"push_notification {", b"mail_attribute {", b"dict file {",
    b"group @g x {", b"group @g y {", b"group @g {", b"mail_plugins {", b"fields {", b"metric m {",
    b"event_exporter e {", b"protocol {", b"protocol imap x {", b'protocol "imap" {', b"protocol 'imap' {",
    b"nosuch {", b"nosuch x {", b"auth_policy {", b"ssl_server {", b"dict_server {", b"imap {", b"{", b"x{",
    b"mail_home {", b"import_environment {", b"auth_mechanisms {", b"lua_file {", b"storage a {", b"fs posix {",
)  # fmt: skip
