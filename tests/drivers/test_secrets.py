from __future__ import annotations

import pytest

from drivers.secrets import HIDDEN, hide_in_headers, hide_in_options, hide_in_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://h/?to=a@b", "http://h/?to=a@b"),
        ("http://u:p@h/?to=a@b", "http://<hidden>@h/?to=a@b"),
        ("http://u@h/", "http://<hidden>@h/"),
        ("http://u:p@q@h/", "http://<hidden>@h/"),
        ("http://u:p/q@h/", "http://<hidden>@h/"),
        ("http:u:p@h/", "<hidden>@h/"),
        ("u:p@h", "<hidden>@h"),
        ("http://u:s3cr3t", "http://u:<hidden>"),
        ("http://u:s3cr3t/x", "http://u:<hidden>/x"),
        ("http://h:80/x", "http://h:80/x"),
        ("http://h/?access_token=t&b=1", "http://h/?access_token=<hidden>&b=1"),
        ("http://u:p@h/?b=1&api_key=k", "http://<hidden>@h/?b=1&api_key=<hidden>"),
        ("foo", "foo"),
        ("bob@example.com", "bob@example.com"),
        ("", ""),
    ],
)
def test_userinfo_is_hidden_wherever_it_may_be(url: str, shown: str) -> None:
    assert hide_in_url(url) == shown


def test_options_keep_everything_but_userinfo() -> None:
    text = "ox:url=http://u:p@h/a  user_from_metadata x=http://h/?a=b@c"
    assert hide_in_options(text) == "ox:url=http://<hidden>@h/a  user_from_metadata x=http://h/?a=b@c"


@pytest.mark.parametrize("name", ["password", "api_key", "dlog:token", "Client-Secret"])
def test_options_that_are_called_like_secrets_lose_their_values(name: str) -> None:
    assert hide_in_options(f"a=b {name}=x= user_from_metadata") == f"a=b {name}=<hidden> user_from_metadata"


def test_headers_that_are_called_like_secrets_lose_their_values() -> None:
    shown = (("Host", "h"), ("Content-Type", "text/plain"), ("User-Agent", "u"))
    secret = ("Authorization", "Cookie", "X-Native-Push-Secret", "x-api-key", "PRIVATE-TOKEN", "X-Auth-User")
    hidden = tuple((name, HIDDEN) for name in secret)
    assert hide_in_headers((*shown, *((name, "s3cr3t") for name in secret))) == (*shown, *hidden)
