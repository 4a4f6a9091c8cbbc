"""What `pushnotif listen` does: receives requests, shows and records them, and answers as told.

Importing this module imports uvicorn.
"""

from __future__ import annotations

import contextlib
import ssl
import time
from pathlib import Path
from typing import Any

import click

from cli.common import remark
from cli.listen_inbox import Inbox, TerminatedError, interrupted_by_signals
from cli.listen_options import fault_plan
from cli.output import OutputError, write_result
from cli.render.records_view import View, view
from dovecot_conf.errors import PushnotifError
from drivers.receiver import Credentials, Received, Receiver, ReceiverError, ReceiverSettings
from drivers.record_file import RecordFile
from drivers.secrets import HIDDEN

EXIT_TOO_FEW = 1
EXIT_TERMINATED = 143


def receive(  # noqa: PLR0913 - one for each kind of option
    *,
    bind: str,
    port: int,
    path: str | None,
    auth: str | None,
    tls: bool,
    ca_file: Path | None,
    once: bool,
    count: int | None,
    timeout: float | None,
    record: Path | None,
    format_: str,
    quiet: bool,
    color: str,
    show_secrets: bool,
    **faults: Any,
) -> int:
    """Receive requests until enough came, the time is over or somebody ends it; return the exit code."""
    if once and count is not None:
        raise click.UsageError("--once and --count exclude each other", ctx=click.get_current_context())
    count = 1 if once else count
    settings = ReceiverSettings(bind, port, _path(path), _credentials(auth), fault_plan(**faults), count)
    if ca_file is not None and not tls:
        raise click.UsageError("--ca-file needs --tls", ctx=click.get_current_context())
    context = _tls(bind, ca_file, quiet=quiet) if tls else None
    inbox = Inbox()
    with contextlib.ExitStack() as stack:
        recording = stack.enter_context(RecordFile(record, show_secrets=show_secrets)) if record else None
        receiver = stack.enter_context(_receiver(settings, inbox, recording, context))
        stack.callback(inbox.close)
        stack.enter_context(interrupted_by_signals(inbox))
        _announce(receiver, settings, quiet=quiet, show_secrets=show_secrets)
        shown = stack.enter_context(view(format_, color, show_secrets=show_secrets))
        try:
            came, refused = _watch(inbox, shown, count, timeout)
        except TerminatedError:
            stack.close()
            remark("terminated", quiet=quiet)
            return EXIT_TERMINATED
    if count is None or came >= count:
        return 0
    others = f", and {refused} that were not accepted" if refused else ""
    remark(f"{came} of {count} requests came in {timeout:g} s{others}", quiet=quiet)
    return EXIT_TOO_FEW


def _receiver(
    settings: ReceiverSettings, inbox: Inbox, recording: RecordFile | None, context: ssl.SSLContext | None
) -> Receiver:
    """Return a receiver whose requests are recorded before they are answered, and then shown."""

    def report(received: Received) -> None:
        try:
            if recording is not None:
                recording.write(received.record)
        except PushnotifError as error:
            inbox.put(error)
        else:
            inbox.put(received)

    try:
        return Receiver(settings, report, tls=context)
    except ReceiverError as error:
        hint = "; choose another --port, 0 for any" if error.taken else ""
        raise click.UsageError(f"{error}{hint}", ctx=click.get_current_context()) from None


def _watch(inbox: Inbox, shown: View, count: int | None, timeout: float | None) -> tuple[int, int]:
    """Show requests until enough came or the time is over; return how many were accepted and refused."""
    deadline = time.monotonic() + timeout if timeout is not None else None
    accepted = refused = 0
    while count is None or accepted < count:
        received = inbox.get(deadline)
        if received is None:
            break
        shown.show(received.record)
        accepted += received.accepted
        refused += not received.accepted
    return accepted, refused


def _announce(receiver: Receiver, settings: ReceiverSettings, *, quiet: bool, show_secrets: bool) -> None:
    """Say the URL that a configuration would need, and who can reach it."""
    url = receiver.url
    if settings.credentials is not None:
        userinfo = settings.credentials.userinfo() if show_secrets else HIDDEN
        url = url.replace("://", f"://{userinfo}@", 1)
    if not receiver.is_local:
        remark(f"warning: {receiver.address} is no loopback address: other machines can connect", quiet=quiet)
    remark(f"listening on {url}; Ctrl-C ends", quiet=quiet)


def _tls(bind: str, ca_file: Path | None, *, quiet: bool) -> ssl.SSLContext:
    """Make a certificate, and write that of its authority where clients can find it."""
    from drivers.receiver.certificate import self_made_certificate  # noqa: PLC0415 - slow to import

    certificate = self_made_certificate(bind)
    if ca_file is None:
        remark(
            "nobody vouches for the self-made certificate: clients must not check it, or trust the authority"
            " that --ca-file FILE writes",
            quiet=quiet,
        )
        return certificate.context
    try:
        write_result(certificate.authority.decode("ascii"), ca_file)
    except OutputError as error:
        raise click.UsageError(str(error), ctx=click.get_current_context()) from None
    remark(f"wrote the authority's certificate: ssl_client_ca_file = {ca_file.absolute()}", quiet=quiet)
    return certificate.context


def _path(path: str | None) -> str | None:
    if path is not None and (not path.startswith("/") or "?" in path or "#" in path):
        raise click.UsageError("--path must begin with / and have no ? or #", ctx=click.get_current_context())
    return path


def _credentials(auth: str | None) -> Credentials | None:
    if auth is None:
        return None
    user, colon, password = auth.partition(":")
    if not colon:
        raise click.UsageError("--auth wants USER:PASS", ctx=click.get_current_context())
    return Credentials(user, password)
