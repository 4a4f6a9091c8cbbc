"""Rules about settings that are right one by one, and wrong together: found at the end of the file."""

from __future__ import annotations

from dovecot_conf.diagnostics import Severity
from dovecot_conf.syntax_rule import V23_ONLY, Example, SyntaxRule

WHOLE_RULES = (
    SyntaxRule(
        "PN185",
        "service-value",
        Severity.ERROR,
        "The settings of each service must fit together: a type that there is, a vsz_limit of a megabyte or"
        " more, no more spare processes than processes, and one process only for the services that can't"
        " have more. Services of protocols that are not enabled are not looked at.",
        "correct the setting of the service",
        Example("service imap-push {\n  vsz_limit = 10k\n}\n"),
        Example("service imap-push {\n  vsz_limit = 10M\n}\n"),
        at_end=True,
    ),
    SyntaxRule(
        "PN186",
        "duplicate-listener",
        Severity.ERROR,
        "Two listeners of the enabled services have the same path, or the same port and address.",
        "give one of them another path or port, or close it with mode = 0 or port = 0",
        Example("service push {\n  unix_listener a {\n  }\n  fifo_listener a {\n  }\n}\n"),
        Example("service push {\n  unix_listener a {\n  }\n  fifo_listener b {\n  }\n}\n"),
        at_end=True,
    ),
    SyntaxRule(
        "PN187",
        "unknown-protocol",
        Severity.ERROR,
        "The setting protocols names a protocol that no service has; a service belongs to a package that"
        " may not be installed.",
        "correct the name, install the package, or remove the word; words are separated by spaces",
        Example("protocols = imap jmap\n"),
        Example("protocols = imap\n"),
        at_end=True,
    ),
    SyntaxRule(
        "PN188",
        "value-range",
        Severity.ERROR,
        "The value is of the right type, but too small, too large or empty.",
        "write a value in the range that the message names",
        Example("mailbox_idle_check_interval = 0\n"),
        Example("mailbox_idle_check_interval = 30s\n"),
        at_end=True,
    ),
    SyntaxRule(
        "PN189",
        "unknown-word",
        Severity.ERROR,
        "The setting takes a list of words, and one of them is unknown.",
        "write words that the setting takes",
        Example("lmtp_client_workarounds = whitespace-before\n"),
        Example("lmtp_client_workarounds = whitespace-before-path\n"),
        at_end=True,
    ),
    SyntaxRule(
        "PN190",
        "needs-other-setting",
        Severity.ERROR,
        "A setting is of use only with another one, which is missing or says the contrary.",
        "set the other one as well, or remove this one",
        Example("ssl_verify_client_cert = yes\n"),
        Example("ssl_verify_client_cert = yes\nssl_ca = </etc/ssl/certs/ca-certificates.crt\n"),
        at_end=True,
    ),
    SyntaxRule(
        "PN191",
        "missing-driver",
        Severity.ERROR,
        "A passdb or a userdb has no driver.",
        "add the driver, such as `driver = passwd-file`",
        Example("passdb {\n  args = /etc/dovecot/users\n}\n"),
        Example("passdb {\n  driver = passwd-file\n  args = /etc/dovecot/users\n}\n"),
        versions=V23_ONLY,
        at_end=True,
    ),
    SyntaxRule(
        "PN192",
        "namespace-value",
        Severity.ERROR,
        "A namespace or a mailbox in it can't be as written: a separator is one character, names are"
        " UTF-8, an alias points to a namespace that there is, special uses are those of RFC 6154.",
        "correct the setting of the namespace or mailbox",
        Example("namespace inbox {\n  separator = //\n}\n"),
        Example("namespace inbox {\n  separator = /\n}\n"),
        at_end=True,
    ),
    SyntaxRule(
        "PN193",
        "metric-value",
        Severity.ERROR,
        "A metric needs a filter and known aggregations, its exporter must exist; an exporter needs a"
        " known format and transport.",
        "correct the metric or the exporter",
        Example("metric deliveries {\n  exporter = log\n}\n"),
        Example("metric deliveries {\n  filter = event=mail_delivery_finished\n}\n"),
        at_end=True,
    ),
    SyntaxRule(
        "PN194",
        "value-syntax",
        Severity.ERROR,
        "The text has a syntax of its own, such as that of event filters or hashes, and breaks it.",
        "correct the text",
        Example("log_debug = event\n"),
        Example("log_debug = event=imap_command_finished\n"),
        at_end=True,
    ),
)
