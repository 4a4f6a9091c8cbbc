"""Scenario files: what is read, what is refused and where, and that the published schema agrees."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from drivers.scenario import parse_scenario, read_scenario
from drivers.scenario_values import Scenario, ScenarioError

REPOSITORY = Path(__file__).parents[2]
EXAMPLES = sorted((REPOSITORY / "fixtures" / "scenarios").glob("*.toml"))
SCHEMA = json.loads((REPOSITORY / "docs/schemas/scenario.schema.json").read_text())

USERS = "version = 1\n[users.bob.mailboxes.INBOX]\n"
SESSION = '[[sessions]]\nprotocol = "imap"\nuser = "bob"\n'


def doing(actions: str, protocol: str = "imap") -> str:
    return f'{USERS}[[sessions]]\nprotocol = "{protocol}"\nuser = "bob"\nactions = [{actions}]\n'


def starting(lines: str) -> str:
    return f'{USERS}{lines}\n{SESSION}actions = [{{ create = "Work" }}]\n'


def parsed(text: str) -> Scenario:
    return parse_scenario(text, Path("dir/s.toml"))


def schema_accepts(document: dict[str, Any]) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMA).is_valid(document))


GOOD = {
    "created": doing('{ create = "Work" }'),
    "number": doing('{ fetch_body = "INBOX", messages = 1 }'),
    "sequence-set": doing('{ fetch_body = "INBOX", messages = "1:3,5,7:*" }'),
    "any-case-of-a-flag": doing('{ store = "INBOX", messages = "*", flags = ["\\\\seen"] }'),
    "expunge-some": doing('{ expunge = "INBOX", messages = "1,2" }'),
    "metadata": doing('{ set_metadata = { "/Private/x" = "" } }, { unset_metadata = ["/shared/y"] }'),
    "wait": doing('{ wait = "61s" }, { wait = "5 mins" }'),
    "delivery-creates": doing('{ create = "Work" }, { deliver = "Work" }', "lda"),
    "expect-of-an-action": doing('{ create = "Work", expect = { anything = [1, { goes = true }] } }'),
    "expect-of-a-session": doing('{ create = "Work" }') + "[sessions.expect]\nrequests = 1\n",
    "settings": doing('{ create = "Work" }') + '[sessions.settings]\n"plugin/x" = "a=b"\n',
    "made-up-mail": doing(
        '{ append = "INBOX", message = { from = "a@b", to = "", subject = "", body = "" } }'
    ),
    "messages": starting(
        'messages = [{ file = "x", uid = 3, flags = ["\\\\Draft"], keywords = ["$A"] }, {}]'
    ),
}

BAD = {
    "no-version": (GOOD["created"].removeprefix("version = 1\n"), "1:1: version is missing"),
    "other-version": (GOOD["created"].replace("version = 1", "version = 2"), "1:1: version: expected 1"),
    "version-true": (GOOD["created"].replace("version = 1", "version = true"), "1:1: version: expected 1"),
    "no-users": (f'version = 1\n{SESSION}actions = [{{ create = "A" }}]', "1:1: users is missing"),
    "no-sessions": (USERS, "1:1: sessions is missing"),
    "empty-sessions": (
        "version = 1\nsessions = []\n[users.bob]",
        "2:1: sessions: expected an array of sessions",
    ),
    "unknown-key": (starting("uidvaldity = 3"), "3:1: unknown key 'uidvaldity'; did you mean 'uidvalidity'?"),
    "unknown-key-far": (starting("colour = 3"), "known: uidvalidity, next_uid, unseen, messages"),
    "unknown-top-level": (
        "sesions = 1\n" + GOOD["created"],
        "1:1: unknown key 'sesions'; did you mean 'sessions'?",
    ),
    "no-such-action": (doing('{ crate = "A" }'), "6:14: no such action 'crate'; did you mean 'create'?"),
    "empty-action": (doing("{}"), "6:12: actions: an action is missing"),
    "two-actions": (
        doing('{ create = "A", delete = "B" }'),
        "6:28: delete: create and delete are two actions",
    ),
    "key-of-another-action": (doing('{ create = "A", to = "B" }'), "6:28: unknown key 'to'"),
    "missing-to": (doing('{ rename = "A" }'), "6:12: actions: to is missing"),
    "missing-messages": (doing('{ store = "A" }'), "6:12: actions: messages is missing"),
    "imap-delivers": (
        doing('{ deliver = "A" }'),
        "6:14: deliver: imap doesn't deliver: that is for lmtp, lda",
    ),
    "lmtp-stores": (
        doing('{ expunge = "A" }', "lmtp"),
        "expunge: lmtp doesn't expunge: that is for imap, doveadm",
    ),
    "protocol": (
        doing('{ create = "A" }', "pop3"),
        "4:1: protocol: expected one of lmtp, lda, imap, doveadm",
    ),
    "zero": (doing('{ fetch_body = "A", messages = 0 }'), "6:32: messages: expected message numbers"),
    "boolean-number": (doing('{ fetch_body = "A", messages = true }'), "expected message numbers"),
    "sequence-set": (doing('{ fetch_body = "A", messages = "1:" }'), "expected message numbers"),
    "keyword-among-flags": (
        doing('{ store = "A", messages = 1, flags = ["work"] }'),
        "6:50: flags: expected a flag",
    ),
    "flag-among-keywords": (
        doing('{ store = "A", messages = 1, keywords = ["\\\\Seen"] }'),
        "expected a keyword",
    ),
    "mode": (doing('{ store = "A", messages = 1, mode = "ad" }'), "did you mean 'add'?"),
    "flags-no-array": (
        doing('{ store = "A", messages = 1, flags = "\\\\Seen" }'),
        "flags: expected an array of flags",
    ),
    "wait-without-unit": (doing('{ wait = "61" }'), "wait: expected a time with its unit"),
    "wait-number": (doing("{ wait = 61 }"), "wait: expected a time with its unit"),
    "entry": (doing('{ unset_metadata = ["private/x"] }'), "expected the name of a METADATA entry"),
    "empty-metadata": (doing("{ set_metadata = {} }"), "set_metadata: expected a table that is not empty"),
    "metadata-number": (doing('{ set_metadata = { "/private/x" = 1 } }'), "expected a text in quotes"),
    "empty-name": (doing('{ create = "" }'), "6:14: create: expected a name in quotes"),
    "name-number": (doing("{ create = 1 }"), "create: expected a name in quotes"),
    "no-actions": (doing(""), "6:1: actions: expected an array of actions that is not empty"),
    "action-no-table": (doing('"create"'), "6:12: actions: expected a table"),
    "expect-no-table": (doing('{ create = "A", expect = 1 }'), "expect: expected a table"),
    "user-and-users": (
        GOOD["created"].replace('user = "bob"', 'user = "bob"\nusers = ["bob"]'),
        "exclude each other",
    ),
    "no-user": (GOOD["created"].replace('user = "bob"\n', ""), "3:1: sessions: user is missing"),
    "users-of-imap": (
        GOOD["created"].replace('user = "bob"', 'users = ["bob"]'),
        "only lmtp has several users",
    ),
    "file-and-parts": (
        doing('{ append = "A", message = { file = "x", body = "y" } }'),
        "file and body exclude each other",
    ),
    "unseen-negative": (starting("unseen = -1"), "3:1: unseen: expected a whole number from 0"),
    "uid-too-large": (
        starting("messages = [{ uid = 4294967296 }]"),
        "3:15: uid: expected a whole number from 1",
    ),
    "user-no-table": (
        'version = 1\nusers = "bob"\n' + SESSION + 'actions = [{ create = "A" }]',
        "2:1: users: expected a table",
    ),
    "setting-number": (doing('{ create = "A" }') + "[sessions.settings]\nx = 1", "8:1: x: expected a text"),
    "setting-name": (
        doing('{ create = "A" }') + '[sessions.settings]\n"x=y" = "1"',
        "8:1: x=y: expected the name of a setting",
    ),
}

BEYOND_THE_SCHEMA = {
    "unknown-user": (
        GOOD["created"].replace('user = "bob"', 'user = "bop"'),
        "5:1: there is no user bop below [users]; did you mean 'bob'?",
    ),
    "recipient-twice": (
        doing('{ deliver = "INBOX" }', "lmtp").replace('user = "bob"', 'users = ["bob", "bob"]'),
        "5:17: the user bob is there twice",
    ),
    "uids-go-down": (
        starting("messages = [{ uid = 3 }, { uid = 3 }]"),
        "3:28: UIDs must go up: 3 comes after 3",
    ),
    "next-uid": (starting("next_uid = 3\nmessages = [{ uid = 3 }]"), "3:1: next_uid must be above all UIDs"),
    "inbox-twice": (starting("[users.bob.mailboxes.inbox]"), "3:1: the mailbox INBOX is there twice"),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_right_is_read_and_valid(name: str) -> None:
    assert parsed(GOOD[name]).sessions
    assert schema_accepts(tomllib.loads(GOOD[name]))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_read_and_valid(path: Path) -> None:
    assert read_scenario(path).sessions
    jsonschema.validate(tomllib.loads(path.read_text()), SCHEMA)


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_refused_with_its_place_and_not_valid(name: str) -> None:
    text, expected = BAD[name]
    with pytest.raises(ScenarioError) as caught:
        parsed(text)
    assert expected in str(caught.value)
    assert str(caught.value).startswith("dir/s.toml:")
    assert "\n" not in str(caught.value)
    assert not schema_accepts(tomllib.loads(text))


@pytest.mark.parametrize("name", BEYOND_THE_SCHEMA)
def test_what_no_schema_can_say_is_refused_too(name: str) -> None:
    text, expected = BEYOND_THE_SCHEMA[name]
    with pytest.raises(ScenarioError) as caught:
        parsed(text)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version = \n", "dir/s.toml:1:11: Invalid value"),
        ('a = "x', "dir/s.toml:1:7: "),
        ("a = 1\na = 2\n", "dir/s.toml:2:6: Cannot overwrite a value"),
        ("a = " + "[" * 100_000, "dir/s.toml"),
        ("a = " + "1" * 5000, "dir/s.toml: "),
    ],
)
def test_a_syntax_error_has_its_place(text: str, expected: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parsed(text)
    assert str(caught.value).startswith(expected)


def test_files_of_mails_are_beside_the_scenario() -> None:
    scenario = parsed(doing('{ append = "INBOX", message = { file = "mail.eml" } }'))
    mail = scenario.sessions[0].actions[0].mail
    assert mail is not None
    assert mail.file == Path("dir/mail.eml")


@pytest.mark.parametrize("name", ["missing.toml", "folder", "latin1.toml"])
def test_a_file_that_can_not_be_read_gives_one_line(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "latin1.toml").write_bytes(b"version = 1\nx = '\xe9'\n")
    with pytest.raises(ScenarioError) as caught:
        read_scenario(tmp_path / name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
