"""The examples of `pushnotif metadata`."""

from __future__ import annotations

from cli.command import Example

SWITCH = "/private/vendor/vendor.dovecot/http-notify"
"""The entry that the ox driver asks for."""

EXAMPLES = {
    "metadata": (
        Example(f'pushnotif metadata set --demo -u bob -s "" {SWITCH} user=bob', "switch bob on for ox"),
        Example("pushnotif metadata doctor --demo -u alice", "say why alice gets no notifications", 1),
    ),
    "set": (
        Example(f'pushnotif metadata set -u bob -s "" {SWITCH} user=bob', "switch bob on for ox"),
        Example(
            'pushnotif metadata set --demo -u bob INBOX /private/comment "Bob\'s mail"', "annotate a mailbox"
        ),
    ),
    "get": (
        Example(f'pushnotif metadata get -u bob -s "" {SWITCH}', "print what the ox driver would read"),
        Example(f'pushnotif metadata get -f json -u bob -s "" {SWITCH}', "tell a program"),
    ),
    "unset": (Example(f'pushnotif metadata unset -u bob -s "" {SWITCH}', "switch bob off"),),
    "list": (
        Example('pushnotif metadata list -u bob -s ""', "list the entries of the server"),
        Example('pushnotif metadata list -u bob -p -s "" /private/vendor', "list some, by their full names"),
    ),
    "export": (
        Example("pushnotif metadata export -u bob > entries.jsonl", "keep the entries of a user"),
        Example('pushnotif metadata export -u bob --mailbox ""', "print those of the server only"),
    ),
    "import": (
        Example("pushnotif metadata import --dry-run entries.jsonl", "check the file, write nothing"),
        Example("pushnotif metadata import -u bob entries.jsonl", "store the entries of one user"),
    ),
    "doctor": (
        Example("pushnotif metadata doctor -u bob", "say what keeps bob's notifications from being sent", 1),
        Example("pushnotif metadata doctor -f json -u bob", "tell a program", 1),
    ),
}
