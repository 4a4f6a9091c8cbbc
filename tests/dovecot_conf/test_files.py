"""Reading below a root, as in a checkout of /etc."""

from __future__ import annotations

import ctypes
import os
import platform
import random
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


class GlobResult(ctypes.Structure):
    """The beginning of ``glob_t``, with room for the rest."""

    _fields_ = (
        ("count", ctypes.c_size_t),
        ("paths", ctypes.POINTER(ctypes.c_char_p)),
        ("rest", ctypes.c_byte * 200),
    )


GLOB_BRACE = 1 << 10
NAMES = [
    "a",
    "b",
    "ab",
    "a.b",
    ".a",
    "a-b",
    "[a",
    "{",
    "{}",
    "{a",
    "}",
    "a,b",
    "!",
    "*",
    "a\\",
    "-",
    "]",
    "^",
    "B",
]


def found_by_libc(pattern: str) -> list[str]:
    result = GlobResult()
    code = ctypes.CDLL(None).glob(os.fsencode(pattern), GLOB_BRACE, None, ctypes.byref(result))
    return [os.fsdecode(result.paths[number]) for number in range(result.count)] if code == 0 else []


@pytest.mark.skipif("glibc" not in platform.libc_ver(), reason="the patterns are those of glibc")
@pytest.mark.parametrize("seed", range(5))
def test_a_pattern_matches_what_it_matches_for_glibc(tmp_path: Path, seed: int) -> None:
    for folder in (tmp_path, tmp_path / "d", tmp_path / "e/f"):
        folder.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            (folder / name).write_bytes(b"")
    dice = random.Random(seed)
    for _ in range(400):
        pattern = "".join(dice.choices("abde[]-!{},*?\\/.^", k=dice.randrange(1, 8))).lstrip("/")
        if "[[." not in pattern and "[*\\-" not in pattern:
            whole = f"{tmp_path}/{pattern}"
            assert Files().glob(whole) == found_by_libc(whole), pattern
