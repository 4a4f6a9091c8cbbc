"""The groups that a mail process is in."""

from __future__ import annotations

import grp
import os
from pathlib import Path

from dovecot_conf import Configuration, load
from mailstore.groups import groups_of
from mailstore.link_store import check_store
from mailstore.users import User

GID = 20001
BOB = User("bob", "/home/bob", 20001, GID, {})
ANY = grp.getgrall()[-1]


def configuration(folder: Path, *lines: str) -> Configuration:
    path = folder / "dovecot.conf"
    path.write_text("\n".join(("mail_location = maildir:~/Maildir", *lines, "")))
    return load(path)


def test_the_users_own_comes_first(tmp_path: Path) -> None:
    read = configuration(tmp_path, f"mail_access_groups = 20002, {ANY.gr_name}, nobody-has")
    assert groups_of(BOB, read, "lda") == (GID, 20002, ANY.gr_gid)


def test_a_service_has_groups_of_its_own_and_dovecot_lda_is_none(tmp_path: Path) -> None:
    read = configuration(tmp_path, "service lmtp {", "  extra_groups = 20003", "}")
    assert groups_of(BOB, read, "lmtp") == (GID, 20003)
    assert groups_of(BOB, read, "lda") == (GID,)


def test_a_user_without_a_gid_has_what_dovecot_adds(tmp_path: Path) -> None:
    read = configuration(tmp_path, "mail_access_groups = 20002")
    assert groups_of(BOB.replace(gid=None), read, "lda") == (20002,)


def test_the_store_is_opened_with_all_of_them(tmp_path: Path) -> None:
    me = User("bob", str(tmp_path), os.getuid(), os.getgid(), {})
    store = f"mail_attribute_dict = file:{tmp_path}/attributes"
    _, metadata = check_store(configuration(tmp_path, store, "mail_access_groups = 20002"), me, "lda")
    assert metadata is not None
    assert metadata.owner == (me.uid, me.gid, (me.gid, 20002))
