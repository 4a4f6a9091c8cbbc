"""What can go wrong between us and a running server."""

from __future__ import annotations

import os
import ssl

from dovecot_conf.errors import MetadataError, PushnotifError


class LiveServerError(PushnotifError):
    """A running server can't be asked: it isn't there, isn't what it should be, or doesn't answer."""


class AccessDeniedError(LiveServerError):
    """The server doesn't take the key or the password, or they must not be sent to it."""


class ServerFailureError(MetadataError):
    """The server did not do what it was asked to; ``exit_code`` is what doveadm ends with."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def network_reason(error: BaseException) -> str:
    """Return why a connection failed, from the error or from the innermost one that has caused it."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message} (--insecure does not look at it)"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or error}"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.errno:
        known = os.strerror(error.errno) if error.errno > 0 else ""
        return error.strerror or known or str(error)
    return one_line(str(error)) or type(error).__name__


def one_line(text: str, most: int = 200) -> str:
    """Return what a server said as one printable line that is not too long."""
    line = "".join(letter if letter.isprintable() else " " for letter in text).strip()
    return line if len(line) <= most else line[: most - 1] + "…"
