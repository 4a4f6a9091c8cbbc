"""Plays the steps of a captured case: deliveries, IMAP sessions and doveadm commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dovecot_conf import PushConfig, user_values
from drivers import DriverRegistry, LogLine, MailUser, Surroundings, SystemClock, Transport
from drivers.actions import Actions, Place
from drivers.process import Part, perform_together
from drivers.simulate import perform
from mailstore.simulated import SimulatedMailbox, SimulatedMailboxes
from tests.drivers.clients import ImapClient, doveadm, lda, message, words
from tests.drivers.doubles import FakeClock, ScriptedTransport, harness_envelope

NEW_UIDVALIDITY = 1
"""That of mailboxes which a case makes; Dovecot takes the time."""
DECLARED = {"Declared": True, "Created": False}
"""The automatic mailboxes of the server that has some."""

Act = Callable[[Actions], None]


@dataclass
class Player:
    """A user (and others whose names begin with the user's) of a server.

    ``push`` gives the configuration of a protocol; ``server`` names the settings around it. ``places``
    are those of the user's Sieve script. Requests go out over ``network``, or are only kept.
    """

    user: str
    push: Callable[[str], PushConfig]
    prepare: Callable[[], SimulatedMailboxes]
    server: str = ""
    places: list[Any] | None = None
    registry: DriverRegistry = field(default_factory=DriverRegistry.installed)
    log: list[str] = field(default_factory=list)
    network: Transport | None = None

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.transport = ScriptedTransport(self.clock)
        self.mailboxes: dict[str, SimulatedMailboxes] = {}
        self.metadata: dict[str, str] = {}

    def play(self, protocol: str, *given: Any) -> None:
        """Do one step."""
        if protocol == "lmtp":
            self._lmtp([given])
        elif protocol == "lmtp-session":
            self._lmtp(given)
        elif protocol == "lda":
            self._perform("lda", lambda actions: lda(actions, *given))
        elif protocol == "imap":
            self._perform("imap", lambda actions: _imap(actions, given[0]))
        else:
            self._perform("doveadm", lambda actions: doveadm(actions, *given))

    @property
    def requests(self) -> list[dict[str, str]]:
        """The path and body of each request."""
        sent = self.transport.requests
        return [{"path": request.url.target, "body": request.body.decode()} for request in sent]

    def _perform(self, protocol: str, act: Act) -> None:
        report = perform(
            self.push(protocol),
            user=self._mail_user(self.user, protocol),
            mailboxes=self._mailboxes_of(self.user),
            act=act,
            mailbox="INBOX",
            registry=self.registry,
            surroundings=self._surroundings(self.user),
        )
        self._keep(report.log)

    def _lmtp(self, mails: Any) -> None:
        given = [
            [self._recipient(name, text, len(set(names))) for name in dict.fromkeys(names)]
            for names, text in mails
        ]
        self._keep(perform_together(given, registry=self.registry).log)

    def _recipient(self, address: str, text: str, recipients: int) -> Part:
        name, _, detail = address.replace("USER", self.user).partition("+")
        envelope = harness_envelope(address.replace("USER", self.user), recipients)
        into_detail = bool(detail) and self.server.endswith("folders")

        def act(actions: Actions) -> None:
            if self.places is not None:
                actions.deliver_into([place(*given) for given in self.places], message(text), envelope)
                return
            actions.deliver(
                detail if into_detail else "INBOX",
                message(text),
                autocreate=into_detail,
                autosubscribe=self.server == "subscribed-folders",
                envelope=envelope,
            )

        user = self._mail_user(name, "lmtp")
        return Part(self.push("lmtp"), user, self._mailboxes_of(name), act, self._surroundings(name))

    def _keep(self, log: Iterable[LogLine]) -> None:
        self.log += [f"{line.level}: {line.message}" for line in log]

    def _mail_user(self, name: str, protocol: str) -> MailUser:
        return MailUser(name, user_values(name, protocol, home=f"/home/{name}"))

    def _mailboxes_of(self, name: str) -> SimulatedMailboxes:
        if name not in self.mailboxes:
            made = self.mailboxes[name] = self.prepare()
            if "INBOX" in made:
                self.metadata[name] = f"user={name}"
        return self.mailboxes[name]

    def _surroundings(self, name: str) -> Surroundings:
        self._mailboxes_of(name)
        clock = self.clock if self.network is None else SystemClock()
        return Surroundings(lambda entry: self.metadata.get(name), self.network or self.transport, clock)


def place(mailbox: str, flags: str, autocreate: bool) -> Place:
    given = words(flags)
    return Place(mailbox, given["flags"], given["keywords"], autocreate)


def _imap(actions: Actions, commands: list[Any]) -> None:
    client = ImapClient(actions)
    for command in commands:
        client.run(command)


def mailboxes_of(case: Mapping[str, Any], uidvalidity: int) -> SimulatedMailboxes:
    """Return the mailboxes that exist before the case, with their mail; folders as in Maildir++."""
    made = SimulatedMailboxes(
        {name: SimulatedMailbox(name, uidvalidity) for name in case["mailboxes"]},
        uidvalidity=NEW_UIDVALIDITY,
        storage_separator=".",
    )
    if case.get("server") == "declared-folders":
        made.automatic |= DECLARED
    for kind, mailbox, what in case["setup"]:
        texts = [what] if kind == "save" else [f"Subject: {number}\r\n\r\n" for number in range(1, what + 1)]
        for text in texts:
            made[mailbox].add(message(text))
    return made
