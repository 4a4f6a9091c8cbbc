from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import loads
from dovecot_conf.errors import PushnotifError, UserError
from mailstore.accounts import environment_user, find_user, user_names
from mailstore.users import UnknownUserError, split_fields

HEAD_24 = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"


def test_a_static_userdb_knows_everybody() -> None:
    configuration = loads("userdb {\n driver = static\n args = uid=4321 gid=8765 home=/var/vmail/%d/%n\n}\n")
    user = find_user(configuration, "bob@example.com")
    assert (user.name, user.home, user.uid, user.gid) == (
        "bob@example.com",
        "/var/vmail/example.com/bob",
        4321,
        8765,
    )


def test_a_static_userdb_of_24_has_its_fields_in_a_block() -> None:
    text = (
        HEAD_24 + "userdb static {\n fields {\n  uid = 4321\n  home = /var/vmail/%{user | username}\n }\n}\n"
    )
    user = find_user(loads(text), "Bob@example.com")
    assert (user.name, user.home, user.uid, user.gid) == ("bob@example.com", "/var/vmail/bob", 4321, None)


# What a running 2.4.1 made of them.
@pytest.mark.parametrize(
    ("pattern", "replacement", "homes"),
    [
        ("^(.)(.*)@(.*)$", r"\\3/\\1/\\2", {"bob@x.org": "x.org/b/ob", "alice": "alice"}),
        ("[aeiou]", r"[\\0]", {"bob@x.org": "[o]", "alice": "[a]"}),
        ("(a|b)c", r"<\\1>", {"bob@x.org": "bob@x.org", "abc": "<b>"}),
        (r"\\.", "-", {"bob@x.org": "-", "abc": "abc"}),
        ("@.*", "", {"bob@x.org": "", "alice": "alice"}),
        ("b+", "B", {"bob@x.org": "B", "abc": "B"}),
    ],
)
def test_a_home_can_be_made_of_the_name_by_regexp(
    pattern: str, replacement: str, homes: dict[str, str]
) -> None:
    home = f'/h/%{{user | regexp("{pattern}", "{replacement}")}}'
    configuration = loads(f"{HEAD_24}userdb static {{\n fields {{\n  home = {home}\n }}\n}}\n")
    assert {name: find_user(configuration, name).home for name in homes} == {
        name: f"/h/{rest}" for name, rest in homes.items()
    }


@pytest.mark.parametrize("replacement", [r"\\2", r"\\x"])
def test_a_replacement_of_regexp_that_names_no_group_is_an_error(replacement: str) -> None:
    home = f'/h/%{{user | regexp("b", "{replacement}")}}'
    configuration = loads(f"{HEAD_24}userdb static {{\n fields {{\n  home = {home}\n }}\n}}\n")
    with pytest.raises(PushnotifError):
        find_user(configuration, "bob")


def test_names_are_folded_unless_the_configuration_says_otherwise() -> None:
    text = "userdb {\n driver = static\n args = home=/h/%u\n}\n"
    assert find_user(loads(text), "BoB").home == "/h/bob"
    assert find_user(loads("auth_username_format = %u\n" + text), "BoB").home == "/h/BoB"


def test_what_the_userdb_does_not_say_comes_from_the_settings() -> None:
    text = "mail_uid = 77\nmail_gid = 88\nmail_home = /srv/%u\nuserdb {\n driver = static\n args = x=y\n}\n"
    user = find_user(loads(text), "bob")
    assert (user.home, user.uid, user.gid) == ("/srv/bob", 77, 88)


def test_a_user_name_that_this_machine_does_not_have_gives_no_uid() -> None:
    user = find_user(loads("userdb {\n driver = static\n args = uid=no_such_account\n}\n"), "bob")
    assert user.uid is None


PASSWD = """\
# comment
alice:{PLAIN}secret:1001:1002:Alice:/home/alice:/bin/sh:userdb_mail=maildir:~/%n userdb_quota= x=y
bob:::::/home/./bob::
carol
dave:x:0:0::/root::
old:x:1:1::/home/old:/bin/sh::mbox:~/mail
"""


