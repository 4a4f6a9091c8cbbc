"""Stand-ins for what a simulation is given: time, the network, a configuration, a mail."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from dovecot_conf import PushConfig, Version, loads, user_values
from dovecot_conf.push import DriverDefinition
from drivers import (
    DriverRegistry,
    HttpRequest,
    HttpResponse,
    InitContext,
    MailUser,
    SimulationReport,
    Surroundings,
    Transport,
    TransportError,
    deliver,
)
from drivers.events import RFC5423_EVENTS, MessageField
from drivers.http import Attempt, UnansweredError
from drivers.interface import Driver
from drivers.log import Log
from drivers.transaction import DriverTransaction
from mailstore.message import Envelope, Message
from mailstore.state import MailboxState

MAIL = b"From: Alice <alice@example.com>\nSubject: hi\n\nHello Bob\n"
BEGINNING = 1_700_000_000.25


class FakeClock:
    """A clock that moves when somebody waits."""

    def __init__(self) -> None:
        self.time = BEGINNING
        self.sleeps: list[float] = []

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds


WITH_FIELDS = ("MessageAppend", "MessageNew")


class LuaStandIn(Driver):
    """Wants all that the lua driver wants for a script with a function for every event."""

    name: ClassVar[str] = "lua"

    @classmethod
    def parse(cls, definition: DriverDefinition, context: InitContext) -> None:
        return None

    def __init__(self, definition: DriverDefinition, context: InitContext) -> None:
        pass

    def begin(self, dtxn: DriverTransaction) -> bool:
        prefix = "lua: " if dtxn.session.version is Version.V24 else ""
        for event in RFC5423_EVENTS:
            fields = MessageField.ALL if event in WITH_FIELDS else MessageField.NONE
            dtxn.register(event, fields, log_prefix=prefix, store_old=event == "FlagsClear")
        return True


class ScriptedTransport:
    """Answers with one step after the other, then with 200 OK; a step takes the time it is given."""

    concurrent = False

    def __init__(self, clock: FakeClock, *steps: tuple[float, HttpResponse | TransportError]) -> None:
        self.clock = clock
        self.steps = list(steps)
        self.requests: list[HttpRequest] = []
        self.timeouts: list[float] = []

    def close(self) -> None:
        pass

    def send(self, request: HttpRequest, attempt: Attempt) -> HttpResponse | None:
        self.requests.append(request)
        self.timeouts.append(attempt.settings.timeout)
        seconds, step = self.steps.pop(0) if self.steps else (0.0, HttpResponse(200, "OK"))
        if isinstance(step, UnansweredError):
            step.connected = self.clock.time
        self.clock.time += seconds
        if isinstance(step, TransportError):
            raise step
        return step


def push_config(
    settings: str, *, protocol: str = "lmtp", plugins: str = "notify push_notification"
) -> PushConfig:
    """Read the inside of a 2.3 ``plugin { }`` block."""
    return loads(f"mail_plugins = {plugins}\nplugin {{\n{settings}\n}}\n", version=Version.V23).push(protocol)


def push_config_24(
    blocks: str, *, protocol: str = "lmtp", plugins: Iterable[str] = ("notify", "push_notification")
) -> PushConfig:
    """Read ``push_notification NAME { }`` blocks of 2.4."""
    listed = "".join(f"  {plugin} = yes\n" for plugin in plugins)
    text = (
        "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
        f"mail_plugins {{\n{listed}}}\n{blocks}\n"
    )
    return loads(text, version=Version.V24).push(protocol)


def simulate(
    push: PushConfig,
    *,
    user: str = "bob",
    metadata: Callable[[str], str | None] = lambda entry: "user=bob",
    mailbox: MailboxState | None = None,
    mail: bytes = MAIL,
    transport: Transport | None = None,
    clock: FakeClock | None = None,
    show_secrets: bool = False,
) -> SimulationReport:
    """Deliver a mail."""
    clock = clock or FakeClock()
    return deliver(
        push,
        user=MailUser(user, user_values(user, push.protocol, home=f"/home/{user}")),
        mailbox=mailbox or MailboxState(uidvalidity=1700000000),
        message=Message.from_bytes(mail),
        registry=DriverRegistry.installed(),
        surroundings=Surroundings(metadata, transport or ScriptedTransport(clock), clock, show_secrets),
        envelope=harness_envelope(user) if push.protocol == "lmtp" else None,
    )


def harness_envelope(user: str, recipients: int = 1) -> Envelope:
    """Return how the harness of the side-by-side tests delivers a mail."""
    date = "Wed, 25 Nov 2026 16:14:52 +0000"
    return Envelope(
        "sender@example.com", user, "mail.example.com", date, "client.example.com", recipients=recipients
    )


def log_of(report: SimulationReport) -> list[str]:
    """Return the log as ``Level: text``."""
    return [f"{line.level}: {line.message}" for line in report.log]


def context(version: Version = Version.V23, *, show_secrets: bool = False) -> InitContext:
    """Return what a driver is made with."""
    return InitContext(version, Log(), show_secrets)
