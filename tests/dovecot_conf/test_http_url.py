"""URLs: verdicts and texts of running servers, and what is made of accepted ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dovecot_conf import Version
from dovecot_conf.http_url import HttpUrlError, parse_http_url

VERDICTS = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "fixtures" / "reference" / "url-verdicts.jsonl")
    .read_text(encoding="utf-8")
    .split("\n")
    if line
]


def verdict(url: str, version: Version) -> str | None:
    try:
        parse_http_url(url, version)
    except HttpUrlError as error:
        return error.message
    return None


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("case", [pytest.param(case, id=case["url"] or "empty") for case in VERDICTS])
def test_a_url_is_accepted_or_refused_in_dovecots_words(
    case: dict[str, str | None], version: Version
) -> None:
    assert verdict(str(case["url"]), version) == case[version]


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://h", "/"),
        ("http://h?x=1&y=%2f", "/?x=1&y=%2f"),
        ("http://h/a%20b/c?x=1&y=%2f", "/a%20b/c?x=1&y=%2f"),
        ("http://h/a/./b/../c//d/%7euser/%e4", "/a/c//d/~user/%e4"),
        ("http://h/%E4", "/%e4"),
        ("http://h/a/..", "/"),
        ("http://h/a/.", "/a/"),
        ("http://h/../../a", "/a"),
        ("http://h/%2e%2e/a", "/../a"),
    ],
)
def test_the_request_target_is_written_anew(url: str, target: str) -> None:
    assert parse_http_url(url).target == target


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://h/", "h"),
        ("http://h:/", "h"),
        ("http://h:8009/", "h:8009"),
        ("http://u:p@H.:8009/", "H:8009"),
        ("http://[::1]:8009/", "[::1]:8009"),
    ],
)
def test_the_host_header_has_the_port_of_the_url_and_no_userinfo(url: str, authority: str) -> None:
    assert parse_http_url(url).authority == authority


@pytest.mark.parametrize(
    ("url", "user", "password"),
    [
        ("http://h/", None, None),
        ("http://u@h/", b"u", None),
        ("http://u:@h/", b"u", b""),
        ("http://:p@h/", b"", b"p"),
        ("http://u:p:q@h/", b"u", b"p:q"),
        ("http://us%65r:p%3aw@h/", b"user", b"p:w"),
        ("http://a%3ab:c@h/", b"a:b", b"c"),
    ],
)
def test_userinfo_is_split_at_its_first_colon_and_decoded(
    url: str, user: bytes | None, password: bytes | None
) -> None:
    parsed = parse_http_url(url)
    assert (parsed.user, parsed.password) == (user, password)


def test_addresses_are_shortened_by_24_only() -> None:
    url = "http://[0:0::1]:80/"
    assert (str(parse_http_url(url)), str(parse_http_url(url, Version.V24))) == (
        "http://[0:0::1]:80/",
        "http://[::1]:80/",
    )


def test_a_url_is_shown_without_userinfo() -> None:
    assert str(parse_http_url("https://u:p@h/x?y")) == "https://h/x?y"


def test_the_port_to_connect_to_follows_the_scheme() -> None:
    ports = [parse_http_url(url).connect_port for url in ("http://h", "https://h", "https://h:1")]
    assert ports == [80, 443, 1]


def test_a_redirect_may_not_have_userinfo() -> None:
    with pytest.raises(HttpUrlError, match="HTTP URL does not allow `userinfo@' part"):
        parse_http_url("http://u:p@h/", allow_userinfo=False)


def test_a_very_long_url_is_read_at_once() -> None:
    assert parse_http_url("http://h/" + "a/../" * 20_000).target == "/"
