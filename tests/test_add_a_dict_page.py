"""The dict on docs/contributing/add-a-dict-back-end.md is one: METADATA can be kept in it."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from mailstore.metadata import Metadata
from tests.pages import blocks
from tests.readme import DOCS, REPOSITORY

PAGE = (DOCS / "contributing" / "add-a-dict-back-end.md").read_text("utf-8")
(CLASS,) = (block.text for block in blocks(PAGE) if "file" in block.marks)
(TEST,) = (block.text for block in blocks(PAGE) if block.marks.get("test") == "dict")


class Mailboxes:
    """A user's mailboxes, of which there is INBOX only."""

    def guid(self, mailbox: str) -> str:
        return "0" * 32

    def create(self, mailbox: str) -> str:
        return self.guid(mailbox)

    def is_inbox(self, mailbox: str) -> bool:
        return mailbox in ("", "INBOX")

    def is_any_inbox(self, mailbox: str) -> bool:
        return self.is_inbox(mailbox)

    def spelling(self, mailbox: str) -> str:
        return mailbox

    def names(self) -> list[str]:
        return ["INBOX"]

    def setting(self, mailbox: str, name: str) -> str:
        return ""


def test_the_test_on_the_page_passes(pytester: pytest.Pytester) -> None:
    (pytester.path / "dict_table.py").write_text(CLASS)
    pytester.makepyfile(test_dict=TEST)
    pytester.syspathinsert()
    result = pytester.runpytest_inprocess("-q", "-p", "no:cacheprovider", "-p", "no:pushnotif")
    result.assert_outcomes(passed=TEST.count("def test_"))


def test_metadata_can_be_kept_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dict_table_again.py").write_text(CLASS)
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("dict_table_again")
    metadata = Metadata(Mailboxes(), lambda: module.TableDict(tmp_path / "pairs", "bob"), "pairs")
    metadata.set("", "/private/vendor/vendor.dovecot/http-notify", "user=bob")
    metadata.set("INBOX", "/shared/comment", "Hi")
    assert metadata.get("", "/private/vendor/vendor.dovecot/http-notify") == "user=bob"
    (private, shared) = metadata.list("INBOX")
    assert "comment" in shared.names
    metadata.unset("INBOX", "/shared/comment")
    assert metadata.get("INBOX", "/shared/comment") is None
    assert private.error is None


def test_the_files_and_tables_that_the_page_names_exist() -> None:
    for name, word in (
        ("mailstore/dict_values.py", "DictSetting"),
        ("mailstore/dict_uri.py", "_PARSERS"),
        ("mailstore/dict_block.py", "_READERS"),
        ("mailstore/attribute_dict.py", "case "),
        ("mailstore/link_store.py", "_NOT_READ"),
    ):
        assert name in PAGE
        assert word in (REPOSITORY / name).read_text("utf-8")
