"""The namespaces of a user: aliases, and what Dovecot refuses about all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailstore.metadata import MailboxNotCreatedError, MailboxNotFoundError
from mailstore.namespace_checks import NamespaceError
from tests.mailstore.test_metadata import make_maildir, opened

START = {
    "2.3": "mail_location = maildir:~/Maildir\nmail_attribute_dict = file:~/attributes\n",
    "2.4": (
        "dovecot_config_version = 2.4.0\nmail_driver = maildir\nmail_path = ~/Maildir\n"
        "mail_attribute {\n dict file {\n  path = ~/attributes\n }\n}\n"
    ),
}
INBOX = "namespace inbox {\n inbox = yes\n separator = /\n}\n"
ALIAS = {
    version: (
        f"namespace ali {{\n prefix = Ali/\n separator = /\n alias_for = {target}\n"
        " hidden = yes\n list = no\n}\n"
    )
    for version, target in (("2.3", ""), ("2.4", "inbox"))
}


@pytest.mark.parametrize("version", START)
def test_an_alias_names_the_mailboxes_of_another_namespace(tmp_path: Path, version: str) -> None:
    make_maildir(tmp_path / "Maildir", "a" * 32)
    make_maildir(tmp_path / "Maildir" / ".Sent", "b" * 32)
    metadata = opened(START[version] + INBOX + ALIAS[version], tmp_path)
    assert metadata.open_mailbox("Ali/Sent") == "b" * 32
    assert set(metadata.mailboxes.names()) == {"INBOX", "Sent"}
    with pytest.raises(MailboxNotFoundError):
        metadata.open_mailbox("Ali/Nope")


def test_the_inbox_of_an_alias_is_that_of_the_user_in_24(tmp_path: Path) -> None:
    make_maildir(tmp_path / "Maildir", "a" * 32)
    metadata = opened(START["2.4"] + INBOX + ALIAS["2.4"], tmp_path)
    assert metadata.open_mailbox("Ali/INBOX") == "a" * 32
    assert metadata.mailboxes.is_inbox("Ali/INBOX")
    assert not metadata.mailboxes.is_inbox("Ali/Sent")


def test_the_inbox_of_an_alias_is_a_mailbox_of_its_own_in_23(tmp_path: Path) -> None:
    make_maildir(tmp_path / "Maildir", "a" * 32)
    metadata = opened(START["2.3"] + INBOX + ALIAS["2.3"], tmp_path)
    with pytest.raises(MailboxNotCreatedError) as caught:
        metadata.open_mailbox("Ali/INBOX")
    assert caught.value.location == str(tmp_path / "Maildir" / ".INBOX")
    make_maildir(tmp_path / "Maildir" / ".INBOX", "c" * 32)
    assert metadata.open_mailbox("Ali/INBOX") == "c" * 32
    assert metadata.open_mailbox("INBOX") == "a" * 32


@pytest.mark.parametrize("version", START)
def test_inbox_is_looked_for_where_the_prefix_is_shortest(tmp_path: Path, version: str) -> None:
    target = {"2.3": "INBOX/", "2.4": "inbox"}[version]
    text = (
        "namespace inbox {\n inbox = yes\n separator = /\n prefix = INBOX/\n}\n"
        f"namespace old {{\n separator = /\n alias_for = {target}\n hidden = yes\n list = no\n}}\n"
    )
    make_maildir(tmp_path / "Maildir", "a" * 32)
    make_maildir(tmp_path / "Maildir" / ".INBOX", "c" * 32)
    metadata = opened(START[version] + text, tmp_path)
    assert metadata.open_mailbox("INBOX") == {"2.3": "c", "2.4": "a"}[version] * 32
    assert metadata.open_mailbox("INBOX/INBOX") == "a" * 32


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (INBOX + "namespace x {\n}\n", 'Duplicate namespace prefix: ""'),
        (INBOX + "namespace x {\n prefix = X/\n inbox = yes\n}\n", "only one namespace with inbox=yes"),
        (INBOX + "namespace x {\n prefix = X\n}\n", "prefix=X to end with separator ."),
        (
            INBOX + "namespace x {\n prefix = .X.\n separator = .\n}\n",
            "prefix=.X. not to start with separator",
        ),
        (INBOX + "namespace x {\n prefix = X.\n}\n", "All list=yes namespaces must use the same separator"),
        ("namespace x {\n}\n", "inbox=yes namespace missing"),
        ("namespace x {\n inbox = yes\n list = no\n}\n", "list=yes namespace missing"),
        ("namespace x {\n inbox = yes\n hidden = yes\n}\n", "hidden=no namespace missing"),
        ("namespace x {\n inbox = yes\n subscriptions = no\n}\n", "subscriptions=yes namespace missing"),
    ],
)
@pytest.mark.parametrize("version", START)
def test_namespaces_that_make_no_sense_are_refused(
    tmp_path: Path, version: str, text: str, message: str
) -> None:
    with pytest.raises(NamespaceError, match="namespace configuration error: ") as caught:
        opened(START[version] + text, tmp_path)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("alias", "message"),
    [
        ("nope", "Invalid namespace alias_for: nope"),
        ("off", "Invalid namespace alias_for: off"),
        ("ali", "Chained namespace alias_for: ali -> inbox"),
        ("x", "Chained namespace alias_for: x -> x"),
    ],
)
def test_24_refuses_an_alias_that_leads_nowhere(tmp_path: Path, alias: str, message: str) -> None:
    text = (
        f"namespace off {{\n prefix = Off/\n disabled = yes\n}}\nnamespace x {{\n alias_for = {alias}\n}}\n"
    )
    with pytest.raises(NamespaceError) as caught:
        opened(
            START["2.4"] + INBOX + ALIAS["2.4"] + text.replace("{\n alias", "{\n prefix = X/\n alias"),
            tmp_path,
        )
    assert str(caught.value) == f"namespace configuration error: {message}"


def test_an_alias_has_the_format_of_what_it_is_for(tmp_path: Path) -> None:
    alias = ALIAS["2.3"].replace("hidden", "location = sdbox:~/x\n hidden")
    with pytest.raises(NamespaceError, match=r"different storage type \(sdbox vs maildir\)"):
        opened(START["2.3"] + INBOX + alias, tmp_path)


def test_an_unusable_namespace_can_be_passed_over(tmp_path: Path) -> None:
    make_maildir(tmp_path / "Maildir", "a" * 32)
    text = "namespace x {\n prefix = X/\n separator = /\n location = nonsense:~/x\n}\n"
    with pytest.raises(NamespaceError, match=r"^Namespace 'X/': Unknown mail storage driver nonsense$"):
        opened(START["2.3"] + INBOX + text, tmp_path)
    passed_over = text.replace("}", " ignore_on_failure = yes\n}")
    assert opened(START["2.3"] + INBOX + passed_over, tmp_path).open_mailbox("INBOX") == "a" * 32


@pytest.mark.parametrize("version", START)
def test_a_folder_with_mails_is_a_mailbox_before_it_has_a_list(tmp_path: Path, version: str) -> None:
    layout = (
        "mail_location = maildir:~/Maildir:LAYOUT=fs\n" if version == "2.3" else "mailbox_list_layout = fs\n"
    )
    metadata = opened(START[version] + layout, tmp_path)
    (tmp_path / "Maildir" / "a" / "Sent" / "cur").mkdir(parents=True)
    with pytest.raises(MailboxNotCreatedError):
        metadata.open_mailbox("a/Sent")
    with pytest.raises(MailboxNotFoundError) as caught:
        metadata.open_mailbox("a")
    assert not isinstance(caught.value, MailboxNotCreatedError)
