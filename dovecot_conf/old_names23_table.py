"""What 2.3.19.1 makes of the names of earlier versions.

Held side by side with doveconf: every name that it calls obsolete stands here, with its warning.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dovecot_conf.value import Value

ServiceOf = tuple[str, str]
"""A protocol that the filters must let through, '' for any, and a service or a listener of it."""

LOGIN: tuple[ServiceOf, ...] = (
    ("imap", "imap-login"),
    ("pop3", "pop3-login"),
    ("sieve", "managesieve-login"),
)
MAIL: tuple[ServiceOf, ...] = (("imap", "imap"), ("pop3", "pop3"), ("sieve", "managesieve"))
AUTH: tuple[ServiceOf, ...] = (("", "auth"),)
LISTENERS: tuple[ServiceOf, ...] = (
    ("imap", "imap-login/inet_listener/imap"),
    ("pop3", "pop3-login/inet_listener/pop3"),
    ("sieve", "managesieve-login/inet_listener/managesieve"),
)
SSL_LISTENERS: tuple[ServiceOf, ...] = (
    ("imap", "imap-login/inet_listener/imaps"),
    ("pop3", "pop3-login/inet_listener/pop3s"),
)

QUIET_PROTOCOL = "sieve"
"""Where a setting is for this protocol too, Dovecot says nothing about a wrong value."""


class OldName(Value):
    """What becomes of an old setting.

    ``warning`` is what Dovecot says, with ``{key}`` for the old name. ``key`` is the new name, '' for
    none; ``services``: it is a setting of these, in the global scope. ``values`` are old values with the
    new ones, ``form`` is what the others become. ``caseless``: old values in any case. ``is_file``: the
    value becomes the name of a file, and an empty one doesn't count.
    """

    warning: str
    key: str = ""
    services: tuple[ServiceOf, ...] = ()
    values: Mapping[str, str] = MappingProxyType({})
    form: str = "{}"
    caseless: bool = False
    is_file: bool = False

    def value(self, old: str) -> str:
        """Return the new value."""
        found = self.values.get(old.lower() if self.caseless else old)
        return self.form.format(old) if found is None else found


def _of_services(services: tuple[tuple[str, str], ...], key: str, form: str = "{}", **values: str) -> OldName:
    return OldName(f"{{key}} has been replaced by service {{{{ {key} }}}}", key, services, values, form)


def _of_auth(key: str, form: str = "{}") -> OldName:
    return OldName(f"{{key}} has been replaced by service auth {{{{ {key} }}}}", key, AUTH, form=form)


def _renamed(key: str, **values: str) -> OldName:
    return OldName(f"{{key}} has been renamed to {key}", key, values=values, caseless=True)


def _file(key: str) -> OldName:
    warning = f"{{key}} has been replaced by {key} = <file"
    return OldName(warning, key, is_file=True)


_REMOVED = OldName("{key} has been removed")
_NEEDLESS = OldName("{key} is no longer needed")

OLD_NAMES: Mapping[str, OldName] = {
    "auth_chroot": _of_auth("chroot"),
    "auth_executable": _of_auth("executable"),
    "auth_process_size": _of_auth("vsz_limit", "{} M"),
    "auth_user": _of_auth("user"),
    "dbox_rotate_days": _REMOVED,
    "dbox_rotate_min_size": _REMOVED,
    "dbox_rotate_size": _renamed("mdbox_rotate_size"),
    "director_consistent_hashing": _REMOVED,
    "fsync_disable": _renamed("mail_fsync", yes="never", no="optimized"),
    "login_chroot": _of_services(LOGIN, "chroot", "login", no=""),
    "login_dir": _REMOVED,
    "login_executable": _of_services(LOGIN, "executable"),
    "login_max_connections": _of_services(LOGIN, "client_limit"),
    "login_max_processes_count": _of_services(LOGIN, "process_limit"),
    "login_process_per_connection": _of_services(LOGIN, "service_count", "1", no="0"),
    "login_process_size": _of_services(LOGIN, "vsz_limit", "{} M"),
    "login_processes_count": _of_services(LOGIN, "process_min_avail"),
    "login_user": _of_services(LOGIN, "user"),
    "mail_drop_priv_before_exec": _of_services(MAIL, "drop_priv_before_exec"),
    "mail_executable": _of_services(MAIL, "executable"),
    "mail_log_max_lines_per_sec": _REMOVED,
    "mail_process_size": _of_services(MAIL, "vsz_limit", "{} M"),
    "maildir_copy_preserve_filename": _REMOVED,
    "max_mail_processes": _of_services(MAIL, "process_limit"),
    "sieve": OldName("{key} has been moved into plugin {{}} section", "plugin/sieve"),
    "sieve_storage": OldName("{key} has been moved into plugin {{ sieve_dir }}", "plugin/sieve_storage"),
    "ssl_ca_file": _file("ssl_ca"),
    "ssl_cert_file": _file("ssl_cert"),
    "ssl_dh_parameters_length": _NEEDLESS,
    "ssl_disable": _renamed("ssl", yes="no", no="yes"),
    "ssl_key_file": _file("ssl_key"),
    "ssl_parameters_regenerate": _NEEDLESS,
}

OLD_BEGINNINGS: Mapping[str, str] = {"mail_cache_compress_": "mail_cache_purge_"}
"""Beginnings of names that have been renamed."""

_READ_BY_VALUE = frozenset(("auth_count", "ssl_listen", "ssl_protocols"))
"""Old names of which the value says what they become."""


def is_old_name(key: str) -> bool:
    """Tell whether Dovecot takes a name of an earlier version, in the global scope."""
    return key in OLD_NAMES or key in _READ_BY_VALUE or key.startswith(tuple(OLD_BEGINNINGS))


OLD_PLUGIN_KEYS: Mapping[str, str] = {"imap_zlib_compress_level": "imap_compress_deflate_level"}
"""Keys of ``plugin {}`` that have been replaced."""

OLD_SECTIONS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("protocol", "managesieve"): (
        "sieve",
        "protocol managesieve {} has been replaced by protocol sieve { }",
    ),
    ("service", "dns_client"): (
        "dns-client",
        "service dns_client {} has been replaced by service dns-client { }",
    ),
}
"""Sections by word and old name: the new name and the warning."""

OLD_WORKAROUNDS: Mapping[str, str] = {
    "outlook-idle": "imap_client_workarounds=outlook-idle is no longer necessary",
    "netscape-eoh": "imap_client_workarounds=netscape-eoh is no longer supported",
}
"""Words of ``imap_client_workarounds`` that are dropped, with the warnings."""

PROTOCOLS: Mapping[str, str] = {"managesieve": "sieve"}
"""Words of ``protocols`` that have been renamed."""

SSL_PROTOCOLS: Mapping[str, str] = {"imaps": "imap", "pop3s": "pop3"}
"""Words of ``protocols`` for connections with SSL, each with the protocol that stands for both today."""

SSL_PROTOCOL_ALONE = (
    "'{old}' protocol can no longer be specified (use protocols={new}). to disable non-ssl {new}, use service"
    " {new}-login {{ inet_listener {new} {{ port=0 }} }}"
)
SSL_PROTOCOL_NEEDLESS = "'{}' protocol is no longer necessary, remove it"

TLS_VERSIONS = ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2")
"""What ``ssl_protocols`` may name, the oldest first."""

AUTH_SECTION = "add auth_ prefix to all settings inside auth {} and remove the auth {} section completely"
AUTH_DATABASES = ("passdb", "userdb")
AUTH_DATABASE = "{word} {name} {{}} has been replaced by {word} {{ driver={name} }}"
AUTH_DATABASE_IN_NETWORK = "Unknown setting: {word} {{ driver"
"""What Dovecot says about one in a filter for a network."""

SOCKET_CONNECT = "socket connect {} is no longer supported, configure external auth server separately"
SOCKET_NAMES = (
    "socket listen { client { path=.. } } must end not with -master or -userdb suffix",
    "socket listen { master { path=.. } } must end with -master (or -userdb) suffix",
)
"""What Dovecot says about the wrong path of a socket for clients, and of one for masters."""
EMPTY_PATH = "Dovecot crashes on an empty path in socket listen {}"
