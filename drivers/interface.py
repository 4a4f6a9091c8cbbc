"""What a push notification driver is, for the built-in ones and for those of a site.

A driver is a class, named in the ``pushnotif.drivers`` entry-point group::

    [project.entry-points."pushnotif.drivers"]
    kafka = "example.kafka:KafkaDriver"

One object is made per definition and user session. Its hooks are called as Dovecot calls those of a
``struct push_notification_driver``: ``begin`` at the first event of a transaction, ``process_mailbox``
or ``process_message`` for each message, ``end``, and at the end of the session ``deinit`` and ``cleanup``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from dovecot_conf.push import DriverDefinition
from dovecot_conf.versions import Version
from drivers.log import Log
from drivers.options import OptionSpec
from drivers.scripting import DEFAULT_SCRIPTING, Scripting
from drivers.user_plugin import UserPlugin

if TYPE_CHECKING:
    from drivers.doctor.kinds import Checked
    from drivers.events import MailboxEvents, MessageEvents
    from drivers.session import Surroundings, UserSession
    from drivers.transaction import DriverTransaction


@dataclass(frozen=True, slots=True)
class InitContext:
    """What a driver knows while it is made: the Dovecot version, its log, and if secrets may show.

    ``plugin`` are the settings of 2.3's ``plugin {}``, expanded for the user. ``scripting`` and
    ``world`` (None where nothing is run) are for drivers that run scripts, and so is ``session``, which is
    being opened. ``variables`` are the user's, ``user_plugins`` those that act for this user, by name.
    """

    version: Version
    log: Log
    show_secrets: bool = False
    plugin: Mapping[str, str] = field(default_factory=dict)
    scripting: Scripting = DEFAULT_SCRIPTING
    world: Surroundings | None = None
    session: UserSession | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    user_plugins: Mapping[str, UserPlugin] = field(default_factory=dict)


class Driver(ABC):
    """A push notification driver of one user session.

    ``name`` is compared without regard to case. ``plugin`` is what mail_plugins must have for it besides
    ``push_notification``. ``options`` are the options it knows, by version. ``settings_prefix`` is what 2.4
    puts before the text when a %variable of theirs is unknown. ``user_plugin`` is a plugin that acts for
    users before the driver does, and whether or not the driver is used. ``doctor_checks`` are what
    `pushnotif doctor` looks at below such a driver when it is loaded, see :mod:`drivers.doctor.kinds`;
    ``only_logs`` tells it that nothing leaves the machine by the driver.
    """

    name: ClassVar[str]
    plugin: ClassVar[str] = ""
    settings_prefix: ClassVar[str] = ""
    options: ClassVar[Mapping[Version, tuple[OptionSpec, ...]]] = {Version.V23: (), Version.V24: ()}
    user_plugin: ClassVar[type[UserPlugin] | None] = None
    doctor_checks: ClassVar[tuple[Checked, ...]] = ()
    only_logs: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def parse(cls, definition: DriverDefinition, context: InitContext) -> Any:
        """Return the driver's settings, as its own type; log what Dovecot logs on the way.

        %variables of the definition are already expanded.

        Raises:
            DriverError: with Dovecot's text, without its ``name: `` prefix.
        """

    @abstractmethod
    def __init__(self, definition: DriverDefinition, context: InitContext) -> None:
        """Make a driver as Dovecot's ``init`` does; raise as :meth:`parse` does."""

    def begin(self, dtxn: DriverTransaction) -> bool:  # noqa: ARG002 - the default joins all
        """Join a transaction at its first event; False leaves this driver out of it."""
        return True

    def process_mailbox(self, dtxn: DriverTransaction, mailbox: MailboxEvents) -> None:  # noqa: B027 - hooks are optional
        """Handle what happened to the mailbox itself in a committed transaction."""

    def process_message(self, dtxn: DriverTransaction, message: MessageEvents) -> None:  # noqa: B027 - hooks are optional
        """Handle one message of a committed transaction."""

    def end(self, dtxn: DriverTransaction, *, success: bool) -> None:  # noqa: B027 - hooks are optional
        """Handle the end of a transaction, committed or rolled back."""

    @property
    def inherited(self) -> tuple[tuple[str, str], ...]:
        """Settings from outside of the definition that stand in for options, by name."""
        return ()

    @property
    def timeout(self) -> float | None:
        """How long, in seconds, whom it tells may take to answer; None where that isn't known."""
        return None

    @property
    def keeps_user(self) -> bool:
        """Tell whether it still refers to the user, which must not be at the end of the session."""
        return False

    def deinit(self, session: UserSession) -> None:  # noqa: B027 - hooks are optional
        """Handle the end of the user session."""

    def cleanup(self, session: UserSession) -> None:  # noqa: B027 - hooks are optional
        """Release what drivers of this kind share; called after :meth:`deinit`."""
