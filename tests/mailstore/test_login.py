from __future__ import annotations

import pytest

from dovecot_conf import loads
from mailstore.link_user import check_user
from mailstore.login import RefusedNameError, login_name
from mailstore.users import User

HEAD_24 = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
# 2.3 is read where a setting of 2.3 is.
HEAD_23 = "mail_location = maildir:~/Maildir\n"


@pytest.mark.parametrize("head", [HEAD_23, HEAD_24])
@pytest.mark.parametrize(
    ("settings", "name", "login"),
    [
        ("", "Bob@Example.com", "bob@example.com"),
        ('auth_username_translation = "#@/@"\n', "bob#a/b", "bob@a@b"),
        ('auth_username_translation = "AaB"\n', "ABBA", "abba"),
        ("auth_username_chars =\n", "bob +é\udcff", "bob +é\udcff"),
        ("auth_username_format =\n", "BoB", "BoB"),
        ("auth_username_format = x\n", "bob", "x"),
    ],
)
def test_auth_makes_a_login_of_a_name(head: str, settings: str, name: str, login: str) -> None:
    assert login_name(loads(head + settings), "doveadm", name) == login


@pytest.mark.parametrize("head", [HEAD_23, HEAD_24])
@pytest.mark.parametrize("name", ["", "a b", "a+b", "a*", "é", "\udcff", "a\nb", "a:b"])
def test_a_name_with_other_characters_is_nobodys(head: str, name: str) -> None:
    with pytest.raises(RefusedNameError, match="User doesn't exist"):
        login_name(loads(head), "doveadm", name)
    login_name(loads(head), "doveadm", name, checked=False)


def test_a_domain_is_added_before_characters_are_looked_at() -> None:
    settings = "auth_default_realm = Ex.org\nauth_username_chars = bobEx.org@\n"
    assert login_name(loads(settings), "doveadm", "bob") == "bob@ex.org"
    assert login_name(loads(settings), "doveadm", "bob@x") == "bob@x"
    with pytest.raises(RefusedNameError) as refused:
        login_name(
            loads(HEAD_24 + "auth_default_domain = a-b\nauth_username_chars = bo@a\n"), "doveadm", "bob"
        )
    assert refused.value.reason == "Username character disallowed by auth_username_chars: 0x2d"


def test_the_doctor_says_why_a_name_is_refused() -> None:
    def find() -> User:
        raise RefusedNameError("Empty username")

    link, user = check_user(find, lambda: None, "")
    assert (link.seen, user) == ("auth refuses the name: Empty username", None)


def test_a_format_that_leaves_nothing_is_nobodys() -> None:
    with pytest.raises(RefusedNameError):
        login_name(loads("auth_username_format = %Ln\n"), "doveadm", "@example.com")
