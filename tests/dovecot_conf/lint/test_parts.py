"""A part of a configuration is not accused of what the rest of it may have."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import Version
from dovecot_conf.lint import RULES, Catalogue, Context, lint_context
from dovecot_conf.lint.readings import plain_worlds
from dovecot_conf.lint.worlds import agreed
from dovecot_conf.loading import load_part


def found(folder: Path, *texts: str, version: Version | None = None) -> list[tuple[str, int, str]]:
    paths = []
    for number, text in enumerate(texts):
        path = folder / f"{number}0-part.conf"
        path.write_text(text)
        paths.append(str(path))
    worlds = plain_worlds(lambda view, other: load_part(paths, view=view, version=version or other))
    catalogue = Catalogue(RULES)
    judged = [lint_context(Context(world.configuration), catalogue) for world in worlds]
    return [(Path(item.span.file).name, item.span.line, item.code) for item in agreed(worlds, judged)]


@pytest.mark.parametrize(
    "text",
    [
        "mail_plugins = $mail_plugins push_notification\n",
        "mail_plugins = push_notification\n",
        "plugin {\n  push_notification_driver3 = dlog\n}\n",
        "plugin {\n  push_notification_driver = dlog\n}\n",
        "protocol lmtp {\n  postmaster_address = $other\n}\n",
        "passdb {\n  args = %s\n}\n",
        "!include conf.d/*.conf\n",
        "mail_driver = maildir\nmail_path = ~/Maildir\n",
        "protocols = imap jmap\n",
        "ssl = yes\nssl_verify_client_cert = yes\n",
    ],
)
def test_what_the_rest_may_have_is_not_missed(text: str, tmp_path: Path) -> None:
    assert found(tmp_path, text) == []


def test_what_is_wrong_by_itself_is_found(tmp_path: Path) -> None:
    text = (
        "mail_plugins = $mail_plugins push-notification\nplugin {\n  push_notification_driver1 = dlog\n}\n}\n"
    )
    assert found(tmp_path, text) == [
        ("00-part.conf", 1, "PN205"),
        ("00-part.conf", 3, "PN302"),
        ("00-part.conf", 5, "PN103"),
    ]


def test_several_parts_are_read_in_their_order(tmp_path: Path) -> None:
    assert found(tmp_path, "plugin {\n", "push_notification_driver1 = dlog\n}\n") == [
        ("10-part.conf", 1, "PN302")
    ]


@pytest.mark.parametrize(
    "text", ["mail_location = mbox:~/mail\n", "mail_path = ~/Maildir\n", "auth_verbose = no\n"]
)
def test_a_part_of_either_version_is_right_for_its_own(text: str, tmp_path: Path) -> None:
    assert found(tmp_path, text) == []


def test_what_both_versions_refuse_is_found_where_nothing_shows_the_version(tmp_path: Path) -> None:
    assert found(tmp_path, "ssl = maybe\nauth_verbos = no\n") == [
        ("00-part.conf", 1, "PN167"),
        ("00-part.conf", 2, "PN161"),
    ]


def test_the_version_can_be_told(tmp_path: Path) -> None:
    text = "managesieve_max_line_length = 64k\nimap_max_line_lenght = 1\nmdbox_rotate_interval = 1\n"
    assert ("00-part.conf", 2, "PN161") in found(tmp_path, text, version=Version.V23)


def test_names_with_pattern_characters_are_names(tmp_path: Path) -> None:
    folder = tmp_path / "a[b]{c,d}*"
    folder.mkdir()
    assert [name for name, _, _ in found(folder, "}\n", "}\n")] == ["00-part.conf", "10-part.conf"]
    (folder / "x[1].conf").write_text("auth_verbos = yes\n")
    (folder / "x1.conf").write_text("")
    part = load_part([f"{folder}/x[1].conf", f"{folder}/x1.conf"])
    assert [Path(source.path).name for source in part.files] == ["x[1].conf", "x1.conf"]
    assert not part.whole


def test_a_part_below_a_root_has_its_absolute_includes_there(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "other.conf").write_text("auth_verbose = yes\n")
    for name in ("10-a.conf", "20-b.conf"):
        (tmp_path / "etc" / name).write_text("!include /etc/other.conf\n")
    part = load_part([f"{tmp_path}/etc/10-a.conf", f"{tmp_path}/etc/20-b.conf"], root=tmp_path)
    assert [Path(source.path).name for source in part.files] == [
        "10-a.conf",
        "other.conf",
        "20-b.conf",
        "other.conf",
    ]
