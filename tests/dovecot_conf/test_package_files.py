"""Files of Dovecot's packages on this machine are read if they are for the version of the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf import Version, includes, load

OLD = "protocols = $protocols pop3\n"
NEW = "protocols {\n  pop3 = yes\n}\n"


@pytest.fixture
def main(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "share"
    package.mkdir()
    monkeypatch.setattr(includes, "PACKAGE_FOLDER", f"{package}/")
    path = tmp_path / "dovecot.conf"
    path.write_text(f"mail_debug = yes\n!include_try {package}/*.protocol\n")
    return path


@pytest.mark.parametrize(
    ("text", "version", "count"),
    [(OLD, Version.V23, 2), (NEW, Version.V23, 1), (OLD, Version.V24, 1), (NEW, Version.V24, 2)],
)
def test_those_of_the_other_version_are_left_out(main: Path, text: str, version: Version, count: int) -> None:
    (main.parent / "share/pop3d.protocol").write_text(text)
    configuration = load(main, version=version)
    assert len(configuration.files) == count
    assert "unknown-protocol" not in [problem.name for problem in configuration.problems]


def test_they_don_t_say_which_version_the_configuration_is_for(main: Path) -> None:
    (main.parent / "share/pop3d.protocol").write_text(NEW)
    assert load(main).version is Version.V23


def test_below_a_root_they_belong_to_the_checkout(main: Path) -> None:
    root = main.parent
    main.write_text("!include_try /share/*.protocol\n")
    (root / "share/pop3d.protocol").write_text(NEW)
    assert len(load(main, root=root).files) == 2
