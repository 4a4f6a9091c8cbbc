"""A plugin of Dovecot's that acts when a mail user is made and when it ends, before and after the drivers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from dovecot_conf.push import PushConfig
    from drivers.interface import InitContext
    from drivers.session import UserSession


class UserFailedError(Exception):
    """The user can't be made; the text is Dovecot's (``user->error``)."""


class UserPlugin(ABC):
    """One plugin in one user session; ``name`` is what mail_plugins calls it."""

    name: ClassVar[str]

    @classmethod
    @abstractmethod
    def create(cls, push: PushConfig, context: InitContext) -> UserPlugin | None:
        """Act when a user is made; None when there is nothing to do for this user later.

        Raises UserFailedError, and SessionEndedError when the process ends.
        """

    @property
    @abstractmethod
    def keeps_user(self) -> bool:
        """Tell whether it still refers to the user, which must not be at the end of the session."""

    @abstractmethod
    def deinit_pre(self, session: UserSession) -> None:
        """Act at the end of the session, before the drivers end."""

    @abstractmethod
    def deinit(self, session: UserSession) -> None:
        """Act when the drivers have ended."""
