from __future__ import annotations

import os
import random
import struct
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from mailstore.privileges import acting_as
from mailstore.readable import ObstacleKind, Right, readable_by

BOB, STAFF, OTHERS = 20001, 20002, 20003
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder that everybody may pass, unlike pytest's own, as if it were the root of a machine."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def make(root: Path, path: str, mode: int = 0o644, folders: int = 0o755) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    for folder in file.relative_to(root).parents:
        (root / folder).chmod(folders if str(folder) != "." else 0o755)
    file.write_text("x")
    file.chmod(mode)
    return file


def test_nothing_stands_in_the_way_of_a_file_that_all_may_read(root: Path) -> None:
    make(root, "etc/push.lua")
    assert readable_by("/etc/push.lua", BOB, [STAFF], root) is None


def test_a_file_that_is_not_there_is_told_from_a_folder_that_is_not(root: Path) -> None:
    make(root, "etc/push.lua")
    file = readable_by("/etc/other.lua", BOB, [STAFF], root)
    folder = readable_by("/etc/push/other.lua", BOB, [STAFF], root)
    assert file is not None
    assert (file.kind, file.text) == (ObstacleKind.MISSING, "there is no /etc/other.lua")
    assert folder is not None
    assert (folder.kind, folder.path) == (ObstacleKind.MISSING, "/etc/push")


def test_of_what_a_copy_of_a_part_of_a_machine_leaves_out_nothing_is_said(root: Path) -> None:
    make(root, "etc/push.lua")
    found = readable_by("/srv/push/other.lua", BOB, [STAFF], root)
    assert found is not None
    assert (found.kind, found.text) == (ObstacleKind.UNKNOWN, f"there is no /srv below {root}")


@as_root
def test_the_first_folder_that_is_closed_is_named_and_what_opens_it(root: Path) -> None:
    make(root, "srv/deep/push.lua", 0o600)
    (root / "srv").chmod(0o750)
    found = readable_by("/srv/deep/push.lua", BOB, [STAFF], root)
    assert found is not None
    assert found.kind is ObstacleKind.FORBIDDEN
    assert found.text == (
        f"uid {BOB} gid {STAFF} may not pass the folder /srv (mode 0750, owned by 0:{os.getegid()})"
    )
    assert found.remedy == "chmod o+x /srv"


@as_root
def test_the_bits_that_count_are_those_of_the_owner_then_of_the_group_then_of_others(root: Path) -> None:
    file = make(root, "push.lua", 0o044)
    os.chown(file, BOB, STAFF)
    own = readable_by("/push.lua", BOB, [STAFF], root)
    assert own is not None
    assert own.remedy == "chmod u+r /push.lua"
    assert readable_by("/push.lua", OTHERS, [STAFF], root) is None
    file.chmod(0o404)
    group = readable_by("/push.lua", OTHERS, [OTHERS, STAFF], root)
    assert group is not None
    assert group.remedy == "chmod g+r /push.lua"


def test_uid_0_is_stopped_only_by_what_is_not_there(root: Path) -> None:
    make(root, "etc/push.lua", 0o000, 0o700)
    assert readable_by("/etc/push.lua", 0, [0], root) is None
    assert readable_by("/etc/none", 0, [0], root) is not None


def test_links_lead_below_the_root(root: Path) -> None:
    make(root, "srv/push.lua")
    make(root, "etc/dovecot/x")
    (root / "etc/dovecot/push.lua").symlink_to("/srv/push.lua")
    (root / "etc/dovecot/up.lua").symlink_to("../../../../srv/push.lua")
    (root / "etc/dovecot/loop").symlink_to("loop")
    (root / "etc/dovecot/gone").symlink_to("/etc/none")
    assert readable_by("/etc/dovecot/push.lua", BOB, [STAFF], root) is None
    assert readable_by("/etc/dovecot/up.lua", BOB, [STAFF], root) is None
    loop = readable_by("/etc/dovecot/loop", BOB, [STAFF], root)
    assert loop is not None
    assert loop.kind is ObstacleKind.TOO_MANY_LINKS
    gone = readable_by("/etc/dovecot/gone", BOB, [STAFF], root)
    assert gone is not None
    assert gone.text == "there is no /etc/none"


def test_what_is_below_a_file_and_what_is_not_absolute_is_told(root: Path) -> None:
    make(root, "etc/push.lua")
    below = readable_by("/etc/push.lua/x", BOB, [STAFF], root)
    relative = readable_by("push.lua", BOB, [STAFF], root)
    assert below is not None
    assert below.text == "/etc/push.lua is no folder"
    assert relative is not None
    assert relative.kind is ObstacleKind.UNKNOWN


def _acl(*entries: tuple[int, int, int]) -> bytes:
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def _give_acl(path: Path, rights: Sequence[int], user: int, group: int) -> None:
    nobody = 0xFFFFFFFF
    own, named, of_group, of_named, mask, others = rights
    data = _acl(
        (0x01, own, nobody),
        (0x02, named, user),
        (0x04, of_group, nobody),
        (0x08, of_named, group),
        (0x10, mask, nobody),
        (0x20, others, nobody),
    )
    try:
        os.setxattr(path, "system.posix_acl_access", data)
    except OSError as error:
        pytest.skip(f"no ACLs here: {error}")


@as_root
def test_a_list_of_rights_lets_a_user_in_whom_the_mode_keeps_out(root: Path) -> None:
    file = make(root, "push.lua", 0o600)
    _give_acl(file, (6, 4, 0, 0, 4, 0), BOB, OTHERS)
    assert readable_by("/push.lua", BOB, [STAFF], root) is None
    found = readable_by("/push.lua", OTHERS + 1, [STAFF], root)
    assert found is not None
    assert found.remedy == f"setfacl -m u:{OTHERS + 1}:r /push.lua"


@as_root
@pytest.mark.parametrize("seed", range(4))
def test_the_kernel_says_the_same_of_any_modes_owners_groups_and_lists(root: Path, seed: int) -> None:
    chance = random.Random(seed)
    names = (root / "a", root / "a" / "b", root / "a" / "b" / "file")
    names[1].mkdir(parents=True)
    names[2].write_text("x")
    for _ in range(150):
        for name in names:
            os.chown(name, chance.choice((BOB, STAFF, 0)), chance.choice((STAFF, OTHERS, 0)))
            if chance.random() < 0.6:
                name.chmod(chance.randrange(0o1000))
            else:
                _give_acl(name, [chance.randrange(8) for _ in range(6)], chance.choice((BOB, OTHERS)), STAFF)
        uid, gid = chance.choice((BOB, OTHERS)), chance.choice((STAFF, OTHERS, 20004))
        right = chance.choice((Right.READ, Right.WRITE))
        with acting_as(uid, gid):
            try:
                os.close(os.open(names[2], os.O_RDONLY if right is Right.READ else os.O_WRONLY))
                allowed = True
            except PermissionError:
                allowed = False
        found = readable_by("/a/b/file", uid, [gid], root, right=right)
        assert (found is None) == allowed, (found, uid, gid, [oct(name.stat().st_mode) for name in names])
