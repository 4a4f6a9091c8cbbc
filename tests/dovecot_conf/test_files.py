"""Reading below a root, as in a checkout of /etc."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dovecot_conf.files import Files


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "etc/dovecot").mkdir(parents=True)
    (tmp_path / "srv/shared").mkdir(parents=True)
    (tmp_path / "srv/shared/real.conf").write_bytes(b"mail_debug = yes\n")
    return tmp_path


def test_the_absolute_target_of_a_link_is_looked_up_below_the_root(root: Path) -> None:
    (root / "etc/dovecot/local.conf").symlink_to("/srv/shared/real.conf")
    files = Files(root)
    assert files.read(files.locate("/etc/dovecot/local.conf", "")) == b"mail_debug = yes\n"


def test_a_pattern_goes_through_linked_folders(root: Path) -> None:
    (root / "etc/dovecot/conf.d").symlink_to("/srv/shared")
    files = Files(root)
    found = files.glob(files.locate("/etc/dovecot/conf.d/*.conf", ""))
    assert found == [str(root / "etc/dovecot/conf.d/real.conf")]
    assert files.read(found[0]) == b"mail_debug = yes\n"


def test_a_link_leads_not_above_the_root(root: Path) -> None:
    (root / "etc/dovecot/up.conf").symlink_to("../../../../../srv/shared/real.conf")
    files = Files(root)
    assert files.read(files.locate("/etc/dovecot/up.conf", "")) == b"mail_debug = yes\n"


def test_links_that_lead_to_each_other_are_an_error_of_the_system(root: Path) -> None:
    (root / "etc/dovecot/a").symlink_to("/etc/dovecot/b")
    (root / "etc/dovecot/b").symlink_to("/etc/dovecot/a")
    files = Files(root)
    with pytest.raises(OSError, match="Too many levels"):
        files.read(files.locate("/etc/dovecot/a", ""))
    assert files.glob(files.locate("/etc/dovecot/a/*", "")) == []


def test_without_a_root_the_system_follows_links(root: Path) -> None:
    (root / "etc/dovecot/local.conf").symlink_to(root / "srv/shared/real.conf")
    assert Files().read(os.fspath(root / "etc/dovecot/local.conf")) == b"mail_debug = yes\n"
