"""Rules about values: lists, ``$`` words, ``<file``, and values that are not seen."""

from __future__ import annotations

from dovecot_conf.diagnostics import Severity
from dovecot_conf.syntax_rule import V23_ONLY, V24_ONLY, Example, SyntaxRule, example24

VALUE_RULES = (
    SyntaxRule(
        "PN151",
        "shadowed-global",
        Severity.WARNING,
        "A global setting stands after a filter that set the same key. It does not change what the filter"
        " holds. Where the filter said `$mail_plugins`, it took the value from before this line.",
        "move the global setting in front of the filter",
        Example(
            "protocol lmtp {\n  mail_plugins = $mail_plugins notify push_notification\n}\n"
            "mail_plugins = quota\n"
        ),
        Example(
            "mail_plugins = quota\n"
            "protocol lmtp {\n  mail_plugins = $mail_plugins notify push_notification\n}\n"
        ),
    ),
    SyntaxRule(
        "PN152",
        "unknown-self-reference",
        Severity.ERROR,
        "`key = $key more` adds to a real setting. A key of `plugin {}` is none, so its old value can't be"
        " had this way; doveconf refuses the line in every mode.",
        "write the whole value",
        Example("plugin {\n  tag = x\n  tag = $tag y\n}\n"),
        Example("plugin {\n  tag = x y\n}\n"),
        versions=V23_ONLY,
    ),
    SyntaxRule(
        "PN153",
        "unknown-variable",
        Severity.WARNING,
        "`$name` in a value stands for another setting, and there is none of that name. Processes expand"
        " it and refuse the configuration.",
        "put the value in quotes if the dollar sign is meant as such, else correct the name",
        Example("login_greeting = $nope\n"),
        Example('login_greeting = "$nope"\n'),
        daemon_only=True,
    ),
    SyntaxRule(
        "PN154",
        "unreadable-value-file",
        Severity.WARNING,
        "`key = <path` takes the content of a file, and so do settings of 2.4 that are names of files; the"
        " file can't be opened (here, by this user). Processes open it and refuse the configuration. Off the"
        " server, in a checkout, a missing key, certificate or file from elsewhere is an information only.",
        "correct the path; a relative one starts at the directory of the configuration file",
        Example("login_greeting = <greeting.txt\n"),
        Example("login_greeting = <greeting.txt\n", files={"greeting.txt": "Hello"}),
        daemon_only=True,
    ),
    SyntaxRule(
        "PN155",
        "list-syntax",
        Severity.ERROR,
        "A boolean list of 2.4 has names separated by spaces or commas, each with or without double"
        " quotes around it, or a block with `name = yes` or `no`.",
        "correct the quotes, or write yes or no",
        example24('mail_plugins = notify "push_notification\n'),
        example24('mail_plugins = notify "push_notification"\n'),
        versions=V24_ONLY,
    ),
    SyntaxRule(
        "PN156",
        "variable-syntax",
        Severity.ERROR,
        "A `%{` without its `}` makes doveconf of 2.4 abort.",
        "close the variable with a brace; `%%{` is the text `%{`",
        example24("mail_home = /home/%{user\n"),
        example24("mail_home = /home/%{user}\n"),
        versions=V24_ONLY,
    ),
    SyntaxRule(
        "PN157",
        "dovecot-crash",
        Severity.ERROR,
        "doveconf crashes while it reads this, and so do all programs of Dovecot: a mistake of Dovecot, which"
        " the configuration has to avoid.",
        "write it another way",
        example24("mail_home = /home/%{}/%{user}\n"),
        example24("mail_home = /home/%{user}\n"),
    ),
)
