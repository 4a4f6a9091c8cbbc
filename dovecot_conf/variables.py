"""%variables in settings: ``%u`` and ``%{user}`` of 2.3, ``%{user | lower}`` of 2.4.

The names are those of a mail user (``mail_user_var_expand_table`` of 2.3.19.1,
``mail_user_var_expand_params`` of 2.4.1); :func:`user_values` makes them.
"""

from __future__ import annotations

from collections.abc import Mapping

from dovecot_conf.versions import Version

_OF_BOTH = frozenset({"user", "service", "home", "local_ip", "remote_ip", "session", "auth_user", "hostname"})
MAIL_USER_VARIABLES = {
    Version.V23: _OF_BOTH
    | {"username", "domain", "lip", "rip", "pid", "uid", "gid", "auth_username", "auth_domain"},
    Version.V24: _OF_BOTH
    | {"local_port", "remote_port", "local_name", "protocol", "owner_user", "owner_home", "master_user"},
}
"""The long names that each version knows in the settings of a mail user."""


def expand(
    text: str, values: Mapping[str, str], version: Version, *, environ: Mapping[str, str] | None = None
) -> str:
    """Return ``text`` with its %variables replaced.

    ``values`` maps long names (``user``, ``home``) to text, see :func:`user_values`; one-letter
    names of 2.3 stand for long ones. ``environ`` is what ``%{env:NAME}`` sees. Raises VariableError
    with Dovecot's text, such as ``Unknown variable '%b'`` (2.3) or ``Unknown variable 'b'`` (2.4).
    """
    if "%" not in text:
        return text
    if version is Version.V23:
        from dovecot_conf.variables23 import Expansion  # noqa: PLC0415 - hashes only where needed

        return Expansion(values, environ or {}).expand(text)
    from dovecot_conf.variables24 import expand24  # noqa: PLC0415

    return expand24(text, values, environ or {})


def user_values(user: str, protocol: str, *, home: str | None = None, **more: str) -> dict[str, str]:
    """Return the values that both versions offer for a mail user.

    ``protocol`` is the service, such as ``lmtp``. Without a ``home`` the variable for it is
    unknown. ``more`` are values by long name: ``hostname``, ``session``, ``pid``, ``lip``, ``rip``,
    ``uid``, ``gid``; those not given are empty.
    """
    username, _, domain = user.partition("@")
    remote, local = more.get("rip", ""), more.get("lip", "")
    empty = dict.fromkeys(("pid", "uid", "gid", "session", "hostname", "lip", "rip", "local_name"), "")
    values = {
        **empty,
        "user": user,
        "username": username,
        "domain": domain,
        "service": protocol,
        "protocol": protocol,
        "auth_user": user,
        "auth_username": username,
        "auth_domain": domain,
        "owner_user": user,
        "master_user": "",
        "local_ip": local,
        "remote_ip": remote,
        "local_port": "",
        "remote_port": "",
        **more,
    }
    if home is not None:
        values["home"] = values["owner_home"] = home
    return values
