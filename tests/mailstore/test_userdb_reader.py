from __future__ import annotations

import pwd
from pathlib import Path

import pytest

from dovecot_conf import loads
from dovecot_conf.errors import UserError
from mailstore.accounts import check_ids, find_user, user_names
from mailstore.users import AccessNotPermittedError, UnknownUserError, UserdbUnavailableError

HEAD_24 = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
VERSIONS = ("2.3", "2.4")


def _static(version: str, *fields: str, rules: str = "") -> str:
    if version == "2.3":
        return f"userdb {{\n driver = static\n args = {' '.join(fields)}\n{rules}}}\n"
    lines = "".join(f"  {field}\n" for field in fields)
    return f"userdb static{len(rules)} {{\n driver = static\n fields {{\n{lines} }}\n{rules}}}\n"


def _file(version: str, path: Path, rules: str = "") -> str:
    if version == "2.3":
        return f"userdb {{\n driver = passwd-file\n args = {path}\n{rules}}}\n"
    return f"userdb {path.name} {{\n driver = passwd-file\n passwd_file_path = {path}\n{rules}}}\n"


def _driver(version: str, name: str) -> str:
    return f"userdb {{\n driver = {name}\n}}\n" if version == "2.3" else f"userdb {name} {{\n}}\n"


def _head(version: str) -> str:
    return HEAD_24 if version == "2.4" else "mail_location = maildir:~/Maildir\n"


@pytest.fixture
def users(tmp_path: Path) -> Path:
    path = tmp_path / "users"
    path.write_text("alice:x:1001:1002::/a::\nshort:x\nbad:x:no_such:1::/b::\nbad:x:1003:1::/c::\n")
    return path


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("rules", "home"),
    [
        ("", "/a"),
        (" result_success = continue-ok\n", "/second"),
        (" result_success = continue-fail\n", "/second"),
        (" result_success = return-fail\n", None),
        (" result_success = return\n", None),
    ],
)
def test_a_result_rule_says_what_becomes_of_a_success(
    users: Path, version: str, rules: str, home: str | None
) -> None:
    text = _head(version) + _file(version, users, rules) + _static(version, "home=/second")
    if home is None:
        with pytest.raises(UnknownUserError):
            find_user(loads(text), "alice")
    else:
        assert find_user(loads(text), "alice").home == home


@pytest.mark.parametrize("version", VERSIONS)
def test_a_userdb_is_left_out_for_those_who_are_found_already_or_not_yet(users: Path, version: str) -> None:
    first = _file(version, users, " result_success = continue-ok\n")
    text = _head(version) + first + _static(version, "home=/second", rules=" skip = found\n")
    assert find_user(loads(text), "alice").home == "/a"
    assert find_user(loads(text), "zoe").home == "/second"
    text = _head(version) + first + _static(version, "home=/second", rules=" skip = notfound\n")
    assert find_user(loads(text), "alice").home == "/second"
    with pytest.raises(UnknownUserError):
        find_user(loads(text), "zoe")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_userdb_that_fails_lets_the_next_one_answer(tmp_path: Path, users: Path, version: str) -> None:
    text = _head(version) + _file(version, tmp_path / "missing") + _file(version, users)
    assert find_user(loads(text), "alice").home == "/a"
    with pytest.raises(UserError, match="missing: No such file"):
        find_user(loads(text), "zoe")


@pytest.mark.parametrize("version", VERSIONS)
def test_prefetch_leaves_the_answer_and_the_list_to_the_next_userdb(users: Path, version: str) -> None:
    text = _head(version) + _driver(version, "prefetch") + _file(version, users)
    assert find_user(loads(text), "alice").home == "/a"
    assert list(user_names(loads(text))) == ["alice", "bad", "bad"]
    alone = loads(_head(version) + _driver(version, "prefetch"))
    with pytest.raises(UserdbUnavailableError):
        find_user(alone, "alice")
    with pytest.raises(UserError, match="--userdb"):
        list(user_names(alone))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_line_with_an_id_that_nobody_has_is_no_user(users: Path, version: str) -> None:
    assert find_user(loads(_head(version) + _file(version, users)), "bad").home == "/c"


