"""TLS to a running server, and why a connection to it failed."""

from __future__ import annotations

import os
import ssl

from mailstore.deadline import Deadline
from mailstore.live.errors import one_line


def tls_context(*, insecure: bool) -> ssl.SSLContext:
    """Return how TLS is spoken: with the system's authorities, or looking at no certificate."""
    context = ssl.create_default_context()
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def network_reason(error: BaseException, deadline: Deadline) -> str:
    """Return why a connection failed, from the error or from the innermost one that has caused it.

    ``deadline`` is that of the answer.
    """
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message} (--insecure does not look at it)"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or error}"
    if isinstance(error, TimeoutError):
        return deadline.reason
    if isinstance(error, OSError) and error.errno:
        known = os.strerror(error.errno) if error.errno > 0 else ""
        return error.strerror or known or str(error)
    return one_line(str(error)) or type(error).__name__
