from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest

from mailstore.privileges import acting_as

NOBODY = 65534

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts as the mail user")


def test_files_are_opened_with_the_users_rights(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "secret").chmod(0o600)
    with acting_as(NOBODY, NOBODY):
        assert (os.geteuid(), os.getegid(), os.getgroups()) == (NOBODY, NOBODY, [NOBODY])
        with pytest.raises(PermissionError):
            (tmp_path / "secret").read_text()
    assert os.geteuid() == 0
    assert (tmp_path / "secret").read_text() == "x"


def test_modules_in_a_folder_of_roots_are_found_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "roots"
    (folder / "roots_package").mkdir(parents=True)
    (folder / "roots_package" / "__init__.py").write_text("")
    (folder / "roots_package" / "inner.py").write_text("from roots_package import other\n")
    (folder / "roots_package" / "other.py").write_text("import os\nuid = os.geteuid()\n")
    folder.chmod(0o700)
    monkeypatch.syspath_prepend(str(folder))
    finders = list(sys.meta_path)
    with acting_as(NOBODY, NOBODY):
        inner = importlib.import_module("roots_package.inner")
        assert inner.other.uid == 0
        assert os.geteuid() == NOBODY
        assert inner.__loader__ is inner.__spec__.loader
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("roots_package.none")
        assert os.geteuid() == NOBODY
    assert sys.meta_path == finders
