"""The exceptions of pushnotif.

Every error that a user can cause is one of these; ``str()`` of it is one line that says what is
wrong and what to do. ``span`` says where, when the place is known.

::

    PushnotifError
    ├── ConfigError            a configuration can't be read at all (missing, a directory, unreadable)
    ├── OverrideError          an override given as NAME=VALUE is malformed
    ├── VariableError          a %variable of a setting can't be expanded
    ├── MessageError           a mail can't be read
    ├── MailboxError           a mailbox, or its GUID, can't be found or read
    ├── UserError              a user is not known, or the userdb can't be asked
    ├── MetadataError          a METADATA entry name or command is wrong
    │   └── DictError          the dict behind METADATA failed
    └── DriverError            a driver could not be made from its settings
"""

from __future__ import annotations

from dovecot_conf.positions import Span


class PushnotifError(Exception):
    """Base of all errors: one line of text, and the place it is about if there is one."""

    def __init__(self, message: str, *, span: Span | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.span = span

    def __str__(self) -> str:
        """Return ``file:line:column: message``, or the message alone when no place is known."""
        return f"{self.span}: {self.message}" if self.span else self.message


class ConfigError(PushnotifError):
    """A configuration file can't be read at all; ``hint``, with which the message ends, says what to do."""

    def __init__(self, message: str, *, hint: str = "", span: Span | None = None) -> None:
        super().__init__(f"{message}: {hint}" if hint else message, span=span)
        self.hint = hint

    @property
    def problem(self) -> str:
        """The same line without the hint."""
        return str(self).removesuffix(f": {self.hint}")


class OverrideError(PushnotifError):
    """An override given as NAME=VALUE is malformed."""


class VariableError(PushnotifError):
    """A %variable in a setting can't be expanded."""


class MessageError(PushnotifError):
    """A mail can't be read."""


class MailboxError(PushnotifError):
    """A mailbox, or its GUID, can't be found or read."""


class UserError(PushnotifError):
    """A user is not known, or the userdb can't be asked."""


class MetadataError(PushnotifError):
    """A METADATA entry name or a metadata command is wrong."""


class DictError(MetadataError):
    """The dict that holds METADATA failed."""


class DriverError(PushnotifError):
    """A push notification driver could not be made from its settings."""
