"""The packages: what is in the wheel and in the sdist, and that an installed wheel works.

They are built and installed without a network; the modules that ours need are those of this environment.
"""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import pytest

from cli import __version__
from cli.manual.build import COMPLETIONS
from tests.building import build
from tests.ci_files import REPOSITORY
from tests.cli.command_tree import CONTEXTS
from tests.tools import needed

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
NAME = f"{PROJECT['project']['name']}-{__version__}"
PACKAGES = ("cli", "dovecot_conf", "drivers", "mailstore")
# What the top of the sdist may hold; the last two are the build's.
TOP = frozenset(
    {*PACKAGES, "tests", "fixtures", "benchmarks", "docs", ".github", ".ci", ".pre-commit-hooks.yaml"}
    | {"README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", ".gitignore", "PKG-INFO"}
)
NEVER = ("*.pyc", "*/__pycache__/*", "*/.git/*", "*.egg-info/*", "*_cache/*", "*.orig", "*~", "*/.venv/*")


class Built(NamedTuple):
    """The files of one build, and the wheel that was built from the sdist alone."""

    wheel: Path
    sdist: Path
    wheel_of_sdist: Path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("built")
    made = build(folder / "tree", REPOSITORY, "wheel", "sdist")
    (folder / "source").mkdir()
    subprocess.run(["tar", "-xzf", str(made["sdist"]), "-C", str(folder / "source")], check=True)
    again = build(folder / "again", folder / "source" / NAME, "wheel")
    return Built(made["wheel"], made["sdist"], again["wheel"])


def files_of_packages() -> set[str]:
    """Return the files that the tree has in our packages, apart from what Python leaves there."""
    return {
        path.relative_to(REPOSITORY).as_posix()
        for package in PACKAGES
        for path in (REPOSITORY / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_has_our_packages_and_what_is_made_from_the_commands(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        names = set(archive.namelist())
    info = {name for name in names if name.startswith(f"{NAME}.dist-info/")}
    shared = {name for name in names if name.startswith(f"{NAME}.data/data/share/")}
    assert names - info - shared == files_of_packages()
    assert {name.partition("/")[2] for name in info} == {
        "METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE",
    }  # fmt: skip
    pages = {f"man/man1/{path.replace(' ', '-')}.1" for path in CONTEXTS}
    assert {name.partition("/share/")[2] for name in shared} == pages | set(COMPLETIONS.values())


def test_every_package_says_that_it_has_types() -> None:
    assert {f"{package}/py.typed" for package in PACKAGES} <= files_of_packages()


def test_the_sdist_has_the_source_and_the_tests_and_nothing_else(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        names = {member.name.removeprefix(f"{NAME}/") for member in archive if not member.isdir()}
    assert {name.partition("/")[0] for name in names} <= TOP
    assert files_of_packages() <= names
    some = {"tests/test_packaging.py", "docs/man/build_hook.py", "fixtures/first-day/mail.eml"}
    assert some <= names
    assert [name for name in names if any(fnmatch(f"/{name}", pattern) for pattern in NEVER)] == []


def test_the_wheel_of_the_sdist_is_that_of_the_tree(built: Built) -> None:
    assert built.wheel.name == built.wheel_of_sdist.name
    assert built.wheel.read_bytes() == built.wheel_of_sdist.read_bytes()


@pytest.fixture(scope="module")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment of its own; give the folder of that."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin/python"), "install", "-q"]
    subprocess.run([*pip, "--no-deps", "--no-index", "--no-compile", str(built.wheel)], check=True)
    paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
    # What ours need is found behind ours.
    others = {sysconfig.get_paths()[kind] for kind in ("purelib", "platlib")}
    Path(paths["purelib"], "others.pth").write_text("".join(f"{path}\n" for path in others))
    return folder


def run_installed(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "XDG_DATA_HOME": str(folder / "data"), "PYTHONPATH": ""}
    command = [str(folder / "bin/pushnotif"), *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_an_installed_wheel_works_outside_of_the_tree(installed: Path) -> None:
    assert run_installed(installed, "--version").startswith(f"pushnotif {__version__} ")
    assert "→ ox     would-send" in run_installed(installed, "simulate", "message-new", "--demo", "-q")
    lua = f"plugin/push_notification_driver=lua:file={REPOSITORY}/fixtures/first-day/push.lua"
    plugins = "mail_plugins=notify mail_lua push_notification push_notification_lua"
    options = ["-q", "-o", plugins, "-o", lua]
    assert "called" in run_installed(installed, "simulate", "message-new", "--demo", *options)
    assert run_installed(installed, "rules", "PN301").startswith("PN301 ")
    python = [str(installed / "bin/python"), "-c", "import cli; print(cli.__file__)"]
    found = subprocess.run(python, cwd=installed, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(installed))


def test_man_finds_the_pages_of_an_installed_wheel(installed: Path) -> None:
    command = [needed("man", "man-db"), "-M", str(installed / "share/man"), "-w", "pushnotif-metadata-set"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"{installed}/share/man/man1/pushnotif-metadata-set.1\n"


def test_the_build_needs_only_what_it_names(tmp_path: Path) -> None:
    assert [name.partition(">")[0] for name in PROJECT["build-system"]["requires"]] == ["hatchling", "click"]
    named = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["redis"]
    missing = {name.partition(">")[0].replace("-", "_") for name in named} - {"click"}
    # A module that is None can't be imported: as where a package is built, whatever is installed here.
    program = (
        f"import sys; sys.modules.update(dict.fromkeys({sorted(missing)}))\n"
        "from pathlib import Path; from cli.manual.build import write_shared_data\n"
        "write_shared_data(Path(sys.argv[1]), version='1', date='')"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len([*tmp_path.rglob("*.1")]) == len(CONTEXTS)


def test_the_release_checklist_names_what_is_there() -> None:
    text = (REPOSITORY / "docs/contributing/releasing.md").read_text("utf-8")
    paths = set(re.findall(r"\b(?:cli|docs|tests|dovecot_conf)/[\w./-]+\w", text))
    assert len(paths) > 5
    assert [path for path in paths if not (REPOSITORY / path).exists()] == []
    assert "__version__" in (REPOSITORY / "cli/__init__.py").read_text("utf-8")


@pytest.mark.parametrize(
    ("changelog", "epoch", "date"),
    [
        ("## Unreleased\n\n## 9.8.7 (2026-01-31)\n", "", "2026-01-31"),
        ("## Unreleased\n\n## 9.8.6 (2026-01-31)\n", "", ""),
        ("## 9.8.7 (2026-01-31)\n", "86400", "1970-01-02"),
    ],
)
def test_manual_pages_have_the_date_of_the_version(
    changelog: str, epoch: str, date: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook_file = REPOSITORY / "docs/man/build_hook.py"
    hook = runpy.run_path(str(hook_file))["MadeFromCommands"]
    (tmp_path / "CHANGELOG.md").write_text(changelog)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert hook(str(tmp_path), {}, None, None, "", "wheel").date("9.8.7") == date
