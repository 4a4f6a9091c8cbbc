"""The groups that a mail process of a user is in."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd

from dovecot_conf import Configuration
from mailstore.settings import read_blocks
from mailstore.users import User


def groups_of(user: User, configuration: Configuration, protocol: str) -> tuple[int, ...]:
    """Return the groups of a mail process: the user's own, and those that Dovecot adds.

    These are mail_access_groups, the extra_groups of the service, and with the userdb field
    system_groups_user the groups that list that system user (``service_drop_privileges`` of 2.3.19.1 and
    2.4.1).
    """
    names = [*configuration.settings(protocol).words("mail_access_groups")]
    names += _extra_groups(configuration, protocol)
    found = [] if user.gid is None else [user.gid]
    for name in names:
        with contextlib.suppress(KeyError):
            found.append(int(name) if name.isdecimal() else grp.getgrnam(name).gr_gid)
    system_user = user.fields.get("system_groups_user")
    if system_user:
        with contextlib.suppress(KeyError, OSError):
            # As initgroups() has it: the groups that list the user, beside the gid of the mail user.
            found += os.getgrouplist(system_user, user.gid or pwd.getpwnam(system_user).pw_gid)
    return tuple(dict.fromkeys(found))


def _extra_groups(configuration: Configuration, protocol: str) -> list[str]:
    """Return the extra_groups of the service; dovecot-lda is no service."""
    if protocol == "lda":
        return []
    services = read_blocks(configuration, protocol).of_kind("service")
    block = next((one for one in services if one.name == protocol), None)
    text = block.value("extra_groups", default="") if block is not None else ""
    text = text or configuration.settings(protocol).value("default_internal_group", "dovecot")
    return text.replace(",", " ").split()
