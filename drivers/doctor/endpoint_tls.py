"""The link of TLS: the handshake ends well, with a certificate that Dovecot believes."""

from __future__ import annotations

import time
from collections.abc import Iterator

from drivers.certificate import Certificate, day, issued_path, read_certificates
from drivers.doctor.endpoint_authorities import closed_authorities
from drivers.doctor.endpoint_connection import Attempts, Dialler, Security, Try
from drivers.doctor.endpoint_distrust import Shown, check_failed
from drivers.doctor.endpoint_handshakes import handshake_failed
from drivers.doctor.endpoint_other import other_protocol
from drivers.doctor.endpoint_target import Destination, Target
from drivers.http import ConnectStep
from drivers.http_transport import is_address
from drivers.tls_settings import TlsSettings
from mailstore.links import Link, LinkState

NAME = "tls"
_SOON_DAYS = 14
_DAY = 86400


def check_tls(
    target: Target, destination: Destination, attempts: Attempts, dialler: Dialler, now: float
) -> Link:
    """Judge the handshakes with those addresses that somebody listens at; ``now`` is the time of day."""
    if destination.tls_name is None:
        return Link(NAME, LinkState.SKIPPED, "the URL is http: nothing is encrypted")
    if (closed := closed_authorities(target)) is not None:
        notes = target.logged(closed.message) if closed.message else ()
        return Link(NAME, LinkState.BROKEN, closed.seen, closed.remedy, notes)
    found = attempts.open
    if found is not None and found.security is not None:
        notes = (*_notes(found.security, target, now), *_before(attempts, target, dialler, now))
        return Link(NAME, LinkState.OK, _seen(found.security, destination.tls_name, target), (), notes)
    failed = attempts.unsecured[-1]
    seen, remedy = _explained(failed, target, destination.tls_name, dialler, now)
    return Link(NAME, LinkState.BROKEN, seen, remedy, target.logged(attempts.message))


def _explained(
    failed: Try, target: Target, host: str, dialler: Dialler, now: float
) -> tuple[str, tuple[str, ...]]:
    """Say what is wrong with a handshake, and what to do."""
    error, tls = failed.failure, target.settings.tls
    if error is None:
        return "", ()
    if error.step is ConnectStep.AUTHORITIES:
        setting = "ssl_client_ca_file" if tls.authorities is not None else "ssl_client_ca_dir"
        return str(error), (f"correct {setting}: it has to name certificates (PEM) that can be read",)
    end = time.monotonic() + dialler.wait
    if error.step is ConnectStep.HANDSHAKE:
        other = other_protocol(dialler.connector, failed.peer, end)
        return handshake_failed(error, failed.peer.name, tls, other, dialler.wait)
    sent = dialler.connector.certificates(failed.peer, end)
    chain = tuple(certificate for _, certificate in issued_path(sent))
    if error.step is ConnectStep.HOST_NAME:
        return _other_host(chain, host)
    return check_failed(error, Shown(chain, len(sent)), tls, now)


def _other_host(chain: tuple[Certificate, ...], host: str) -> tuple[str, tuple[str, ...]]:
    own = next(iter(chain), None)
    names = ", ".join(own.names or (own.subject,)) if own is not None else "another host"
    kind = "address" if is_address(host) else "name"
    return f"the certificate is for {names}, not for {host}", (
        "write a name that the certificate has into the URL",
        f"or give the endpoint a certificate for this {kind}",
    )


def _before(attempts: Attempts, target: Target, dialler: Dialler, now: float) -> Iterator[str]:
    for one in attempts.unsecured:
        text, _ = _explained(one, target, one.peer.tls_name or "", dialler, now)
        where = "" if text.startswith(one.peer.name) else f"{one.peer.name}: "
        yield f"tried before it: {where}{text}"


def _seen(security: Security, host: str, target: Target) -> str:
    own = next(iter(read_certificates(security.certificates)), None)
    if own is None:
        return f"{security.version}, without a certificate that can be read"
    if not target.settings.tls.require_valid:
        return f"{security.version}, with a certificate that isn't checked (until {day(own.ends)})"
    return f"{security.version}, with a certificate for {host} that is believed, until {day(own.ends)}"


def _notes(security: Security, target: Target, now: float) -> Iterator[str]:
    tls = target.settings.tls
    if not tls.require_valid:
        yield "ssl_client_require_valid_cert is no: anybody on the way can pass for the endpoint"
    yield from _ending(security, tls, now)


def _ending(security: Security, tls: TlsSettings, now: float) -> Iterator[str]:
    if not tls.require_valid:
        return
    for certificate in read_certificates(security.certificates):
        left = int((certificate.ends - now) // _DAY)
        if left < _SOON_DAYS:
            when = f"in {left} days" if left > 1 else "tomorrow" if left == 1 else "within a day"
            yield f"the certificate {certificate.subject} ends {when}, on {day(certificate.ends)}: renew it"
