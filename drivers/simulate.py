"""A session, played through: what a Dovecot process would do about push notifications."""

from __future__ import annotations

from collections.abc import Callable

from dovecot_conf.push import PushConfig
from drivers.actions import Actions
from drivers.process import Part, perform_together
from drivers.registry import DriverRegistry
from drivers.report import SimulationReport
from drivers.session import MailUser, Surroundings
from mailstore.message import Envelope, Message
from mailstore.simulated import SimulatedMailbox, SimulatedMailboxes
from mailstore.state import MailboxState


def deliver(
    push: PushConfig,
    *,
    user: MailUser,
    mailbox: MailboxState,
    message: Message,
    registry: DriverRegistry,
    surroundings: Surroundings,
    envelope: Envelope | None = None,
) -> SimulationReport:
    """Deliver one message through LMTP or LDA (``push.protocol``) and return all that follows from it.

    ``envelope`` makes the trace fields of LMTP.
    """
    box = SimulatedMailbox.of(mailbox)

    def act(actions: Actions) -> None:
        actions.deliver(box.name, message, envelope=envelope)

    return perform(
        push,
        user=user,
        mailboxes=SimulatedMailboxes({box.name: box}),
        act=act,
        mailbox=box.name,
        registry=registry,
        surroundings=surroundings,
    )


def perform(
    push: PushConfig,
    *,
    user: MailUser,
    mailboxes: SimulatedMailboxes,
    act: Callable[[Actions], object],
    mailbox: str,
    registry: DriverRegistry,
    surroundings: Surroundings,
) -> SimulationReport:
    """Open a session of ``push.protocol``, let ``act`` do something in it, and return what follows.

    ``mailbox`` stands in the report when nothing happened in any. See :func:`perform_together`.
    """
    part = Part(push, user, mailboxes, act, surroundings, mailbox)
    return perform_together([[part]], registry=registry).report()
