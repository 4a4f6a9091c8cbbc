from __future__ import annotations

from pathlib import Path

from drivers.testing import PushFactory
from tests.drivers.testing.scripts import RELAY, both_versions, framed

CALLS = """\
local box = user:mailbox("Work")
box:open()
user:metadata_get("/private/x")
user:metadata_set("/shared/y", "2")
box:metadata_set("/private/z", "3")
box:metadata_list("/private/z")
box:metadata_unset("/private/z")
user:metadata_get("/private/z")
"""


@both_versions
def test_every_call_of_a_script_is_kept_in_order(
    dovecot_push: PushFactory, tmp_path: Path, version: str
) -> None:
    push = framed(dovecot_push, tmp_path, CALLS, version=version)
    bob = push.user("bob", metadata={"/private/x": "1"}, mailboxes=["Work"])
    result = bob.deliver()
    assert result.errors == []
    assert result.metadata == [
        ("get", "", "/private/x", "1"),
        ("set", "", "/shared/y", "2"),
        ("set", "Work", "/private/z", "3"),
        ("list", "Work", "/private/z", ("",)),
        ("unset", "Work", "/private/z", None),
        ("get", "", "/private/z", None),
    ]
    assert (bob.metadata(), bob.metadata("Work")) == ({"/private/x": "1", "/shared/y": "2"}, {})


def test_what_the_test_sets_is_no_call_and_stays(dovecot_push: PushFactory) -> None:
    bob = dovecot_push(script=RELAY).user("bob", metadata={"/private/vendor/x": ""})
    bob.set_metadata("/private/a", "1", mailbox="inbox")
    bob.set_metadata("/private/comment", "mine", mailbox="INBOX")
    assert bob.deliver().metadata == [("set", "INBOX", "/private/messagenew", "")]
    assert bob.metadata("INBOX") == {"/private/a": "1", "/private/comment": "mine", "/private/messagenew": ""}
    bob.set_metadata("/private/a", None, mailbox="INBOX")
    assert "/private/a" not in bob.metadata("INBOX")
    assert bob.metadata() == {"/private/vendor/x": ""}
