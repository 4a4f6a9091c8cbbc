"""The checks of 2.4 for the auth process, OAuth2, logins and TLS."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dovecot_conf.check_finding import Finding
from dovecot_conf.checks23_values import PASSWORD_WORDS
from dovecot_conf.hash_formats import DIGEST_SIZES
from dovecot_conf.lookup24 import Lookup24
from dovecot_conf.scopes24 import Block
from dovecot_conf.view24 import View24

RANGE, WORD, NEEDS = "value-range", "unknown-word", "needs-other-setting"

SSL_FLAGS = ("compression", "no_ticket")

_RESULTS = "skip result_success result_failure result_internalfail"
DATABASES = {
    word: tuple(f"{word}_{name}" for name in names.split())
    for word, names in {
        "passdb": "name driver fields_import_all mechanisms_filter username_filter default_password_scheme"
        f" {_RESULTS} deny master use_cache use_worker",
        "userdb": f"name driver fields_import_all {_RESULTS} use_cache use_worker",
    }.items()
}
"""The settings of each passdb and userdb itself, without those of its driver."""


def auth(view: View24) -> Iterator[Finding]:
    """The cache, passwords in logs, the policy server, and the databases."""
    if 0 < (size := view.amount("auth_cache_size")) < 1024:
        message = f"auth_cache_size value is too small ({size} bytes)"
        yield Finding(RANGE, message, view.where("auth_cache_size"))
    yield from _verbose_passwords(view)
    yield from _policy(view)
    for word, names in DATABASES.items():
        for name in view.place.names.get(word, ()):
            found = Lookup24(view.tree.root, view.place.scope.condition, Block(word, name))
            if refused := found.refused(f"auth_{word}", names):
                message = f"Failed to get {word} {name}: {refused.message}"
                yield Finding(refused.rule, message, refused.where or view.opened(word, name))


def _verbose_passwords(view: View24) -> Iterator[Finding]:
    where = view.where("auth_verbose_passwords")
    word, colon, length = view.text("auth_verbose_passwords").partition(":")
    if colon and not (re.fullmatch("[0-9]+", length) and 0 < int(length) < 2**32):
        message = f"auth_verbose_passwords: Invalid truncation number: '{length}'"
        yield Finding(RANGE, message, where)
    elif word not in PASSWORD_WORDS:
        hint = f"it takes: {', '.join(PASSWORD_WORDS)}"
        yield Finding(WORD, "auth_verbose_passwords: Invalid value", where, hint)


def _policy(view: View24) -> Iterator[Finding]:
    if not view.text("auth_policy_server_url"):
        return
    if not view.text("auth_policy_hash_nonce"):
        message = "auth_policy_hash_nonce must be set when policy server is used"
        yield Finding(NEEDS, message, view.where("auth_policy_server_url"))
    size = DIGEST_SIZES.get(view.text("auth_policy_hash_mech"))
    if size is None:
        hint = f"it takes: {', '.join(DIGEST_SIZES)}"
        where = view.where("auth_policy_hash_mech")
        yield Finding(WORD, "invalid auth_policy_hash_mech given", where, hint)
    elif (truncate := view.amount("auth_policy_hash_truncate")) >= size * 8:
        message = f"policy_hash_truncate is not smaller than digest size ({truncate} >= {size * 8})"
        yield Finding(RANGE, message, view.where("auth_policy_hash_truncate", "auth_policy_hash_mech"))


def oauth2(view: View24) -> Iterator[Finding]:
    """Settings of OAuth2 that need each other."""
    mode = view.choice("oauth2_introspection_mode")
    grant, token, introspection = (
        view.text(f"oauth2_{name}_url") for name in ("grant", "tokeninfo", "introspection")
    )
    if not mode and (grant or token or introspection):
        where = view.where("oauth2_grant_url", "oauth2_tokeninfo_url", "oauth2_introspection_url")
        yield Finding(NEEDS, "Missing oauth2_introspection_mode", where)
    elif mode in ("auth", "get", "post") and not (token or introspection):
        message = "Need at least one of oauth2_tokeninfo_url or oauth2_introspection_url"
        yield Finding(NEEDS, message, view.where("oauth2_introspection_mode"))
    identity, secret = view.text("oauth2_client_id"), view.text("oauth2_client_secret")
    if grant and not identity:
        message = "oauth2_client_id is required with oauth2_grant_url"
        yield Finding(NEEDS, message, view.where("oauth2_grant_url"))
    if bool(identity) != bool(secret):
        message = "oauth2_client_id and oauth2_client_secret must be provided together"
        where = view.where("oauth2_client_id" if identity else "oauth2_client_secret")
        yield Finding(NEEDS, message, where)
    if view.text("oauth2_active_value") and not view.text("oauth2_active_attribute"):
        message = "Cannot have empty active_attribute if active_value is set"
        yield Finding(NEEDS, message, view.where("oauth2_active_value"))


def login(view: View24) -> Iterator[Finding]:
    """Passwords in clear where TLS is required."""
    if view.choice("ssl") == "required" and view.is_yes("auth_allow_cleartext"):
        message = "auth_allow_cleartext=yes has no effect with ssl=required"
        yield Finding(NEEDS, message, view.where("auth_allow_cleartext"))


def ssl_server(view: View24) -> Iterator[Finding]:
    """Certificates of clients, which need an authority."""
    if view.choice("ssl") == "no" or not view.is_yes("ssl_server_request_client_cert"):
        return
    # Dovecot reads the file here; one with variables in its name counts as empty.
    path = view.text("ssl_server_ca_file", known=True)
    if not path or "%{" in path:
        message = "ssl_server_request_client_cert set, but ssl_server_ca_file not"
        yield Finding(NEEDS, message, view.where("ssl_server_request_client_cert"))


def ssl_options(view: View24) -> Iterator[Finding]:
    """Words of TLS."""
    for flag in re.split("[, ]", view.text("ssl_options")):
        if flag and flag.lower() not in SSL_FLAGS:
            hint = f"it takes: {', '.join(SSL_FLAGS)}"
            yield Finding(WORD, f"ssl_options: unknown flag: '{flag}'", view.where("ssl_options"), hint)


def ssl_protocol(view: View24) -> Iterator[Finding]:
    """Protocols of TLS that are too old."""
    if "ANY" in view.text("ssl_min_protocol").upper():
        message = "ssl_min_protocol=ANY is used - This is insecure and intended only for testing"
        yield Finding("ssl-any-protocol", message, view.where("ssl_min_protocol"))
