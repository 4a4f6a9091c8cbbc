"""The operating system's and OpenSSL's words behind the errors of a library."""

from __future__ import annotations


def cause(error: BaseException) -> str:
    """Return the operating system's text behind an error."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror
        inner = inner.__cause__ or inner.__context__
    return str(error) or type(error).__name__
