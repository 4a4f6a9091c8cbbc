"""No line that is shown holds a password."""

from __future__ import annotations

import pytest

from cli.render.secrets import hide, hide_in_sentence, hide_marked


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            "driver = ox:url=http://login:pw@host/x max_retries=1",
            "driver = ox:url=http://<hidden>@host/x max_retries=1",
        ),
        ("driver = ox:url=http://login@host/x", "driver = ox:url=http://<hidden>@host/x"),
        ("driver = ox:url=http://u:two words@host/ x", "driver = ox:url=http://<hidden>@host/ x"),
        ("driver = ox:url=http://u:with/slash@host/", "driver = ox:url=http://<hidden>@host/"),
        ("driver = ox:ulr=login:pw@host/x", "driver = ox:ulr=<hidden>@host/x"),
        ("driver = ox:url=http://u:lost", "driver = ox:url=http://<hidden>"),
        ('driver = ox:url=http://u:"quoted"@host/', "driver = ox:url=http://<hidden>@host/"),
        ("password forgotten-equals", "password <hidden>"),
        ("passdb_password = two words", "passdb_password = <hidden>"),
        ("args = user=x pass=hello nopass=y", "args = user=x pass=<hidden> nopass=<hidden>"),
        ("api_key=abc", "api_key=<hidden>"),
        ("  secret = <hidden-by-hand", "  secret = <hidden-by-hand"),
    ],
)
def test_a_secret_is_hidden(line: str, shown: str) -> None:
    assert hide(line) == shown


@pytest.mark.parametrize(
    "line",
    [
        "ssl_key = </etc/dovecot/key.pem",
        "push_notification_driver = ox:url=http://host:8009/path?mail=a@b c@d",
        "mail_home = /home/%d/%n@x",
        "passdb {",
        'url = "http://host:8009"',
        "url = http://[::1]:80/",
        "",
    ],
)
def test_everything_else_stays(line: str) -> None:
    assert hide(line) == line


def test_a_mark_behind_a_secret_moves_with_the_text() -> None:
    line = "url=http://u:p@h/ bad=1"
    start = line.index("bad")
    shown, new_start, new_end = hide_marked(line, start, start + 5)
    assert shown[new_start:new_end] == "bad=1"


def test_a_mark_around_a_secret_covers_what_stands_in_its_place() -> None:
    shown, start, end = hide_marked("x url=http://u:p@h/", 2, 19)
    assert shown[start:end] == "url=http://<hidden>@h/"


def test_a_mark_inside_a_secret_covers_what_stands_in_its_place() -> None:
    shown, start, end = hide_marked("password = abcdef", 12, 14)
    assert shown[start:end] == "<hidden>"


@pytest.mark.parametrize("piece", ["a-", "=a:", "x=", "pass", "://"])
def test_a_long_line_that_looks_like_secrets_all_the_time_ends_unchanged(piece: str) -> None:
    assert hide(piece * 20_000) == piece * 20_000


def test_a_long_line_of_urls_that_lost_their_end_is_hidden_piece_by_piece() -> None:
    assert "a:b" not in hide("://a:b" * 20_000)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            "auth_policy_hash_nonce must be set when policy server is used",
            "auth_policy_hash_nonce must be set when policy server is used",
        ),
        ("mail_home must be set: password=pw", "mail_home must be set: password=<hidden>"),
        ("Invalid url 'http://u:pw@h/'", "Invalid url 'http://<hidden>@h/'"),
        ("api_password pw", "api_password <hidden>"),
    ],
)
def test_a_message_may_begin_with_the_name_of_a_setting(message: str, shown: str) -> None:
    assert hide_in_sentence(message) == shown