@pytest.fixture(params=["2.3", "2.4"])
def passwd_file(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    (tmp_path / "users").write_text(PASSWD)
    if request.param == "2.3":
        return f"userdb {{\n driver = passwd-file\n args = username_format=%Lu {tmp_path}/users\n}}\n"
    return f"{HEAD_24}userdb passwd-file {{\n passwd_file_path = {tmp_path}/users\n}}\n"


def test_a_passwd_file_has_columns_and_extra_fields(passwd_file: str) -> None:
    user = find_user(loads(passwd_file), "alice")
    assert (user.home, user.uid, user.gid) == ("/home/alice", 1001, 1002)
    assert user.fields["mail"].startswith("maildir:~/")
    assert "secret" not in repr(user)


def test_empty_columns_say_nothing(passwd_file: str) -> None:
    user = find_user(loads(passwd_file), "bob")
    assert (user.home, user.uid, user.gid) == ("/home/bob", None, None)


def test_the_old_format_of_23_ends_with_the_mail_location(passwd_file: str) -> None:
    fields = find_user(loads(passwd_file), "old").fields
    assert fields.get("mail") == (None if passwd_file.startswith(HEAD_24) else "mbox:~/mail")


@pytest.mark.parametrize("name", ["carol", "dave", "nobody-at-all", "# comment", ""])
def test_lines_that_are_no_mail_users_are_unknown(passwd_file: str, name: str) -> None:
    with pytest.raises(UnknownUserError, match="User doesn't exist"):
        find_user(loads(passwd_file), name)


def test_a_passwd_file_lists_its_users_in_file_order(passwd_file: str) -> None:
    assert list(user_names(loads(passwd_file))) == ["alice", "bob", "carol", "dave", "old"]


def test_the_files_of_a_configuration_are_found_below_a_root(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "users").write_text("alice:::::/home/alice::\n")
    configuration = loads("userdb {\n driver = passwd-file\n args = /etc/users\n}\n")
    assert find_user(configuration, "alice", root=tmp_path).home == "/home/alice"


def test_the_next_userdb_is_asked_when_one_does_not_know_the_user(passwd_file: str) -> None:
    second = "userdb {\n driver = static\n args = home=/static\n}\n"
    if passwd_file.startswith(HEAD_24):
        second = "userdb static {\n fields {\n  home = /static\n }\n}\n"
    configuration = loads(passwd_file + second)
    assert find_user(configuration, "zoe").home == "/static"
    assert find_user(configuration, "alice").home == "/home/alice"


def test_the_system_users_are_known_to_passwd() -> None:
    assert find_user(loads("userdb {\n driver = passwd\n}\n"), "root").home == "/root"
    with pytest.raises(UnknownUserError):
        find_user(loads("userdb {\n driver = passwd\n}\n"), "no_such_account")


def test_overrides_and_defaults_complete_the_answer() -> None:
    fields = " override_fields = home=/mail/%u\n default_fields = mail=maildir:~ uid=5\n"
    user = find_user(loads(f"userdb {{\n driver = passwd\n{fields}}}\n"), "root")
    assert (user.home, user.uid, user.fields["mail"]) == ("/mail/root", 0, "maildir:~")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("userdb {\n driver = ldap\n args = /etc/ldap.conf\n}\n", "userdb ldap can't be asked"),
        ("", "has no userdb"),
        ("userdb {\n driver = passwd-file\n args = /no/such/file\n}\n", "/no/such/file: No such file"),
        ("userdb {\n driver = passwd-file\n args = /etc\n}\n", "/etc: Is a directory"),
    ],
)
def test_a_userdb_that_can_not_be_asked_is_a_clear_error(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        find_user(loads(text), "bob")


def test_a_static_userdb_has_no_list() -> None:
    with pytest.raises(UserError, match="can't list its users"):
        list(user_names(loads("userdb {\n driver = static\n args = uid=1\n}\n")))


def test_the_user_of_the_environment_needs_no_userdb() -> None:
    user = environment_user(loads(""), {"USER": "bob", "HOME": "/home/bob"})
    assert user is not None
    assert (user.name, user.home) == ("bob", "/home/bob")
    assert environment_user(loads(""), {"HOME": "/home/bob"}) is None


def test_a_word_without_a_value_says_yes() -> None:
    assert split_fields("uid=1 flag home=/a=b") == {"uid": "1", "flag": "yes", "home": "/a=b"}
