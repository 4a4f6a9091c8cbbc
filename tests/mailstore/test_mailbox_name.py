from __future__ import annotations

import pytest

from mailstore.mailbox_name import MailboxNameError, check_stored_name

NOTHING: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("name", "separator", "stored_separator", "message"),
    [
        ("a.b", "/", ".", "Character not allowed in mailbox name: '.'"),
        ("/a", "/", ".", "Invalid mailbox name: Begins with hierarchy separator"),
        ("a//b", "/", ".", "Invalid mailbox name: Has adjacent hierarchy separators"),
        ("a/", "/", ".", "Invalid mailbox name: Ends with hierarchy separator"),
        ("a/b", ".", ".", "Invalid mailbox name: Name must not have '/' characters"),
        ("~a", "/", "/", "Invalid mailbox name: Begins with '~'"),
        ("a/..", "/", "/", "Invalid mailbox name: Contains '..' part"),
        ("./a", "/", "/", "Invalid mailbox name: Contains '.' part"),
        ("a/cur", "/", "/", "Invalid mailbox name: Contains reserved name"),
        ("", "/", "/", "Invalid mailbox name: Name is empty"),
    ],
)
def test_a_name_that_the_layout_can_not_hold_is_refused(
    name: str, separator: str, stored_separator: str, message: str
) -> None:
    with pytest.raises(MailboxNameError) as refused:
        check_stored_name(name, separator, stored_separator, frozenset({"cur"}))
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("name", "separator", "stored_separator"),
    [("a/b c", "/", "."), ("a.b", ".", "."), ("a.b", "/", "/"), ("a~", "/", "/")],
)
def test_other_names_are_fine(name: str, separator: str, stored_separator: str) -> None:
    check_stored_name(name, separator, stored_separator, NOTHING)
