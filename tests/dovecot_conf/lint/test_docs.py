"""Reading the docstring of a rule."""

from __future__ import annotations

import pytest

from dovecot_conf.lint.docs import parse_doc
from dovecot_conf.versions import Version

DOC = """Summary line.

    Why it matters.
    More of it.

    Bad:

    ```2.3
    a = b
    ```

    ```2.4
    c = d
    ```

    ```/etc/x.lua
    return
    ```

    Dovecot says:

    ```2.3
    Error: one
    Error: two
    ```

    Good:

    ```2.3
    a = c
    ```
    """


def test_the_parts_are_told_apart() -> None:
    doc = parse_doc(DOC)
    assert (doc.summary, doc.explanation) == ("Summary line.", "Why it matters.\nMore of it.")
    assert [(example.version, example.shown) for example in doc.bad] == [
        (Version.V23, "a = b\n"),
        (Version.V24, "c = d\n"),
    ]
    assert [example.shown for example in doc.good] == ["a = c\n"]
    assert doc.says == ((Version.V23, "Error: one"), (Version.V23, "Error: two"))


def test_files_belong_to_all_examples_of_their_part() -> None:
    doc = parse_doc(DOC)
    assert [example.files for example in doc.bad] == [(("/etc/x.lua", "return\n"),)] * 2
    assert doc.good[0].files == ()


def test_an_example_of_2_4_has_the_version_lines_in_its_text() -> None:
    bad_23, bad_24 = parse_doc(DOC).bad
    assert bad_23.text == "a = b\n"
    assert bad_24.text == "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\nc = d\n"


def test_how_to_fix_is_prose_and_may_be_missing() -> None:
    assert parse_doc(DOC).fix == ""
    doc = parse_doc(DOC.rstrip() + "\n\n    How to fix:\n\n    Write `a = c`.\n    Or nothing.\n    ")
    assert doc.fix == "Write `a = c`.\nOr nothing."
    assert [example.shown for example in doc.good] == ["a = c\n"]


@pytest.mark.parametrize("part", ["Bad:", "Good:"])
def test_a_rule_without_an_example_is_refused(part: str) -> None:
    with pytest.raises(ValueError, match=f"no {part[:-1].lower()} example: Summary line"):
        parse_doc(DOC.replace(part, "Other:"))
