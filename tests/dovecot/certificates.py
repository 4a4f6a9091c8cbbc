"""Certificates that trustme doesn't make: with the place of their issuer's, and by one that has expired."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import tempfile
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


class Issued(NamedTuple):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()


def issue(
    name: str,
    issuer: Issued | None = None,
    *,
    host: str = "",
    ends: datetime.datetime = NOW + 90 * DAY,
    issuers_place: str = "",
) -> Issued:
    """Issue a certificate, for a host or of an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    by = issuer.certificate.subject if issuer is not None else subject
    builder = (
        x509.CertificateBuilder(subject_name=subject, issuer_name=by, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - 100 * DAY)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=not host, path_length=None), critical=True)
    )
    if host:
        names = [x509.IPAddress(ipaddress.ip_address(host))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if issuers_place:
        place = x509.UniformResourceIdentifier(issuers_place)
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    signed = builder.sign(issuer.key if issuer is not None else key, hashes.SHA256())
    return Issued(signed, key)


def context_of(*chain: Issued) -> ssl.SSLContext:
    """A context of a server that sends these certificates, its own first."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(chain[0].key_pem + "".join(one.pem for one in chain))
        file.flush()
        made.load_cert_chain(file.name)
    return made


ROOT = issue("Root")
BETWEEN = issue("Between", ROOT)
STALE = issue("Stale", ROOT, ends=NOW - DAY)
HERE = "127.0.0.1"
WITH_PLACE = issue("leaf", BETWEEN, host=HERE, issuers_place="http://ca.example.com/between.der")
BY_STALE = issue("leaf", STALE, host=HERE)
STRANGERS_BETWEEN = issue("Between others", issue("Unknown"))
OF_STRANGERS = issue("leaf", STRANGERS_BETWEEN, host=HERE)
SELF_SIGNED = issue("alone", host=HERE)
