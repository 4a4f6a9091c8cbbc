from __future__ import annotations

import io
from pathlib import Path
from typing import NamedTuple

import pytest

from cli.metadata_users import Choice, How, UserFileError, choose, matches, read_user_file
from cli.render.rows import as_json, as_json_24, table
from dovecot_conf.versions import Version


class Wishes(NamedTuple):
    user: str | None = None
    all_users: bool = False
    user_file: str | None = None


@pytest.mark.parametrize(
    ("wishes", "in_23", "in_24"),
    [
        (Wishes(), Choice(How.ENVIRONMENT), None),
        (Wishes(""), Choice(How.GIVEN, ""), None),
        (Wishes("bob"), Choice(How.GIVEN, "bob"), None),
        (Wishes("b?b"), Choice(How.LIST, "b?b"), None),
        (Wishes(all_users=True), Choice(How.LIST, "*"), None),
        (Wishes("bob", all_users=True), Choice(How.LIST, "*"), None),
        (Wishes("b*", all_users=True), Choice(How.LIST, "b*"), Choice(How.LIST, "*")),
        (Wishes("b*", user_file="f"), Choice(How.FILE, "f"), None),
        (Wishes(all_users=True, user_file=""), Choice(How.FILE, ""), Choice(How.LIST, "*")),
    ],
)
def test_the_users_are_chosen_as_each_version_does(
    wishes: Wishes, in_23: Choice, in_24: Choice | None
) -> None:
    assert choose(wishes, Version.V23) == in_23
    assert choose(wishes, Version.V24) == (in_24 or in_23)


def test_a_mask_has_two_signs_and_no_case() -> None:
    assert matches("Bob", "b?B")
    assert matches("a[b]", "a[*")
    assert not matches("b", "[b]")


def test_each_line_of_a_file_is_a_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "users"
    path.write_bytes(b"bob\r\n\n x \xff\nlast")
    assert list(read_user_file(str(path))) == ["bob", "", " x \udcff", "last"]
    path.write_bytes(b"")
    assert list(read_user_file(str(path))) == []
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"bob\n")))
    assert list(read_user_file("-")) == ["bob"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", r"read\(\) failed: open\(\) failed: No such file or directory"),
        ("/no/file", r"read\(/no/file\) failed: open\(/no/file\) failed: No such file or directory"),
        ("/", r"read\(/\) failed: pread\(size=8192 offset=0\) failed: Is a directory"),
    ],
)
def test_a_file_that_can_not_be_read_says_why(path: str, message: str) -> None:
    with pytest.raises(UserFileError, match=message):
        list(read_user_file(path))


def test_24_writes_the_digits_of_escape_sequences_as_capitals() -> None:
    rows = [("\x0b\\u000b\x1f",)]
    assert as_json(("v",), rows, 80) == '[{"v":"\\u000b\\\\u000b\\u001f"}]'
    assert as_json_24(("v",), rows, 80) == '[{"v":"\\u000B\\\\u000b\\u001F"}]'


def test_a_table_counts_bytes_that_are_no_text_as_doveadm_does() -> None:
    assert table(("key",), [("é\udcff",), ("abcd",)], 10) == "é\udcff     \nabcd   \n"
