"""All names of Dovecot's Lua API and the kinds of their values, by version (2.3.19.1, 2.4.1, 2.4.4).

The lint rules and the stubs for editors are made from these tables. That Dovecot's functions and constants
are the ones that scripts find is shown by ``tests/drivers/lua/test_api_names.py``; running servers are asked
for names by ``tests/dovecot/test_lua_stubs_beside.py``, for arguments and results by
``tests/dovecot/test_lua_signatures_beside.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dovecot_conf.versions import Version
from drivers.lua.versions import DEFAULT_APIS, DICT, DOVEADM_CLIENT, STORAGE, TEXTS

V23, V24 = Version.V23, Version.V24


class Parameter(NamedTuple):
    """A parameter of a function; ``...`` is the name of any number of them."""

    name: str
    kind: str
    optional: bool = False


class Member(NamedTuple):
    """A field or function of a table.

    ``kind`` is ``string``, ``number``, ``integer``, ``boolean``, ``userdata``, ``strings`` (an array of
    them), ``function``, or a key of :data:`TYPES`. ``only``: the version that has it, None for both. A
    function has its parameters (in EmmyLua's notation; a method without the object), and what it
    ``returns``: a kind, '' for nothing, ``KIND ...`` for one result per argument. ``missing``: the field can
    be nil, as where a mail lacks the header, or a user has no home. ``more_in_24`` are the parameters that
    only 2.4 takes, behind the others. ``since``: the first version of the dialect ``only`` that has it, ''
    for all.

    Numbers that aren't results are floats. Where a function takes an integer, a float without a fraction will
    do, as will a text with such a number: such a parameter is a ``number``.
    """

    kind: str
    only: Version | None = None
    parameters: str = ""
    returns: str = ""
    missing: bool = False
    more_in_24: str = ""
    since: str = ""

    def available(self, version: Version, api: str = "") -> bool:
        """Tell whether a version has it; ``api`` as in :class:`drivers.scripting.Scripting`."""
        if self.only not in {None, version}:
            return False
        return not self.since or _number(self.since) <= _number(api or DEFAULT_APIS[version])

    def takes(self, version: Version) -> tuple[Parameter, ...]:
        """Return the parameters of a function."""
        texts = [self.parameters, self.more_in_24 if version is V24 else ""]
        return parameters_of(", ".join(filter(None, texts)))


Members = Mapping[str, Member]


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


STRING, NUMBER, BOOLEAN = Member("string"), Member("number"), Member("boolean")
STRINGS, USERDATA = Member("strings"), Member("userdata")


def parameters_of(text: str) -> tuple[Parameter, ...]:
    """Read parameters in EmmyLua's notation: ``name: string, flags?: number``."""
    pairs = [one.partition(": ") for one in text.split(", ")] if text else []
    return tuple(Parameter(name.rstrip("?"), kind, name.endswith("?")) for name, _, kind in pairs)


def _call(parameters: str = "", returns: str = "", only: Version | None = None, since: str = "") -> Member:
    return Member("function", only, parameters, returns, since=since)


def _constants(values: Mapping[str, float | str]) -> dict[str, Member]:
    lacking = {name: version for version, texts in TEXTS.items() for name in texts.lacks}
    having = {V23: V24, V24: V23}
    return {
        name: Member(
            "string" if isinstance(value, str) else "number",
            having[lacking[name]] if name in lacking else None,
        )
        for name, value in values.items()
    }


_METADATA = {
    "metadata_get": _call("key: string, ...: string", "string? ..."),
    "metadata_set": _call("key: string, value: string|number"),
    "metadata_unset": _call("key: string"),
    "metadata_list": _call("prefix: string, ...: string", "table<string, string>"),
}

_USER = {
    **dict.fromkeys(
        (
            "admin", "anonymous", "autocreated", "dsyncing", "fuzzy_search", "nonexistent",
            "session_restored",
        ),
        BOOLEAN,
    ),
    "mail_debug": Member("boolean", V23),
    "home": Member("string", missing=True),
    **dict.fromkeys(("service", "session_id", "username"), STRING),
    **dict.fromkeys(("uid", "gid", "session_create_time"), NUMBER),
    "item": USERDATA,
    "plugin_getenv": _call("name: string", "string?", V23),
    "var_expand": _call("text: string", "string"),
    "mailbox": _call("name: string, flags?: number", "dovecot.Mailbox"),
    **_METADATA,
}  # fmt: skip

_MAILBOX = {
    "name": STRING,
    "vname": STRING,
    "item": USERDATA,
    "open": _call(),
    "close": _call(),
    "free": _call(),
    "sync": _call("flags?: number"),
    "status": _call("item: number, ...: number", "dovecot.Status"),
    **_METADATA,
}

_STATUS = {
    "mailbox": STRING,
    **dict.fromkeys(
        (
            "messages", "recent", "unseen", "uidvalidity", "uidnext", "first_unseen_seq",
            "first_recent_uid", "highest_modseq", "highest_pvt_modseq", "permanent_flags", "flags",
        ),
        NUMBER,
    ),
    **dict.fromkeys(
        (
            "permanent_keywords", "allow_new_keywords", "nonpermanent_modseqs", "no_modseq_tracking",
            "have_guids", "have_save_guids", "have_only_guid128",
        ),
        BOOLEAN,
    ),
    "keywords": Member("strings", missing=True),
}  # fmt: skip


def _log_event(own: str) -> dict[str, Member]:
    return {
        "append_log_prefix": _call("prefix: string", own),
        "replace_log_prefix": _call("prefix: string", own),
        "set_always_log_source": _call("", own),
        "set_name": _call("name: string", own),
        "add_str": _call("key: string, value: string|number", own),
        "add_int": _call("key: string, value: number", own),
        "add_timeval": _call("key: string, seconds: number", own),
        "inc_int": _call("key: string, difference: number", own),
        "log_debug": _call("text: string|number", own),
        "log_info": _call("text: string|number", own),
        "log_warning": _call("text: string|number", own),
        "log_error": _call("text: string|number", own),
    }


_EVENT = {
    **_log_event("dovecot.Event"),
    "item": USERDATA,
    "passthrough_event": _call("", "dovecot.PassthroughEvent"),
    "set_forced_debug": _call("", "dovecot.Event", V24),
    "unset_forced_debug": _call("", "dovecot.Event", V24),
}

_TEXT = "text: string|number"
_DOVECOT = {
    "http": Member("dovecot.http"),
    "storage": Member("dovecot.storage"),
    "dict": Member("dovecot.dict", V24),
    "doveadm_client": Member("dovecot.doveadm_client", V24),
    **dict.fromkeys(("i_debug", "i_info", "i_warning", "i_error"), _call(_TEXT)),
    "event": _call("parent?: dovecot.Event", "dovecot.Event"),
    "has_flag": _call("value: number, flag: number", "boolean"),
    "set_flag": _call("value: number, flag: number", "integer"),
    "clear_flag": _call("value: number, flag: number", "integer"),
    "restrict_global_variables": _call("restrict: boolean"),
    "gettimeofday": _call("", "dovecot.TimeOfDay", V24),
    "nanoseconds": _call("", "integer", V24),
    "microseconds": _call("", "integer", V24),
    "net_ip_family": _call("address: string", "integer", V24),
    "tabescape": _call("text: string", "string", V24),
    "tabunescape": _call("text: string", "string", V24),
    "split_tabescaped": _call("text: string", "strings", V24),
    "base64": Member("dovecot.base64", V24, since="2.4.2"),
    "var_expand": _call("text: string", "string", V24, "2.4.2"),
}

_TIME_OF_DAY = dict.fromkeys(("tv_sec", "tv_usec"), Member("integer"))

_CLIENT = {
    "item": USERDATA,
    "request": _call("options: dovecot.http.RequestOptions", "dovecot.http.Request"),
}
_REQUEST = {
    "item": USERDATA,
    "add_header": _call("name: string, value: string|number"),
    "remove_header": _call("name: string"),
    "set_payload": _call("payload: string|number")._replace(more_in_24="sync?: boolean"),
    "submit": _call("", "dovecot.http.Response"),
    "set_event": _call("event: dovecot.Event", "", V24, "2.4.3"),
    "get_event": _call("", "dovecot.Event", V24, "2.4.3"),
}
_RESPONSE = {
    "item": USERDATA,
    "status": _call("", "integer"),
    "reason": _call("", "string"),
    "payload": _call("", "string"),
    "header": _call("name: string", "string"),
}

_MAILBOX_EVENT = {"name": STRING, "mailbox": STRING}
_MESSAGE_EVENT = {**_MAILBOX_EVENT, "uid": NUMBER, "uid_validity": NUMBER}
_CONTENT_EVENT = {
    **_MESSAGE_EVENT,
    "date": NUMBER,
    "tz": NUMBER,
    **dict.fromkeys(
        ("from", "from_address", "from_display_name", "to", "to_address", "to_display_name", "snippet"),
        STRING,
    ),
    "subject": Member("string", missing=True),
    "message_id": Member("string", missing=True),
    "flags": STRINGS,
    "keywords": STRINGS,
}
_FLAGS_EVENT = {**_MESSAGE_EVENT, "flags": STRINGS, "keywords": STRINGS}

EVENTS: Mapping[str, Members] = {
    "FlagsClear": {
        **_FLAGS_EVENT,
        "flags_old": STRINGS,
        "keywords_old": Member("strings", missing=True),
    },
    "FlagsSet": _FLAGS_EVENT,
    "MailboxCreate": _MAILBOX_EVENT,
    "MailboxDelete": _MAILBOX_EVENT,
    "MailboxRename": {**_MAILBOX_EVENT, "mailbox_old": STRING},
    "MailboxSubscribe": _MAILBOX_EVENT,
    "MailboxUnsubscribe": _MAILBOX_EVENT,
    "MessageAppend": _CONTENT_EVENT,
    "MessageExpunge": _MESSAGE_EVENT,
    "MessageNew": _CONTENT_EVENT,
    "MessageRead": _MESSAGE_EVENT,
    "MessageTrash": _MESSAGE_EVENT,
}
"""The fields of the table that a handler is given, by event."""

TYPES: Mapping[str, Members] = {
    "dovecot": _DOVECOT,
    "dovecot.storage": _constants(STORAGE),
    "dovecot.base64": {
        "encode": _call("data: string", "string"),
        "decode": _call("text: string", "string"),
    },
    "dovecot.dict": _constants(DICT),
    "dovecot.doveadm_client": _constants(DOVEADM_CLIENT),
    "dovecot.http": {"client": _call("settings: dovecot.http.Settings", "dovecot.http.Client")},
    "dovecot.http.Client": _CLIENT,
    "dovecot.http.Request": _REQUEST,
    "dovecot.http.Response": _RESPONSE,
    "dovecot.TimeOfDay": _TIME_OF_DAY,
    "dovecot.Event": _EVENT,
    "dovecot.PassthroughEvent": {**_log_event("dovecot.PassthroughEvent"), "item": USERDATA},
    "dovecot.User": _USER,
    "dovecot.Mailbox": _MAILBOX,
    "dovecot.Status": _STATUS,
    **{f"push.{event}": fields for event, fields in EVENTS.items()},
}
"""The tables of the API by name; ``dovecot`` is the global of that name."""

REQUEST_OPTIONS: Members = {"url": STRING, "method": Member("string", missing=True)}
"""The table that scripts give to ``client:request()``, ``dovecot.http.RequestOptions``."""
