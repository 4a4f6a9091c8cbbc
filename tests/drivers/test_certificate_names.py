"""Names in certificates; OpenSSL's way to write them is held beside real servers."""

from __future__ import annotations

import ssl
from typing import Any

import pytest
import trustme

from drivers.certificate_names import host_problem, subject_line


def certificate(**names: str) -> bytes:
    issued = trustme.CA().issue_cert("example.com", **names)
    return ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())


def test_a_subject_is_one_line() -> None:
    line = subject_line(certificate(common_name="a/b", organization_name="Ö"))
    assert line.startswith("/O=\\xC3\\x96/OU=")
    assert line.endswith("/CN=a\\/b")


@pytest.mark.parametrize("data", [b"", b"0", b"0\x82", b"0\x03abc", b"\x30\x80\x00\x00", bytes(100)])
def test_junk_has_no_subject(data: bytes) -> None:
    assert subject_line(data) == ""


@pytest.mark.parametrize("length", [1, 10, 100, 200])
def test_half_a_certificate_has_no_subject(length: int) -> None:
    assert subject_line(certificate()[:length]) == ""


NAMES: dict[str, Any] = {"subjectAltName": (("DNS", "*.example.com"), ("IP Address", "0:0:0:0:0:0:0:1"))}


@pytest.mark.parametrize("host", ["a.example.com", "A.EXAMPLE.com", "::1"])
def test_names_and_addresses_match(host: str) -> None:
    assert host_problem(NAMES, host) == ""


@pytest.mark.parametrize("host", ["example.com", "a.b.example.com", "127.0.0.1", "com"])
def test_other_hosts_do_not(host: str) -> None:
    assert host_problem(NAMES, host) == "did not match to any IP or DNS fields"


def test_without_other_names_the_common_name_counts() -> None:
    plain = {"subject": ((("organizationName", "x"),), (("commonName", "h.example"),))}
    assert host_problem(plain, "h.example") == ""
    assert "h.example" in host_problem(plain, "other")
