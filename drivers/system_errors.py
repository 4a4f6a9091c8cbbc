"""The operating system's and OpenSSL's words behind the errors of a library."""

from __future__ import annotations


def cause(error: BaseException) -> str:
    """Return the operating system's text behind an error."""
    inner = _of_system(error)
    return (inner.strerror if inner is not None else "") or str(error) or type(error).__name__


def cause_number(error: BaseException) -> int:
    """Return the operating system's number behind an error, 0 where it has none."""
    inner = _of_system(error)
    return (inner.errno if inner is not None else 0) or 0


def _of_system(error: BaseException) -> OSError | None:
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OSError) and inner.strerror:
            return inner
        inner = inner.__cause__ or inner.__context__
    return None
