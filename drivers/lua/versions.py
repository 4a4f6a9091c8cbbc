"""What the Lua API of each Dovecot version has and says, as seen with 2.3.19.1, 2.4.1 and 2.4.5.

From 2.4.4 to 2.4.5 nothing changed in the API; the lines of 2.4.4's files are those of its source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dovecot_conf.errors import DriverError
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

    ``dialect`` is the language of its configuration. ``loading`` is '' for a version that doesn't log it.
    ``has`` are the calls that not all versions have, ``lacks`` the constants that this one hasn't.
    A script that isn't there: ``unreadable`` says so in a process that reads the configuration itself (2.4's
    doveadm and lda), ``gone`` in one that has got it from the server. ``created`` is what mail_lua says of a
    script that can't be opened. ``init_takes_settings``:
    script_init is given a table, and what it returns is not looked at.
    ``namespace_line`` and ``inbox_line`` are the lines of ``mail-namespace.c`` that find a user without
    namespaces, ``internal_inbox_line`` that which finds the internal user without an INBOX,
    ``mail_storage_line`` that of ``mail-storage.c`` which finds a mailbox that wasn't opened,
    ``header_line`` that of ``http-client-request.c`` which finds a header with a line break.
    """

    dialect: Version
    loading: str
    unreadable: str
    gone: str
    load_failed: str
    created: str
    namespace_line: int
    inbox_line: int
    internal_inbox_line: int
    mail_storage_line: int
    header_line: int
    init_takes_settings: bool = False
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


_HAS_241 = ("set_forced_debug", "tabescape", "dict")

_V241 = LuaTexts(
    dialect=Version.V24,
    loading="",
    unreadable="dlua settings: Failed to parse configuration: open({file}) failed: {error}",
    gone="Lua script '{file}': access({file}) failed: {error}",
    load_failed="Lua script '{file}': lua_load({file}) failed: {error}",
    created="dlua_script_create_auto() failed: {error}",
    namespace_line=795,
    inbox_line=850,
    internal_inbox_line=855,
    init_takes_settings=True,
    mail_storage_line=2811,
    header_line=474,
    has=_HAS_241,
    lacks=("MAILBOX_SYNC_FLAG_FULL_WRITE",),
)

APIS: Mapping[str, LuaTexts] = {
    "2.3.19": LuaTexts(
        dialect=Version.V23,
        loading="Loading {file}",
        unreadable="access({file}) failed: {error}",
        gone="access({file}) failed: {error}",
        load_failed="lua_load({file}) failed: {error}",
        created="dlua_script_create_file({file}) failed: {error}",
        namespace_line=754,
        inbox_line=809,
        internal_inbox_line=814,
        mail_storage_line=2424,
        header_line=444,
        has=("plugin_getenv", "mail_debug"),
    ),
    "2.4.1": _V241,
    "2.4.4": replace(
        _V241,
        mail_storage_line=3124,
        has=(*_HAS_241, "base64", "request_event", "event_abort"),
    ),
}
"""The API by the version of Dovecot (:data:`drivers.scripting.LUA_APIS`)."""

DEFAULT_APIS: Mapping[Version, str] = {Version.V23: "2.3.19", Version.V24: "2.4.1"}
"""The version that a configuration stands for."""

TEXTS: Mapping[Version, LuaTexts] = {version: APIS[name] for version, name in DEFAULT_APIS.items()}


def api_texts(version: Version, api: str = "") -> LuaTexts:
    """Return what the API named ``api`` has and says, for '' that of the configuration's version.

    Raises DriverError when a Dovecot with that API doesn't read such a configuration.
    """
    texts = APIS[api or DEFAULT_APIS[version]]
    if texts.dialect is not version:
        fitting = ", ".join(name for name, own in APIS.items() if own.dialect is version)
        raise DriverError(f"the configuration is one of {version}: its Lua API is {fitting}, not {api}")
    return texts
