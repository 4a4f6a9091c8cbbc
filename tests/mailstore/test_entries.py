from __future__ import annotations

import pytest

from mailstore.entries import Entry, EntryNameError, EntryType, built_in_names, merge_names, parse_entry

SERVER = "vendor/vendor.dovecot/pvt/server/"


@pytest.mark.parametrize(
    ("text", "type_", "name"),
    [
        ("/private/comment", EntryType.PRIVATE, "comment"),
        ("/SHARED/CoMMent", EntryType.SHARED, "comment"),
        ("/private", EntryType.PRIVATE, ""),
        ("/shared/", EntryType.SHARED, ""),
        ("/private//a//b*%/", EntryType.PRIVATE, "/a//b*%/"),
        ("/private/cafÉ", EntryType.PRIVATE, "cafÉ"),
    ],
)
def test_an_entry_name_is_a_type_and_the_rest(text: str, type_: EntryType, name: str) -> None:
    assert parse_entry(text) == Entry(type_, name)


@pytest.mark.parametrize("text", ["", "/foo/k", "/privatex", "Private/K", "vendor"])
def test_another_beginning_is_refused(text: str) -> None:
    with pytest.raises(EntryNameError, match="Must begin with /private or /shared"):
        parse_entry(text)


@pytest.mark.parametrize(
    ("prefix", "is_inbox", "names"),
    [
        ("/shared", True, ["comment", SERVER + "admin", SERVER + "comment"]),
        ("/shared", False, ["comment"]),
        ("/private", True, ["comment", "specialuse"]),
        ("/private/comm", True, []),
        ("/private/comment", True, [""]),
        ("/shared/vendor", True, ["vendor.dovecot/pvt/server/admin", "vendor.dovecot/pvt/server/comment"]),
        ("/shared/vendor", False, ["vendor.dovecot/pvt/server/admin", "vendor.dovecot/pvt/server/comment"]),
    ],
)
def test_built_in_names_match_by_whole_components(prefix: str, is_inbox: bool, names: list[str]) -> None:
    # Each row is what `doveadm mailbox metadata list` of 2.3.19.1 prints for that prefix.
    assert built_in_names(parse_entry(prefix), is_inbox=is_inbox, has_dict=True) == names


def test_without_a_dict_only_read_only_names_are_built_in() -> None:
    assert built_in_names(Entry(EntryType.PRIVATE, ""), is_inbox=True, has_dict=False) == ["specialuse"]


def test_a_stored_name_that_is_built_in_appears_once() -> None:
    assert merge_names(["a", "comment"], ["comment", "specialuse"]) == ["a", "comment", "specialuse"]
