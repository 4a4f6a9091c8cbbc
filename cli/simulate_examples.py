"""The examples of `pushnotif simulate`, and the exit code that its commands have in common."""

from __future__ import annotations

from cli.command import Example, ExitCode

EXIT_CODES = (ExitCode(1, "A notification failed, or Dovecot would log an error or not start at all."),)
SCENARIO_EXAMPLES = (
    Example("pushnotif simulate message-new --demo", "see a notification go out"),
    Example("pushnotif simulate --scenario scenario.toml --dry-run", "play a file with users and sessions"),
)
EXAMPLES = {
    "message-new": (
        Example("pushnotif simulate message-new --demo", "see a notification go out"),
        Example(
            "pushnotif simulate message-new -c dovecot.conf -u bob --message mail.eml --dry-run",
            "deliver a mail; requests are shown, not sent",
        ),
        Example(
            'pushnotif simulate message-new --demo --subject "Lunch?" --unseen 3 --format json',
            "make a mail up, and tell a program",
        ),
        Example("pushnotif simulate message-new --demo --count 100 --concurrency 4", "measure many of them"),
    ),
    "message-append": (
        Example(
            "pushnotif simulate message-append -u bob --mailbox Sent --message mail.eml --dry-run",
            "store a mail, as a client does after sending it",
        ),
    ),
    "message-read": (
        Example(
            "pushnotif simulate message-read --demo --uid 7 --unseen 3", "read one of three unseen mails"
        ),
    ),
    "message-trash": (Example("pushnotif simulate message-trash --demo --uid 7", "mark a mail as deleted"),),
    "message-expunge": (
        Example("pushnotif simulate message-expunge --demo --uid 7", "remove a deleted mail"),
    ),
    "flags-set": (
        Example(
            "pushnotif simulate flags-set --demo --flags '\\Seen \\Answered' --keywords work",
            "set flags and a keyword",
        ),
    ),
    "flags-clear": (
        Example("pushnotif simulate flags-clear --demo --flags '\\Flagged'", "take a flag away"),
    ),
    "mailbox-create": (Example("pushnotif simulate mailbox-create --demo --mailbox Work", "make a mailbox"),),
    "mailbox-delete": (
        Example("pushnotif simulate mailbox-delete --demo --mailbox Work", "delete a mailbox"),
    ),
    "mailbox-rename": (
        Example(
            "pushnotif simulate mailbox-rename --demo --mailbox Drafts --new-name Ideas",
            "give it another name",
        ),
    ),
    "mailbox-subscribe": (
        Example("pushnotif simulate mailbox-subscribe --demo --mailbox Work", "subscribe to a mailbox"),
    ),
    "mailbox-unsubscribe": (
        Example("pushnotif simulate mailbox-unsubscribe --demo --mailbox Work", "take that back"),
    ),
}
