"""What the Lua API of each Dovecot version has and says, as seen with 2.3.19.1 and 2.4.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dovecot_conf.versions import Version

STORAGE: Mapping[str, float | str] = {
    "STATUS_MESSAGES": 0x01,
    "STATUS_RECENT": 0x02,
    "STATUS_UIDNEXT": 0x04,
    "STATUS_UIDVALIDITY": 0x08,
    "STATUS_UNSEEN": 0x10,
    "STATUS_FIRST_UNSEEN_SEQ": 0x20,
    "STATUS_KEYWORDS": 0x40,
    "STATUS_HIGHESTMODSEQ": 0x80,
    "STATUS_PERMANENT_FLAGS": 0x200,
    "STATUS_FIRST_RECENT_UID": 0x400,
    "STATUS_HIGHESTPVTMODSEQ": 0x2000,
    "MAILBOX_FLAG_READONLY": 0x01,
    "MAILBOX_FLAG_SAVEONLY": 0x02,
    "MAILBOX_FLAG_DROP_RECENT": 0x04,
    "MAILBOX_FLAG_NO_INDEX_FILES": 0x10,
    "MAILBOX_FLAG_KEEP_LOCKED": 0x20,
    "MAILBOX_FLAG_IGNORE_ACLS": 0x100,
    "MAILBOX_SYNC_FLAG_FULL_READ": 0x01,
    "MAILBOX_SYNC_FLAG_FULL_WRITE": 0x02,
    "MAILBOX_SYNC_FLAG_FAST": 0x04,
    "MAILBOX_SYNC_FLAG_NO_EXPUNGES": 0x08,
    "MAILBOX_SYNC_FLAG_FIX_INCONSISTENT": 0x40,
    "MAILBOX_SYNC_FLAG_EXPUNGE": 0x80,
    "MAILBOX_SYNC_FLAG_FORCE_RESYNC": 0x100,
    "MAILBOX_ATTRIBUTE_PREFIX_DOVECOT": "vendor/vendor.dovecot/",
    "MAILBOX_ATTRIBUTE_PREFIX_DOVECOT_PVT": "vendor/vendor.dovecot/pvt/",
    "MAILBOX_ATTRIBUTE_PREFIX_DOVECOT_PVT_SERVER": "vendor/vendor.dovecot/pvt/server/",
}
"""``dovecot.storage``."""


DICT: Mapping[str, float | str] = {
    "ITERATE_FLAG_RECURSE": 1,
    "ITERATE_FLAG_SORT_BY_KEY": 2,
    "ITERATE_FLAG_SORT_BY_VALUE": 4,
    "ITERATE_FLAG_NO_VALUE": 8,
    "ITERATE_FLAG_EXACT_KEY": 16,
    "ITERATE_FLAG_ASYNC": 32,
}
"""``dovecot.dict`` of 2.4."""

DOVEADM_CLIENT: Mapping[str, float | str] = {"DOVEADM_PROXY_TTL": 5}
"""``dovecot.doveadm_client`` of 2.4."""


@dataclass(frozen=True, slots=True)
class LuaTexts:
    """How one version words what it says of scripts; ``{file}`` and ``{error}`` are filled in.

    ``loading`` is '' for a version that doesn't log it. ``init`` is with how many arguments and results
    ``script_init`` is called. ``has`` are the calls that not all versions have,
    ``lacks`` the constants that this one hasn't.
    ``mail_user_line`` is the line of ``mail-user.c`` that finds a user who is still referenced,
    ``mail_storage_line`` that of ``mail-storage.c`` which finds a mailbox that wasn't opened,
    ``header_line`` that of ``http-client-request.c`` which finds a header with a line break.
    """

    loading: str
    unreadable: str
    load_failed: str
    init: tuple[int, int]
    mail_user_line: int
    mail_storage_line: int
    header_line: int
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


TEXTS: Mapping[Version, LuaTexts] = {
    Version.V23: LuaTexts(
        loading="Loading {file}",
        unreadable="access({file}) failed: {error}",
        load_failed="lua_load({file}) failed: {error}",
        init=(0, 1),
        mail_user_line=258,
        mail_storage_line=2424,
        header_line=444,
        has=("plugin_getenv", "mail_debug"),
    ),
    Version.V24: LuaTexts(
        loading="",
        unreadable="dlua settings: Failed to parse configuration: open({file}) failed: {error}",
        load_failed="Lua script '{file}': lua_load({file}) failed: {error}",
        init=(1, 0),
        mail_user_line=185,
        mail_storage_line=2811,
        header_line=474,
        has=("set_forced_debug", "tabescape", "dict"),
        lacks=("MAILBOX_SYNC_FLAG_FULL_WRITE",),
    ),
}
