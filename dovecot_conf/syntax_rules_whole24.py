"""Rules about settings of 2.4 that are right one by one, and wrong together."""

from __future__ import annotations

from dovecot_conf.diagnostics import Severity
from dovecot_conf.syntax_rule import V24_ONLY, SyntaxRule, example24

WHOLE_RULES_24 = (
    SyntaxRule(
        "PN178",
        "unknown-sieve-extension",
        Severity.WARNING,
        "Sieve has no extension of this name, or a plugin that brings it is not in sieve_plugins; it is left"
        " out, and scripts that require it fail.",
        "correct the name, or add the plugin to sieve_plugins",
        example24("sieve_extensions = vacations\n"),
        example24("sieve_extensions = vacation\n"),
        versions=V24_ONLY,
        at_end=True,
    ),
    SyntaxRule(
        "PN179",
        "special-use-label",
        Severity.WARNING,
        "The label is not one of RFC 6154 and 8457; clients won't know what the mailbox is for.",
        "write one of \\All, \\Archive, \\Drafts, \\Flagged, \\Important, \\Junk, \\Sent, \\Trash",
        example24("namespace inbox {\n  mailbox Spam {\n    special_use = \\Spam\n  }\n}\n"),
        example24("namespace inbox {\n  mailbox Spam {\n    special_use = \\Junk\n  }\n}\n"),
        versions=V24_ONLY,
        at_end=True,
    ),
    SyntaxRule(
        "PN180",
        "service-in-filter",
        Severity.ERROR,
        "A service of 2.4 can't stand in a filter such as protocol: Dovecot checks the services of each"
        " filter by themselves, without the addresses and the other services that are set outside.",
        "move the service out of the filter",
        example24("protocol imap {\n  service imap {\n    process_limit = 10\n  }\n}\n"),
        example24("service imap {\n  process_limit = 10\n}\n"),
        versions=V24_ONLY,
        at_end=True,
    ),
    SyntaxRule(
        "PN181",
        "unreadable-value",
        Severity.ERROR,
        "Dovecot reads these settings before there are users and connections, so %variables of users, and in"
        " doveconf -n `$SET:` and `$ENV:` words in numbers, can't be replaced.",
        "write the value itself",
        example24("namespace inbox {\n  mailbox Trash {\n    autoexpunge = %{userdb:days}d\n  }\n}\n"),
        example24("namespace inbox {\n  mailbox Trash {\n    autoexpunge = 30d\n  }\n}\n"),
        versions=V24_ONLY,
        at_end=True,
    ),
    SyntaxRule(
        "PN182",
        "sieve-startup",
        Severity.ERROR,
        "doveconf starts Sieve to learn what it can do, unless managesieve_sieve_capability and"
        " managesieve_notify_capability are both set. Sieve refuses its settings, and with it doveconf"
        " refuses the file. There is no user then, so none of its settings outside of filters can hold"
        " %variables of users.",
        "correct the setting, or put it into `protocol lmtp {` if it needs a user",
        example24("sieve_vacation_max_period = 0\n"),
        example24("sieve_vacation_max_period = 30d\n"),
        versions=V24_ONLY,
        at_end=True,
    ),
    SyntaxRule(
        "PN183",
        "block-out-of-reach",
        Severity.ERROR,
        "This block of 2.4 stands inside of a block where Dovecot doesn't look for it: passdb, userdb and"
        " language stand outside of all other blocks, a mailbox stands in a namespace.",
        "move the block out",
        example24("dict_server {\n  passdb ldap {\n  }\n}\n"),
        example24("dict_server {\n}\npassdb ldap {\n}\n"),
        versions=V24_ONLY,
        at_end=True,
    ),
    SyntaxRule(
        "PN184",
        "ssl-any-protocol",
        Severity.WARNING,
        "All versions of SSL and TLS are allowed, the broken ones too.",
        "write the oldest version that clients need, such as TLSv1.2",
        example24("ssl_min_protocol = ANY\n"),
        example24("ssl_min_protocol = TLSv1.2\n"),
        versions=V24_ONLY,
        at_end=True,
    ),
)
