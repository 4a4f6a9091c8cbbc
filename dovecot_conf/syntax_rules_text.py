"""Rules about the text itself: braces, keys, comments, includes."""

from __future__ import annotations

from dovecot_conf.diagnostics import Severity
from dovecot_conf.syntax_rule import V23_ONLY, Example, SyntaxRule

TEXT_RULES = (
    SyntaxRule(
        "PN101",
        "missing-section-brace",
        Severity.ERROR,
        "A line that is no setting and no closing brace must open a section, and its `{` is missing or"
        " not where Dovecot looks for it: on the same line, after a space, behind at most one name.",
        "write `key = value`, or `section name {` with a space before the brace",
        Example("protocol lmtp\n{\n}\n"),
        Example("protocol lmtp {\n}\n"),
    ),
    SyntaxRule(
        "PN102",
        "text-after-brace",
        Severity.ERROR,
        "After the `{` that opens a section nothing but a comment may follow on the line, so a section"
        " can't be written on one line.",
        "put each setting and the closing brace on a line of its own",
        Example("plugin { push_notification_driver = dlog }\n"),
        Example("plugin {\n  push_notification_driver = dlog\n}\n"),
    ),
    SyntaxRule(
        "PN103",
        "unexpected-closing-brace",
        Severity.ERROR,
        "A `}` stands where no section is open: there is one brace too many, or an opening line before"
        " it was lost.",
        "remove the brace, or open the section it was meant to close",
        Example("plugin {\n}\n}\n"),
        Example("plugin {\n}\n"),
    ),
    SyntaxRule(
        "PN104",
        "unclosed-section",
        Severity.ERROR,
        "The file ends while a section is open. Everything behind the missing `}` was read as part of"
        " that section, and Dovecot refuses the whole configuration.",
        "close the section with a `}` on a line of its own",
        Example("protocol lmtp {\n  mail_plugins = notify push_notification\n"),
        Example("protocol lmtp {\n  mail_plugins = notify push_notification\n}\n"),
        at_end=True,
    ),
    SyntaxRule(
        "PN105",
        "missing-key",
        Severity.ERROR,
        "A line starts with `=`, so there is no name of a setting.",
        "write the name of the setting before the `=`",
        Example("= notify push_notification\n"),
        Example("mail_plugins = notify push_notification\n"),
        versions=V23_ONLY,
    ),
    SyntaxRule(
        "PN106",
        "ambiguous-comment",
        Severity.WARNING,
        "A `#` that follows another character without a space still starts a comment, so the rest of the"
        " value is lost. Dovecot logs a warning and goes on.",
        "put a space before `#` if it is a comment, or the value in double quotes if it isn't",
        Example("login_greeting = Server#1 ready\n"),
        Example('login_greeting = "Server#1 ready"\n'),
    ),
    SyntaxRule(
        "PN107",
        "include-no-match",
        Severity.ERROR,
        "No file matches the pattern of an `!include`. Quotes are part of the pattern, and a relative"
        " pattern starts at the directory of the file that holds the line.",
        "correct the path, or use !include_try for files that may be missing",
        Example("!include conf.d/*.conf\n"),
        Example("!include_try conf.d/*.conf\n"),
    ),
    SyntaxRule(
        "PN108",
        "include-unreadable",
        Severity.ERROR,
        "A file that an `!include` names exists but can't be opened.",
        "correct its permissions, or use !include_try",
        Example("!include locked.conf\n", files={"locked.conf": ""}),
        Example("!include_try locked.conf\n", files={"locked.conf": ""}),
    ),
    SyntaxRule(
        "PN109",
        "include-loop",
        Severity.ERROR,
        "A file includes itself, or a file that is still being read. All files of one pattern count as"
        " being read until their turn is over, so one of them can't include a later one.",
        "remove the inner !include",
        Example("!include a.conf\n", files={"a.conf": "!include a.conf\n"}),
        Example("!include a.conf\n", files={"a.conf": "mail_debug = yes\n"}),
    ),
    SyntaxRule(
        "PN110",
        "reading-limit",
        Severity.ERROR,
        "Reading was given up: there are too many files, lines or characters, sections are nested too"
        " deeply, or a line or a value is too long. Dovecot itself would go on until it is out of memory.",
        "look for files that include each other by different paths",
        Example(
            "!include a.conf\n!include a.conf\n",
            files={"a.conf": "!include_try ./a.conf\n!include_try ././a.conf\n"},
        ),
        Example("!include a.conf\n!include a.conf\n", files={"a.conf": "mail_debug = yes\n"}),
    ),
)
