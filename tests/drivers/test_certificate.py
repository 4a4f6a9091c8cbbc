"""Facts in certificates, as Python's own reader sees them."""

from __future__ import annotations

import datetime
import ssl
from calendar import timegm
from pathlib import Path

import pytest
import trustme

from drivers.certificate import Certificate, day, read_certificate

DAY = datetime.timedelta(days=1)
BEGIN = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)


def read(certificate: trustme.LeafCert) -> Certificate:
    found = read_certificate(ssl.PEM_cert_to_DER_cert(certificate.cert_chain_pems[0].bytes().decode()))
    assert found is not None
    return found


@pytest.mark.parametrize("years", [1, 30])
def test_times_are_those_of_either_form(years: int) -> None:
    end = BEGIN.replace(year=BEGIN.year + years)
    found = read(trustme.CA().issue_cert("example.com", not_before=BEGIN, not_after=end))
    assert (found.begins, found.ends) == (timegm(BEGIN.timetuple()), timegm(end.timetuple()))
    assert day(found.begins) == "2026-01-02"


def test_names_are_those_of_hosts_and_of_addresses() -> None:
    found = read(trustme.CA().issue_cert("*.example.com", "127.0.0.1", "::1"))
    assert found.names == ("*.example.com", "127.0.0.1", "::1")


def test_an_authority_is_its_own_issuer(tmp_path: Path) -> None:
    authority = trustme.CA()
    own = read_certificate(ssl.PEM_cert_to_DER_cert(authority.cert_pem.bytes().decode()))
    assert own is not None
    assert own.is_own
    leaf = read(authority.issue_cert("example.com"))
    assert leaf.issuer == own.subject
    assert not leaf.is_own


@pytest.mark.parametrize("data", [b"", b"0", b"0\x82", b"0\x03abc", b"\x30\x80\x00\x00", bytes(100)])
def test_junk_is_no_certificate(data: bytes) -> None:
    assert read_certificate(data) is None
