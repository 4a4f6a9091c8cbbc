"""What the annotations say of tables and fields, as seen with Dovecot 2.3.19.1 and 2.4.1."""

from __future__ import annotations

from collections.abc import Mapping

TYPES: Mapping[str, str] = {
    "dovecot": "What Dovecot offers to scripts.",
    "dovecot.storage": "Numbers for mailboxes, and the beginnings of METADATA entries.",
    "dovecot.dict": "Numbers for dicts.",
    "dovecot.doveadm_client": "Numbers for doveadm connections.",
    "dovecot.http": "HTTP requests. They wait for the answer, and so does the delivery.",
    "dovecot.http.Client": "Made by dovecot.http.client().",
    "dovecot.http.Request": "Made by client:request(); can be submitted once.",
    "dovecot.http.Response": "An answer, or what went wrong: a status of 9000 and above, and a reason.",
    "dovecot.http.RequestOptions": "What client:request() takes.",
    "dovecot.http.Settings": "What dovecot.http.client() takes.",
    "dovecot.TimeOfDay": "Seconds since 1970, and microseconds.",
    "dovecot.Event": "An event of Dovecot's log, made by dovecot.event().",
    "dovecot.PassthroughEvent": "An event that ends with a log line. Only one may be open at a time.",
    "dovecot.User": "A user. All numbers are floats.",
    "dovecot.Mailbox": "A mailbox, made by user:mailbox().",
    "dovecot.Status": "What mailbox:status() was asked for; other numbers are 0. All are floats.",
}
EVENT = "{event} (RFC 5423). All numbers are floats."
"""For the table of an event."""

MEMBERS: Mapping[str, str] = {
    "date": "the Date header in seconds since 1970 (UTC), 0 without one",
    "tz": "the zone of the Date header, in minutes east of UTC",
    "from": "the From header as it is, '' without one",
    "to": "the To header as it is, '' without one",
    "subject": "decoded",
    "snippet": "the beginning of the mail's text",
    "mailbox_old": "what it was called before",
    "push.MailboxRename.mailbox": "what it is called now",
    "push.MessageNew.flags": "those that the mail was saved with",
    "push.MessageNew.keywords": "those that the mail was saved with",
    "push.MessageAppend.flags": "those that the mail was saved with",
    "push.MessageAppend.keywords": "those that the mail was saved with",
    "method": "GET unless it is set",
    "push.FlagsSet.flags": "those that were set",
    "push.FlagsSet.keywords": "those that were set",
    "push.FlagsClear.flags": "those that were cleared",
    "push.FlagsClear.keywords": "those that were cleared",
    "push.FlagsClear.flags_old": "those before",
    "push.FlagsClear.keywords_old": "those before; nil where a driver in front of lua doesn't ask for them",
    "dovecot.Status.keywords": "with STATUS_KEYWORDS only",
    "dovecot.User.home": "nil for a user without one",
    "dovecot.User.plugin_getenv": "Returns a setting of plugin {}, nil if it isn't there.",
    "dovecot.User.var_expand": "Replaces %variables.",
    "dovecot.User.mailbox": "Returns a mailbox, also for a name that doesn't exist: see open().",
    "metadata_get": "Returns the values of entries, which begin with /private/ or /shared/; nil for none.",
    "metadata_set": "Sets an entry, which begins with /private/ or /shared/.",
    "dovecot.Mailbox.metadata_set": (
        "Sets an entry. Dovecot dies of it unless open(), sync() or status() was called."
    ),
    "metadata_unset": "Removes an entry.",
    "dovecot.Mailbox.metadata_unset": (
        "Removes an entry. Dovecot dies of it unless open(), sync() or status() was called."
    ),
    "metadata_list": "Returns the entries whose names begin so.",
    "dovecot.Mailbox.open": "Opens it; raises an error if it doesn't exist.",
    "dovecot.Mailbox.sync": "Looks for changes, with MAILBOX_SYNC_FLAG_*.",
    "dovecot.Mailbox.free": "Ends its use: no method may be called any more.",
    "dovecot.Mailbox.status": "Returns its state; items are STATUS_*.",
    "dovecot.http.Request.submit": "Sends it and waits. A failure is no error of Lua: see the status.",
    "dovecot.http.Response.header": "Returns the first header of that name, '' if there is none.",
    "dovecot.has_flag": "Tells whether all bits of flag are in value.",
    "dovecot.set_flag": "Returns value with the bits of flag.",
    "dovecot.clear_flag": "Returns value without the bits of flag.",
    "dovecot.event": "Returns a new event below another, else below the script's own.",
    "dovecot.restrict_global_variables": "Makes global variables that nobody set an error, or lifts that.",
    "dovecot.net_ip_family": "Returns 4 or 6, 0 for what is no address.",
    "dovecot.nanoseconds": "Returns the time since some moment in the past.",
    "dovecot.microseconds": "Returns the time since some moment in the past.",
}
"""Of a member by ``TYPE.NAME``, else by its name."""


def of_type(name: str) -> str:
    """Return what there is to say about a table."""
    event = name.removeprefix("push.")
    return EVENT.format(event=event) if event != name else TYPES[name]


def of_member(owner: str, name: str) -> str:
    """Return what there is to say about a member, '' for nothing."""
    return MEMBERS.get(f"{owner}.{name}", MEMBERS.get(name, ""))
