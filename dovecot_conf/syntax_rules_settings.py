"""Rules about what is set: names that Dovecot doesn't know, and values of the wrong type."""

from __future__ import annotations

from dovecot_conf.diagnostics import Severity
from dovecot_conf.syntax_rule import V23_ONLY, V24_ONLY, Example, SyntaxRule, example24

SETTING_RULES = (
    SyntaxRule(
        "PN161",
        "unknown-setting",
        Severity.ERROR,
        "Dovecot has no setting of this name, or none in this place. Keys are case-sensitive. 2.3 and 2.4"
        " differ in many names, and some exist in certain sections only.",
        "correct the name, or remove the line",
        Example("login_greting = Hello\n"),
        Example("login_greeting = Hello\n"),
    ),
    SyntaxRule(
        "PN162",
        "unknown-section",
        Severity.ERROR,
        "Dovecot has no section of this name, or none in this place. 2.4 has no `plugin {}`: its former keys"
        " are settings or blocks of their own.",
        "correct the name, or remove the section",
        example24("plugin {\n  push_notification_driver = dlog\n}\n"),
        example24("push_notification dlog {\n}\n"),
    ),
    SyntaxRule(
        "PN163",
        "boolean-value",
        Severity.ERROR,
        "A boolean is `yes`, `y`, `1` or `no`, in upper or lower case. `true`, `on`, `n`, `0` and an empty"
        " value are refused.",
        "write yes or no",
        Example("auth_verbose = true\n"),
        Example("auth_verbose = yes\n"),
    ),
    SyntaxRule(
        "PN164",
        "number-value",
        Severity.ERROR,
        "A number has decimal digits only and is at most 4294967295. One that begins with 0 is octal where"
        " it is the mode of a file. 2.4 also takes `unlimited`.",
        "write a number without sign, fraction and unit",
        Example("mail_max_userip_connections = 10x\n"),
        Example("mail_max_userip_connections = 10\n"),
    ),
    SyntaxRule(
        "PN165",
        "time-value",
        Severity.ERROR,
        "A time is one number with a unit: `secs`, `mins`, `hours`, `days`, `weeks`, `msecs`, or the"
        " beginning of such a word. Only `0` needs none.",
        "write a number and its unit, such as 30s or 5 mins",
        Example("auth_cache_ttl = 10\n"),
        Example("auth_cache_ttl = 10s\n"),
    ),
    SyntaxRule(
        "PN166",
        "size-value",
        Severity.ERROR,
        "A size is one number, with `k`, `M`, `G` or `T` behind it if it isn't in bytes. Fractions are"
        " refused. 2.4 also takes `unlimited`.",
        "write a number and its unit, such as 512M",
        Example("default_vsz_limit = 1.5G\n"),
        Example("default_vsz_limit = 1536M\n"),
    ),
    SyntaxRule(
        "PN167",
        "choice-value",
        Severity.ERROR,
        "This setting takes certain words only, and upper and lower case count.",
        "write one of the words that it takes",
        Example("mail_fsync = Always\n"),
        Example("mail_fsync = always\n"),
    ),
    SyntaxRule(
        "PN168",
        "port-value",
        Severity.ERROR,
        "A port is a number from 0 to 65535, where 0 closes it.",
        "write the number of the port",
        Example("service imap-login {\n  inet_listener imap {\n    port = imap\n  }\n}\n"),
        Example("service imap-login {\n  inet_listener imap {\n    port = 143\n  }\n}\n"),
    ),
    SyntaxRule(
        "PN169",
        "auth-in-network",
        Severity.ERROR,
        "Settings of the auth process hold for all connections; Dovecot refuses them inside of local,"
        " local_name and remote filters.",
        "move the line out of the filter",
        Example("local 10.0.0.1 {\n  auth_verbose = yes\n}\n"),
        Example("auth_verbose = yes\nlocal 10.0.0.1 {\n}\n"),
    ),
    SyntaxRule(
        "PN170",
        "unexpanded-value",
        Severity.ERROR,
        "`doveconf` of 2.3 checks the type of a value before it replaces the `$` words in it, and refuses"
        " the line. `doveconf -x` and the processes replace them first, and take it.",
        "write the value itself",
        Example("mail_debug = $auth_verbose\n"),
        Example("mail_debug = no\n"),
        versions=V23_ONLY,
    ),
    SyntaxRule(
        "PN171",
        "expanded-value",
        Severity.WARNING,
        "`doveconf -n` of 2.4 doesn't check a value with `$SET:` or `$ENV:` in it. Processes replace"
        " these first, and what comes out is not of the setting's type.",
        "write a value of the right type",
        example24("mail_debug = $SET:login_greeting\n"),
        example24("mail_debug = $SET:auth_verbose\n"),
        daemon_only=True,
        versions=V24_ONLY,
    ),
    SyntaxRule(
        "PN172",
        "obsolete-setting",
        Severity.WARNING,
        "2.3 still takes names of earlier versions, and does what it can with their values: it sets the"
        " new settings in their place.",
        "write what the message names; 2.4 refuses the old name",
        Example("login_max_connections = 100\n"),
        Example("service imap-login {\n  client_limit = 100\n}\n"),
        versions=V23_ONLY,
    ),
    SyntaxRule(
        "PN173",
        "old-auth-socket",
        Severity.ERROR,
        "In the `auth {}` section of Dovecot 1.x, a socket needs a path. That of a `master` ends in"
        " `-master` or `-userdb`, that of a `client` doesn't.",
        "write service auth { unix_listener PATH { } } instead",
        Example("auth default {\n  socket listen {\n    client {\n      mode = 0660\n    }\n  }\n}\n"),
        Example("service auth {\n  unix_listener auth-client {\n    mode = 0660\n  }\n}\n"),
        versions=V23_ONLY,
    ),
    SyntaxRule(
        "PN174",
        "old-ssl-protocols",
        Severity.WARNING,
        "2.3 makes `ssl_min_protocol` of the old setting `ssl_protocols`, but it doesn't know these words."
        " It says so and goes on with the default.",
        "set ssl_min_protocol in its place",
        Example("ssl_protocols = TLSv1.3\n"),
        Example("ssl_min_protocol = TLSv1.2\n"),
        versions=V23_ONLY,
    ),
    SyntaxRule(
        "PN175",
        "setting-in-group",
        Severity.ERROR,
        "2.4 reads `base_dir`, `import_environment` and `dovecot_storage_version` before it puts groups in"
        " their places, and therefore refuses them there.",
        "move the line out of the group",
        example24("group @paths here {\n  base_dir = /run/other\n}\n"),
        example24("base_dir = /run/other\n"),
        versions=V24_ONLY,
    ),
)