@pytest.mark.parametrize("version", VERSIONS)
def test_fields_can_rename_remove_and_fill_gaps(version: str, tmp_path: Path) -> None:
    gap = {"2.3": "protected", "2.4": "default"}[version]
    fields = ("uid=5", f"uid:{gap}=6", f"gid:{gap}=7", "home=/x", "home:remove=", "username=carol", "mail=m")
    user = find_user(loads(_head(version) + _static(version, *fields)), "bob@example.com")
    assert (user.name, user.uid, user.gid, user.home) == ("carol@example.com", 5, 7, "")
    owner = tmp_path.stat()
    user = find_user(loads(_head(version) + _static(version, f"uidgid_file={tmp_path}", "domain=d")), "bob")
    assert (user.name, user.uid, user.gid) == ("bob@d", owner.st_uid, owner.st_gid)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_userdb_can_refuse_for_now_and_say_why(version: str) -> None:
    with pytest.raises(UserError, match=r"^later$"):
        find_user(loads(_head(version) + _static(version, "tempfail=yes", "reason=later")), "bob")


def test_only_users_with_valid_ids_are_listed_by_passwd() -> None:
    everybody = {entry.pw_name for entry in pwd.getpwall() if entry.pw_uid >= 1 and entry.pw_gid >= 1}
    text = "first_valid_uid = 1\n" + _driver("2.3", "passwd")
    assert set(user_names(loads(text))) == everybody
    assert "root" not in user_names(loads(_driver("2.3", "passwd")))
    assert not list(user_names(loads("last_valid_gid = 1\nfirst_valid_gid = 2\n" + _driver("2.3", "passwd"))))


def test_a_file_that_differs_from_user_to_user_is_not_listed_in_23(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="differs from user to user"):
        list(user_names(loads(_file("2.3", tmp_path / "%d"))))


@pytest.mark.parametrize(
    ("fields", "settings", "message"),
    [
        ("uid=0", "", "Invalid settings in userdb: userdb returned 0 as uid"),
        ("uid=no_such", "", "Invalid UID value 'no_such'"),
        ("uid=1000 gid=no_such", "", "Invalid GID value 'no_such'"),
    ],
)
def test_ids_of_a_userdb_that_make_no_sense_are_an_error(fields: str, settings: str, message: str) -> None:
    configuration = loads(settings + _static("2.3", fields))
    with pytest.raises(UserError, match=message):
        check_ids(configuration, find_user(configuration, "bob"))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("mail_uid = 499\n", "UID 499 not permitted .see first_valid_uid in config file, uid from mail_uid"),
        ("last_valid_uid = 600\nmail_uid = 601\n", "UID 601 not permitted"),
        ("mail_gid = 0\n", "GID 0 not permitted"),
        ("mail_uid = no_such\n", "Unknown UNIX UID user: no_such .from mail_uid setting."),
    ],
)
def test_ids_without_mail_are_not_permitted(settings: str, message: str) -> None:
    configuration = loads(settings + _static("2.3", "x=y"))
    with pytest.raises(AccessNotPermittedError, match=message):
        check_ids(configuration, find_user(configuration, "bob"))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_static_userdb_knows_whom_a_passdb_file_knows(users: Path, version: str) -> None:
    passdb = _file(version, users).replace("userdb", "passdb", 1)
    text = _head(version) + _static(version, "home=/h")
    assert find_user(loads(text), "zoe").home == "/h"
    assert find_user(loads(text + passdb), "short").home == "/h"
    with pytest.raises(UnknownUserError):
        find_user(loads(text + passdb), "zoe")
    other = _driver(version, "pam").replace("userdb", "passdb", 1)
    assert find_user(loads(text + passdb + other), "zoe").home == "/h"
    masters = _file(version, users, " master = yes\n").replace("userdb", "passdb", 1)
    assert find_user(loads(text + masters), "zoe").home == "/h"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_static_userdb_can_know_everybody(users: Path, version: str) -> None:
    passdb = _file(version, users).replace("userdb", "passdb", 1)
    everybody = _static(version, "home=/h", "allow_all_users=yes")
    if version == "2.4":
        everybody = _static(version, "home=/h", rules=" static_allow_all_users = yes\n")
    assert find_user(loads(_head(version) + passdb + everybody), "zoe").home == "/h"
