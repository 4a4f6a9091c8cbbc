"""A login to an IMAP server that has METADATA, with the standard library's imaplib.

imaplib sends unknown commands with arguments as they are, hands literals of a response over
unchanged and asks for a literal's content when the server is ready for it; that is all that
METADATA needs, and TLS and STARTTLS come with it.
"""

from __future__ import annotations

import ast
import contextlib
import imaplib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mailstore.deadline import Clock, Deadline
from mailstore.live.address import ServerAddress
from mailstore.live.errors import AccessDeniedError, LiveServerError, one_line
from mailstore.live.imap_syntax import Node, Piece, SyntaxFault, chunks, parse
from mailstore.live.network import network_reason, tls_context
from mailstore.live.timed_imap import TimedImap, TimedImaps

TIMEOUT = 60.0
# What Dovecot puts behind the text of an answer: (0.001 + 0.000 secs).
_TIMES = re.compile(r"\s*\([\d.]+ \+ [\d.]+(?: \+ [\d.]+)? secs\)\.?$")
_BAD = re.compile(r"^[A-Z]+ command error: BAD (\[.*\])$", re.DOTALL)
_CODE = re.compile(r"^\[([A-Z-]+)[^\]]*\] *")


@dataclass(frozen=True, slots=True)
class Reply:
    """How a command ended: OK, NO or BAD, the response code ("" without one) and the text behind it."""

    status: str
    code: str
    text: str
    data: list[Node]


class _Rest:
    """What follows the first literal of a command, a chunk whenever the server asks for one."""

    def __init__(self, rest: Sequence[bytes]) -> None:
        self._rest = iter(rest)

    def next(self, _: bytes) -> bytes:
        return next(self._rest, b"")


class ImapConnection:
    """A connection that is logged in. Its methods raise LiveServerError."""

    def __init__(self, address: ServerAddress, client: TimedImap) -> None:
        self.address = address
        self._deadline = client.deadline
        self._client: Any = client  # its attribute ``literal`` has no type

    def metadata(self, command: str, pieces: Sequence[Piece]) -> Reply:
        """Run a command; return its end and the METADATA responses."""
        first, *rest = chunks(pieces)
        self._client.response("METADATA")
        self._deadline.restart()
        with _failures(self.address, self._deadline):
            self._client.literal = _Rest(rest).next if rest else None
            try:
                status, lines = self._client.xatom(command, first)
            except TimeoutError:
                # What is left of the answer may come yet: nothing else can be asked, nor a LOGOUT waited for.
                self._client.shutdown()
                raise
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                bad = _BAD.match(str(error))
                if bad is None:
                    raise
                status, lines = "BAD", ast.literal_eval(bad[1])
            found = self._client.response("METADATA")[1]
            try:
                data = parse([part for part in found if part is not None])
            except SyntaxFault as fault:
                raise LiveServerError(f"{self.address}: the answer can't be understood: {fault}") from None
        return _reply(status, lines, data)

    def close(self) -> None:
        """Log out, if the server still listens."""
        self._deadline.restart()
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self._client.logout()


def _reply(status: str, lines: Sequence[bytes | None], data: list[Node]) -> Reply:
    text = _TIMES.sub("", b" ".join(line for line in lines if line).decode("utf-8", "replace"))
    code = _CODE.match(text)
    return Reply(status, code[1] if code else "", one_line(text[code.end() :] if code else text, 500), data)


def connect(
    address: ServerAddress,
    user: str,
    ask_password: Callable[[], str],
    *,
    insecure: bool = False,
    timeout: float = TIMEOUT,
    clock: Clock = time.monotonic,
) -> ImapConnection:
    """Connect and log in; ``ask_password`` is called once the connection is safe enough for it.

    ``insecure`` looks at no certificate and sends the password in clear if need be. ``timeout`` is how many
    seconds of ``clock`` the server may take until it wants the password, again until the user is logged
    in, and then for each answer. Raises AccessDeniedError, LiveServerError.
    """
    deadline = Deadline(timeout, clock)
    with _failures(address, deadline):
        client = _open(address, deadline, insecure=insecure)
        try:
            _secure(address, client, insecure=insecure)
            _log_in(address, client, user, ask_password)
            _require_metadata(address, client)
        except BaseException:
            client.shutdown()
            raise
    return ImapConnection(address, client)


def _open(address: ServerAddress, deadline: Deadline, *, insecure: bool) -> TimedImap:
    if address.tls:
        return TimedImaps(address, deadline, ssl_context=tls_context(insecure=insecure))
    return TimedImap(address, deadline)


def _secure(address: ServerAddress, client: imaplib.IMAP4, *, insecure: bool) -> None:
    """Begin TLS where it is offered; without it, refuse to go on to another machine."""
    if address.tls:
        return
    if "STARTTLS" in client.capabilities:
        client.starttls(tls_context(insecure=insecure))
    elif not (address.is_local or insecure):
        raise AccessDeniedError(
            f"{address} offers no STARTTLS: the password would be sent in clear (--insecure does it)"
        )


def _log_in(address: ServerAddress, client: TimedImap, user: str, ask_password: Callable[[], str]) -> None:
    if "LOGINDISABLED" in client.capabilities:
        raise AccessDeniedError(f"{address} allows no login without TLS")
    if "AUTH=PLAIN" not in client.capabilities:
        raise AccessDeniedError(f"{address} does not offer AUTH=PLAIN")
    secret = f"\0{user}\0{ask_password()}".encode("utf-8", "surrogateescape")
    # Whoever types a password takes no time of the server's.
    client.deadline.restart()
    try:
        client.authenticate("PLAIN", lambda _: secret)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        text = one_line(_CODE.sub("", _text_of(error)))
        raise AccessDeniedError(
            f"{address}: the server refuses the login of {one_line(user)}: {text}"
        ) from None


def _require_metadata(address: ServerAddress, client: imaplib.IMAP4) -> None:
    # Dovecot tells of some capabilities only after the login.
    _, lines = client.capability()
    words = b" ".join(line for line in lines if line).decode("ascii", "replace").upper().split()
    if "METADATA" not in words:
        raise LiveServerError(f"{address} has no METADATA: Dovecot offers it with imap_metadata = yes")


def _text_of(error: imaplib.IMAP4.error) -> str:
    """Return the text of an error, which imaplib gives as the bytes that the server sent."""
    argument = error.args[0] if error.args else ""
    return argument.decode("utf-8", "replace") if isinstance(argument, bytes) else str(argument)


@contextlib.contextmanager
def _failures(address: ServerAddress, deadline: Deadline) -> Iterator[None]:
    """Turn what imaplib and the network raise into one line."""
    try:
        yield
    except (imaplib.IMAP4.error, OSError, UnicodeError, ValueError) as error:
        reason = (
            one_line(_text_of(error))
            if isinstance(error, imaplib.IMAP4.error)
            else network_reason(error, deadline)
        )
        raise LiveServerError(f"{address}: {reason or 'this is no IMAP server'}") from None
