"""The README and the pages of docs/ show what is true: outputs of today, and links that lead somewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests import pages, readme

CHECKED = [page for page in readme.pages() if pages.is_checked(page.read_text("utf-8"))]


def name(page: Path) -> str:
    return str(page.relative_to(readme.REPOSITORY))


@pytest.mark.parametrize("page", CHECKED, ids=name)
def test_a_page_shows_what_is_printed_today(page: Path) -> None:
    text = page.read_text("utf-8")
    assert pages.refreshed(text) == text, f"run python tests/readme.py {name(page)}"


def test_the_readme_and_the_pages_with_examples_are_among_them() -> None:
    assert {"README.md", "docs/reference/linting.md"} <= {name(page) for page in CHECKED}


STALE = """\
<!-- file: here/a.txt -->
```text
one
two
```

<!-- in: here -->
<!-- output: 1 -->
```console
$ cat a.txt
three
```
"""


def test_a_stale_output_is_brought_up_to_date() -> None:
    assert pages.refreshed(STALE) == STALE.replace("three", "one")


def test_a_command_goes_on_behind_a_backslash() -> None:
    page = STALE.replace("$ cat a.txt\n", "$ cat \\\n    a.txt\n")
    assert pages.refreshed(page) == page.replace("three", "one")


def test_figures_may_vary_and_the_words_around_them_may_not() -> None:
    def page(shown: str) -> str:
        marks = "<!-- figures: vary -->\n<!-- in: here -->\n"
        file = "<!-- file: here/a.txt -->\n```text\n 1,000 in  12.5 s\n```\n"
        return f"{file}{marks}```console\n$ cat a.txt\n{shown}\n```\n"

    assert pages.refreshed(page("20 in 3 s")) == page("20 in 3 s")
    assert pages.refreshed(page("20 of 3 s")) == page(" 1,000 in  12.5 s")


def test_a_receiver_listens_beside_the_commands_where_the_page_says_so() -> None:
    configuration = (readme.REPOSITORY / "fixtures/first-day/dovecot-2.4.conf").read_text("utf-8")
    file = f"<!-- file: here/dovecot.conf -->\n```text\n{configuration}```\n"
    marks = "<!-- beside: pushnotif listen --status 503 -->\n<!-- in: here -->\n<!-- figures: vary -->\n"
    entry = "/private/vendor/vendor.dovecot/http-notify=user=bob"
    options = f"-u bob --metadata {entry} -o push_notification/second/driver=dlog"
    command = f"pushnotif simulate message-new -q -c dovecot.conf {options}"
    page = f"{file}{marks}```console\n$ {command}\n```\n"
    now = pages.refreshed(page)
    assert "PUT http://127.0.0.1:8009/" in now
    assert "attempt 1: 503 Service Unavailable" in now
    assert pages.refreshed(now) == now


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!-- in: . -->\n<!-- speed: 3 -->\n```console\n```\n", "there is no mark 'speed'"),
        ("```console\n$ pushnotif nonsense\n```\n", "exit code 2: pushnotif nonsense"),
        ("<!-- file: a -->\n```text\na\n```\n<!-- part of: a -->\n```text\nb\n```\n", "not a part of a"),
    ],
)
def test_what_can_t_be_shown_is_said(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pages.refreshed(text)


def test_a_page_finds_nothing_of_others_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUSHNOTIF_CONFIG", "/nonexistent")
    before = dict(os.environ)
    entry = '-u bob -s "" /private/comment'
    text = f"```console\n$ pushnotif metadata get --demo -q {entry}\n\n```\n"
    stored = text.replace("get", "set").replace("comment\n\n", "comment x\n")
    assert pages.refreshed(stored + text) == stored + text.replace("\n\n", "\nx\n")
    assert pages.refreshed(text) == text
    assert dict(os.environ) == before
