"""Plays a scenario file on a real server: the same mails, commands and METADATA, session by session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from drivers.mail_source import make_mail
from drivers.option_values import parse_seconds
from drivers.scenario_values import Action, Mail, Scenario, ScenarioUser, Session
from mailstore.message import read_message
from tests.dovecot.harness.clients import ImapCommand, Pause
from tests.dovecot.harness.logs import push_lines
from tests.dovecot.harness.server import Dovecot

IMAP_MODES = {"add": "+FLAGS", "remove": "-FLAGS", "replace": "FLAGS"}


def mail_bytes(mail: Mail | None, user: str) -> bytes:
    assert mail is not None
    if mail.file is not None:
        return read_message(mail.file).data.replace(b"\n", b"\r\n")
    made = make_mail(user, mail.sender, mail.recipient, mail.subject, mail.body)
    return made.data.replace(b"\n", b"\r\n")


def words(action: Action) -> str:
    return " ".join((*action.keys.get("flags", ()), *action.keys.get("keywords", ())))


def imap_commands(action: Action, user: str) -> Iterator[ImapCommand]:
    verb, target, numbers = action.verb, action.target, action.keys.get("messages")
    if verb == "append":
        yield f"APPEND {target} ({words(action)})", mail_bytes(action.mail, user)
    elif verb == "store":
        yield f"STORE {numbers} {IMAP_MODES[action.keys.get('mode', 'add')]} ({words(action)})"
    elif verb == "set_metadata":
        yield from (f'SETMETADATA "" ({entry} "{value}")' for entry, value in target.items())
    elif verb == "unset_metadata":
        yield from (f'SETMETADATA "" ({entry} NIL)' for entry in target)
    elif verb == "wait":
        yield Pause(parse_seconds(target))
    else:
        yield {
            "copy": f"COPY {numbers} {action.keys.get('to')}",
            "move": f"MOVE {numbers} {action.keys.get('to')}",
            "rename": f"RENAME {target} {action.keys.get('to')}",
            "fetch_body": f"FETCH {numbers} BODY[]",
            "expunge": "EXPUNGE",
        }.get(verb, f"{verb.upper()} {target}")


@dataclass(frozen=True)
class Player:
    """Plays scenarios on a server; ``play`` returns the log lines of each session."""

    server: Dovecot

    def play(self, scenario: Scenario) -> list[list[str]]:
        for user in scenario.users.values():
            self._prepare(user)
        return [self._session(session) for session in scenario.sessions]

    def _prepare(self, user: ScenarioUser) -> None:
        server = self.server
        for box in user.mailboxes:
            if box.name != "INBOX":
                server.create_mailbox(user.name, box.name)
            assert box.uidvalidity is not None, "a server chooses its own otherwise"
            assert not box.unseen, "messages known by number only can't be put into a real mailbox"
            server.set_uidvalidity(user.name, box.uidvalidity, box.name)
            for place, stored in enumerate(box.messages, 1):
                assert stored.uid is None
                server.save_silently(user.name, box.name, mail_bytes(stored.mail, user.name))
                if stored.flags or stored.keywords:
                    given = " ".join((*stored.flags, *stored.keywords))
                    where = ("mailbox", box.name, str(place))
                    server.doveadm_silently("flags", "add", "-u", user.name, given, *where)
            if box.next_uid is not None:
                update = ("mailbox", "update", "--min-next-uid", str(box.next_uid))
                server.doveadm_silently(*update, "-u", user.name, box.name)
        for entry, value in user.metadata.items():
            server.set_metadata(user.name, entry, value)
        for name in user.subscriptions:
            server.doveadm_silently("mailbox", "subscribe", "-u", user.name, name)

    def _session(self, session: Session) -> list[str]:
        self.server.forget_log()
        if session.protocol == "doveadm":
            return self._doveadm(session)
        if session.protocol == "imap":
            commands = list(self._imap_commands(session))
            for response in self.server.imap(session.users[0], commands):
                assert response.status == "OK", response.text
        else:
            (delivery,) = session.actions
            self._deliver(session, delivery)
        return self.server.push_log()

    def _deliver(self, session: Session, action: Action) -> None:
        mail = mail_bytes(action.mail, session.users[0])
        if session.protocol == "lmtp":
            assert action.target == "INBOX"
            replies = self.server.deliver_lmtp(session.users, mail)
            assert all(reply.startswith("250") for reply in replies)
            return
        result = self.server.deliver_lda(session.users[0], mail, "-m", action.target)
        assert result.exit_code == 0, result.stderr

    def _imap_commands(self, session: Session) -> Iterator[ImapCommand]:
        selected = ""
        for action in session.actions:
            if "messages" in action.keys or action.verb == "expunge":
                if selected != action.target:
                    yield f"SELECT {action.target}"
                selected = action.target
            yield from imap_commands(action, session.users[0])

    def _doveadm(self, session: Session) -> list[str]:
        (action,), (user,) = session.actions, session.users
        verb, target = action.verb, action.target
        where = ("mailbox", target, str(action.keys.get("messages")))
        arguments: dict[str, tuple[str, ...]] = {
            "append": ("save", "-u", user, "-m", target),
            "store": ("flags", action.keys.get("mode", "add"), "-u", user, words(action), *where),
            "move": ("move", "-u", user, action.keys.get("to", ""), *where),
            "copy": ("copy", "-u", user, action.keys.get("to", ""), *where),
            "expunge": ("expunge", "-u", user, *where),
            "create": ("mailbox", "create", "-u", user, target),
        }
        mail = mail_bytes(action.mail, user) if action.mail is not None else b""
        result = self.server.doveadm("-D", *arguments[verb], stdin=mail)
        assert result.exit_code == 0, result.stderr
        return push_lines(result.stderr)
