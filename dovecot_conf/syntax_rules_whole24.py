"""Rules about settings of 2.4 that are right one by one, and wrong together."""

from __future__ import annotations

from dovecot_conf.diagnostics import Severity
from dovecot_conf.syntax_rule import V24_ONLY, SyntaxRule, example24

WHOLE_RULES_24 = (
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
)
