from __future__ import annotations

import pytest

from drivers.secrets import hide_in_options, hide_userinfo


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
        ("foo", "foo"),
        ("bob@example.com", "bob@example.com"),
        ("", ""),
    ],
)
def test_userinfo_is_hidden_wherever_it_may_be(url: str, shown: str) -> None:
    assert hide_userinfo(url) == shown


def test_options_keep_everything_but_userinfo() -> None:
    text = "ox:url=http://u:p@h/a  user_from_metadata x=http://h/?a=b@c"
    assert hide_in_options(text) == "ox:url=http://<hidden>@h/a  user_from_metadata x=http://h/?a=b@c"
