"""Why a certificate isn't believed, by OpenSSL's number of the check that failed (x509_vfy.h)."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import NamedTuple

from drivers.certificate import Certificate, day
from drivers.http import ConnectFailedError
from drivers.tls_settings import TlsSettings

_NOT_YET, _EXPIRED = 9, 10
_SELF_SIGNED, _UNKNOWN_ROOT = 18, 19
_UNKNOWN_ISSUER = (2, 20, 21)

Explained = tuple[str, tuple[str, ...]]
"""A sentence, and what to do."""


class _Flaw(NamedTuple):
    """What a check says about a certificate of the chain, and what to do."""

    meaning: str
    remedy: str


_FLAWS: Mapping[int, _Flaw] = {
    7: _Flaw("its signature is wrong", "issue the certificate of the endpoint anew"),
    23: _Flaw("it is revoked", "give the endpoint another certificate"),
    24: _Flaw(
        "who issued it is no authority",
        "issue it by one whose certificate says so (basicConstraints CA:TRUE)",
    ),
    25: _Flaw("the path to it is longer than its authority allows", "issue it by an authority that may"),
    26: _Flaw("it is not for servers", "issue it for serverAuth (extendedKeyUsage)"),
    28: _Flaw("it is rejected for servers", "issue it for serverAuth (extendedKeyUsage)"),
    47: _Flaw("its authority may not issue for such a name", "issue it by an authority that may"),
    66: _Flaw("its key is too weak", "issue it for an RSA key of 2048 bits or more, or an elliptic curve"),
    67: _Flaw("the key of its authority is too weak", "issue it by an authority with a stronger key"),
    68: _Flaw("it is signed with a weak digest (MD5, SHA-1)", "issue it with SHA-256"),
}


class Shown(NamedTuple):
    """What a server shows: its own certificate, that of its issuer, and so on, ``sent`` in all."""

    chain: tuple[Certificate, ...]
    sent: int


def check_failed(error: ConnectFailedError, shown: Shown, tls: TlsSettings, now: float) -> Explained:
    """Say which certificate failed a check, and what to do."""
    seen, remedy = _explained(error, shown, tls, now)
    if tls.folder and error.number in (_SELF_SIGNED, _UNKNOWN_ROOT, *_UNKNOWN_ISSUER):
        remedy = (
            *remedy,
            f"or, if it is in that folder, make the links by which it is found: {_rehash(tls)}",
        )
    return seen, remedy


def _rehash(tls: TlsSettings) -> str:
    return shlex.join(("openssl", "rehash", tls.folder))


def _explained(error: ConnectFailedError, shown: Shown, tls: TlsSettings, now: float) -> Explained:
    number, chain = error.number, shown.chain
    if number in (_EXPIRED, _NOT_YET):
        return _out_of_time(number, chain, now)
    own = chain[0].subject if chain else "of the endpoint"
    if number == _SELF_SIGNED:
        return f"the certificate {own} is self-signed, and none of {believed(tls)}", (
            "let Dovecot believe it: ssl_client_ca_file = FILE with that certificate (PEM)",
            "or give the endpoint a certificate of an authority that is believed",
        )
    if number == _UNKNOWN_ROOT:
        root = chain[-1].subject if chain else "it comes from"
        return f"the authority {root} is none of {believed(tls)}", (_believe(root),)
    if number in _UNKNOWN_ISSUER:
        return _incomplete(shown, tls)
    flaw = _FLAWS.get(number, _Flaw(error.reason, "issue the certificate of the endpoint anew"))
    return f"the certificate {own} isn't believed: {flaw.meaning}", (flaw.remedy,)


def believed(tls: TlsSettings) -> str:
    """Name the authorities that are believed."""
    places = []
    if tls.authorities is not None:
        shown = tls.authorities.setting if "\n" not in tls.authorities.setting else "(inline)"
        places.append(f"ssl_client_ca_file {shown}")
    if tls.folder:
        places.append(f"ssl_client_ca_dir {tls.folder}")
    return f"those in {' and '.join(places)}" if places else "the system's authorities"


def _believe(authority: str) -> str:
    return f"let Dovecot believe {authority}: ssl_client_ca_file = FILE with its certificate (PEM)"


def _out_of_time(number: int, chain: tuple[Certificate, ...], now: float) -> Explained:
    clock = "or correct the clock of the machine that Dovecot runs on"
    if number == _EXPIRED:
        late = next((one for one in chain if one.ends < now), None)
        when = (
            f"{late.subject} ended on {day(late.ends)}" if late is not None else "of an authority has ended"
        )
        return f"the certificate {when}", ("renew the certificate of the endpoint", clock)
    early = next((one for one in chain if one.begins > now), None)
    when = (
        f"{early.subject} holds from {day(early.begins)} on"
        if early is not None
        else "of an authority doesn't hold yet"
    )
    return f"the certificate {when}", (clock.removeprefix("or "), "or issue it anew, for now")


def _incomplete(shown: Shown, tls: TlsSettings) -> Explained:
    """Say whose certificate is missing; who should have it, the server or this side, is not told."""
    if not shown.chain:
        return f"its issuer is none of {believed(tls)}", (_believe("its issuer"),)
    last = shown.chain[-1]
    sent = "its own certificate alone"
    if shown.sent > 1:
        sent = f"{shown.sent} certificates, and none is that of the issuer of {last.subject}"
    missing = f"the issuer {last.issuer} is none of {believed(tls)}"
    seen = f"the chain is incomplete: the server sends {sent}; {missing}"
    whole = "let the endpoint send those of the authorities in between too (fullchain.pem, not cert.pem)"
    known = _believe(last.issuer)
    # Who is issued by an authority in between says where that authority's certificate is to be had.
    return seen, ((whole, f"or {known}") if last.names_issuer else (known, f"or {whole}"))
