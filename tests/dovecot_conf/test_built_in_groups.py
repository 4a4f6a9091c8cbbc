"""Groups that 2.4 defines itself can be used without a definition."""

from __future__ import annotations

import pytest

from dovecot_conf import Version, loads

LINES = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"


def messages(text: str) -> list[str]:
    return [problem.message for problem in loads(LINES + text, version=Version.V24).problems]


@pytest.mark.parametrize(
    "text",
    [
        "@mailbox_defaults = english\n",
        "@metric_defaults = proxy\n",
        "namespace inbox {\n  @mailbox_defaults = english\n}\n",
        "group @mailbox_defaults french {\n}\n@mailbox_defaults = english\n",
        "group @mailbox_defaults french {\n}\n@mailbox_defaults = french\n",
    ],
)
def test_they_are_known(text: str) -> None:
    assert messages(text) == []


def test_other_names_of_their_labels_are_not() -> None:
    assert messages("@mailbox_defaults = klingon\n") == ["Unknown group @mailbox_defaults=klingon"]
    assert messages("@mailboxes = english\n") == ["Unknown group label @mailboxes"]
