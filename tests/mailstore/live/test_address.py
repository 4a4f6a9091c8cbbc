from __future__ import annotations

import pytest

from mailstore.live.address import AddressError, Api, ServerAddress, parse_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("doveadm-http://localhost", ServerAddress("doveadm-http", "localhost", 8080)),
        ("doveadm-https://mail.example.com:9/", ServerAddress("doveadm-https", "mail.example.com", 9)),
        ("imap://bob@host", ServerAddress("imap", "host", 143, "bob")),
        ("IMAPS://bob%40example.com@[::1]:1993", ServerAddress("imaps", "::1", 1993, "bob@example.com")),
        ("imap://bob@example.com@host:1", ServerAddress("imap", "host", 1, "bob@example.com")),
    ],
)
def test_a_url_names_a_server(url: str, address: ServerAddress) -> None:
    assert parse_address(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "", "host:8080", "http://host", "imap:", "imap://", "imap://@", "imap://bob@", "imap://h:x",
        "imap://h:99999", "imap://h:0", "imap://[::1", "imap://h/INBOX", "doveadm-http://h?x=hush",
        "doveadm-http://hush@h", "doveadm-http://hö:1", "imap://bob@\udcff", "imap://bob:hush@h", "doveadm-http://h#hush",
    ],
)  # fmt: skip
def test_other_urls_are_refused_without_repeating_a_secret(url: str) -> None:
    with pytest.raises(AddressError) as caught:
        parse_address(url)
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("127.0.0.9", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("localhost.example", False),
    ],
)
def test_what_is_local(host: str, local: bool) -> None:
    assert ServerAddress("imap", host, 1).is_local is local


def test_tls_and_way_follow_from_the_scheme() -> None:
    assert parse_address("imaps://a@h").tls
    assert not parse_address("doveadm-http://h").tls
    assert parse_address("doveadm-https://h").api is Api.DOVEADM_HTTP
    assert str(parse_address("imap://bob@[::1]")) == "imap://[::1]:143"
