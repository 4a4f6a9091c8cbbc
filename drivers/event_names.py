"""The events of RFC 5423 that Dovecot raises."""

RFC5423_EVENTS = (
    "FlagsClear",
    "FlagsSet",
    "MailboxCreate",
    "MailboxDelete",
    "MailboxRename",
    "MailboxSubscribe",
    "MailboxUnsubscribe",
    "MessageAppend",
    "MessageExpunge",
    "MessageNew",
    "MessageRead",
    "MessageTrash",
)
"""All of them, in the order in which Dovecot registers and therefore shows them."""
