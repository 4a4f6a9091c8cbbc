from __future__ import annotations

from pathlib import Path

import pytest

from drivers.testing import PushError, PushFactory
from tests.drivers.testing.scripts import RELAY, both_versions, framed, written

DELETED = ["\\Deleted"]


@both_versions
def test_each_action_is_a_session_with_its_own_result(dovecot_push: PushFactory, version: str) -> None:
    push = dovecot_push(script=RELAY, version=version)
    bob = push.user("bob@example.org")
    first, second = bob.deliver(from_="alice@example.org"), bob.deliver(from_="bob@example.org")
    assert [event.fields["uid"] for result in (first, second) for event in result.events] == [1, 2]
    assert (first.metadata, second.metadata) == ([("set", "INBOX", "/private/messagenew", "")], [])
    assert push.results == [first, second]


def test_every_verb_does_what_its_name_says(dovecot_push: PushFactory) -> None:
    bob = dovecot_push(script=RELAY).user("bob", mailboxes=["Work"])
    bob.append(subject="one")
    bob.append(subject="two", flags=["\\Flagged"], keywords=["$Label"])
    bob.store(1, flags=DELETED, keywords=["urgent"])
    bob.copy([1, 2], "Work")
    bob.move(2, "Work")
    bob.fetch_body(1, mailbox="Work")
    bob.store(1, "replace", flags=DELETED, mailbox="Work")
    assert [len(bob.mailboxes[name].messages) for name in ("INBOX", "Work")] == [1, 3]
    bob.expunge()
    bob.expunge(mailbox="Work")
    assert [len(bob.mailboxes[name].messages) for name in ("INBOX", "Work")] == [0, 2]
    names = [bob.create("A"), bob.subscribe("A"), bob.rename("A", "B"), bob.unsubscribe("A"), bob.delete("B")]
    assert [[event.name for event in result.events] for result in names] == [
        ["MailboxCreate"],
        ["MailboxSubscribe"],
        ["MailboxRename"],
        ["MailboxUnsubscribe"],
        ["MailboxDelete"],
    ]


def test_imap_expunges_only_what_is_marked_and_doveadm_everything(dovecot_push: PushFactory) -> None:
    bob = dovecot_push(script=RELAY).user("bob")
    bob.append()
    assert bob.expunge(1).events == []
    assert [event.name for event in bob.via("doveadm").expunge(1).events] == ["MessageExpunge"]


def test_a_script_sees_the_attributes_of_the_user(dovecot_push: PushFactory, tmp_path: Path) -> None:
    code = (
        'dovecot.i_info(user.home .. " " .. user.uid .. " " .. user.service .. " " .. user:var_expand("%n"))'
    )
    bob = framed(dovecot_push, tmp_path, code).user("bob@example.org", home="/srv/bob", uid="501")
    assert "Info: /srv/bob 501.0 lmtp bob" in bob.deliver().log
    assert "Info: /srv/bob 501.0 lda bob" in bob.via("lda").deliver().log


def test_a_mail_can_be_given_as_it_is(dovecot_push: PushFactory, tmp_path: Path) -> None:
    code = 'dovecot.i_info(event.message_id .. " " .. event.subject)'
    bob = framed(dovecot_push, tmp_path, code).user("bob")
    mail = "Message-ID: <a@b>\nSubject: s\n\nbody\n"
    (tmp_path / "mail.eml").write_text(mail)
    for message in (mail, mail.encode(), tmp_path / "mail.eml"):
        assert "Info: <a@b> s" in bob.deliver(message=message).log


def test_autocreate_is_a_setting(dovecot_push: PushFactory) -> None:
    yes = dovecot_push(script=RELAY, settings={"lda_mailbox_autocreate": "yes"}).user("bob")
    assert [event.mailbox for event in yes.deliver("Work").events] == ["Work", "Work"]
    no = dovecot_push(script=RELAY).user("bob")
    assert [event.mailbox for event in no.deliver("Work").events] == ["INBOX"]


def test_what_is_wrong_with_an_action_is_one_line(dovecot_push: PushFactory) -> None:
    bob = dovecot_push(script=RELAY).user("bob")
    for call, text in (
        (lambda: bob.store(5, flags=DELETED), "INBOX has 0 messages, not 5"),
        (lambda: bob.append("Nope"), "there is no mailbox Nope"),
        (lambda: bob.append(flags=["\\Recent"]), "\\Recent is no flag that can be set"),
        (lambda: bob.store(1, "set"), "mode is one of add, remove, replace, not 'set'"),
        (lambda: bob.via("lda").create("A"), "lda doesn't create: that is for imap, doveadm"),
        (lambda: bob.via("pop3"), "a protocol is one of lmtp, lda, imap, doveadm, not 'pop3'"),
        (lambda: bob.session("lda"), "a session is one of imap, lmtp, not 'lda': use via()"),
        (lambda: bob.deliver(message="x", subject="y"), "message excludes from_"),
        (lambda: bob.deliver(sender="y"), "a mail has no sender: there are message, from_"),  # type: ignore[call-arg]
        (lambda: bob.deliver(message=Path("nope.eml")), "there is no file nope.eml in "),
        (lambda: bob.set_metadata("vendor/x", "1"), "Invalid metadata key"),
        (lambda: bob.metadata("Nope"), "there is no mailbox Nope"),
    ):
        with pytest.raises(PushError) as caught:
            call()
        assert text in str(caught.value)
        assert "\n" not in str(caught.value)


def test_what_is_wrong_with_a_user_is_one_line(dovecot_push: PushFactory) -> None:
    push = dovecot_push(script=RELAY)
    push.user("bob")
    with pytest.raises(PushError, match="there is a user bob already"):
        push.user("bob")
    with pytest.raises(PushError, match="a user needs a name"):
        push.user("")
    with pytest.raises(PushError, match="a user has no attribute quota: there are home, uid"):
        push.user("alice", quota="5")
    with pytest.raises(PushError, match="Invalid metadata key"):
        push.user("carol", metadata={"x": "y"})


def test_an_error_of_the_script_is_in_the_log_and_the_test_goes_on(
    dovecot_push: PushFactory, tmp_path: Path
) -> None:
    result = framed(dovecot_push, tmp_path, 'error("boom")').user("bob").deliver()
    assert len(result.errors) == 1
    assert "script.lua:6: boom" in result.errors[0]
    assert "boom" in repr(result)


def test_what_ends_the_process_is_an_error_too(dovecot_push: PushFactory, tmp_path: Path) -> None:
    text = "function dovecot_lua_notify_begin_txn(user) kept = user end\n"
    text += "function dovecot_lua_notify_event_message_new() end\nfunction dovecot_lua_notify_end_txn() end\n"
    result = written(dovecot_push, tmp_path, text).user("bob").deliver()
    assert [error.partition(" ")[0] for error in result.errors] == ["Panic:"]
