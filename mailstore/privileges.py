"""Acting as the mail user: files of a user are read and written with the user's own rights."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    # At run time it brings tempfile, shutil and more along, and every start would wait for them.
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
    from types import ModuleType


@contextmanager
def acting_as(uid: int | None, gid: int | None, groups: Sequence[int] = ()) -> Iterator[None]:
    """Take the effective user and groups for a while, as Dovecot's mail processes do for good.

    Nothing happens when the process isn't root, or when no user is known. The change is one of the
    whole process: no other thread may open files meanwhile. Modules are still found where only root
    can read.
    """
    if os.geteuid() != 0 or not uid:
        yield
        return
    old_groups, old_gid = os.getgroups(), os.getegid()
    new_gid = old_gid if gid is None else gid
    imports = _RootsImports()
    os.setgroups([new_gid, *groups])
    os.setegid(new_gid)
    os.seteuid(uid)
    sys.meta_path.insert(0, imports)
    try:
        yield
    finally:
        sys.meta_path.remove(imports)
        os.seteuid(0)
        os.setegid(old_gid)
        os.setgroups(old_groups)


@contextmanager
def _as_root() -> Iterator[None]:
    uid = os.geteuid()
    os.seteuid(0)
    try:
        yield
    finally:
        os.seteuid(uid)


@contextmanager
def acting_as_caller() -> Iterator[None]:
    """Take the rights of the process back for a while, as for asking who a user is."""
    if os.getuid() != 0 or os.geteuid() == 0:
        yield
        return
    with _as_root():
        yield


class _RootsImports:
    """Finds and loads modules as root: Python or pushnotif may be in a folder of root's."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return what the other finders find."""
        with _as_root():
            for finder in sys.meta_path:
                if finder is self:
                    continue
                spec = finder.find_spec(fullname, path, target)
                if spec is not None:
                    if spec.loader is not None:
                        spec.loader = cast("Loader", _RootsLoader(spec.loader))
                    return spec
        return None


class _RootsLoader:
    """Loads a module as root with another loader."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Make the module, as the other loader does."""
        with _as_root():
            return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, which then is as if the other loader alone had loaded it."""
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        with _as_root():
            self._loader.exec_module(module)
