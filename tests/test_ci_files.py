"""What we give CI systems runs: the hooks, the action, the GitLab job and the container recipe.

Their quick parts run always. ``PUSHNOTIF_TEST_INSTALL=1`` lets also those run that install packages; no
image is built there either, the commands of its recipe run in virtual environments.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from junitparser import JUnitXml

from cli.main import run
from tests.building import build
from tests.ci_files import (
    ACTION,
    ACTION_FOLDER,
    CONTAINERFILE,
    GITLAB,
    HOOKS,
    OURS,
    REPOSITORY,
    check_schema,
    put_program,
    run_action_step,
    run_script,
)

installing = pytest.mark.skipif(
    os.environ.get("PUSHNOTIF_TEST_INSTALL") != "1",
    reason="PUSHNOTIF_TEST_INSTALL=1 lets packages be installed",
)
WARNED = "mail_plugins = notify push_notification\n"
INSTALL, VALIDATE = ACTION["runs"]["steps"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "my tree").mkdir()
    shutil.copy(REPOSITORY / "fixtures/first-day/broken.conf", tmp_path / "my tree/dovecot.conf")
    (tmp_path / "warned.conf").write_text(WARNED)
    put_program(tmp_path / "pushnotif/bin", "pushnotif", OURS)
    return tmp_path


# pre-commit


def test_the_hooks_have_what_pre_commit_wants() -> None:
    assert [hook["id"] for hook in HOOKS] == ["pushnotif-validate", "pushnotif-lua-check"]
    for hook in HOOKS:
        assert set(hook) <= {
            "id",
            "name",
            "description",
            "entry",
            "language",
            "files",
            "exclude",
            "require_serial",
        }
        assert hook["language"] == "python"
        re.compile(hook["files"])


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_the_entry_of_a_hook_is_a_command_that_takes_files(hook: dict[str, str], tmp_path: Path) -> None:
    scripts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["scripts"]
    program, *command = hook["entry"].split()
    assert program in scripts
    for name in ("dovecot.conf", "push.lua"):
        (tmp_path / name).write_text("x")
    assert run([*command, str(tmp_path / "push.lua"), str(tmp_path / "dovecot.conf")]) == 1


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("dovecot.conf", True),
        ("roles/mail/files/dovecot.conf", True),
        ("etc/dovecot/conf.d/10-mail.conf", True),
        ("dovecot/local.conf", True),
        ("etc/dovecot/dovecot-sql.conf", False),
        ("etc/dovecot/dovecot-ldap.conf.ext", False),
        ("etc/postfix/main.conf", False),
        ("mydovecot.conf", False),
    ],
)
def test_the_hook_takes_configurations_of_dovecot(path: str, taken: bool) -> None:
    hook = HOOKS[0]
    assert bool(re.search(hook["files"], path) and not re.search(hook["exclude"], path)) == taken


@pytest.mark.parametrize(
    ("path", "taken"),
    [("push.lua", True), ("lua/notify-me.lua", True), ("auth.lua", False), ("push.luac", False)],
)
def test_the_hook_takes_push_scripts(path: str, taken: bool) -> None:
    assert bool(re.search(HOOKS[1]["files"], path)) == taken


@installing
@pytest.mark.skipif(shutil.which("pre-commit") is None, reason="no pre-commit")
def test_pre_commit_runs_the_hooks(tmp_path: Path) -> None:
    source, work = tmp_path / "source", tmp_path / "work"
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run([*git, "clone", "-q", str(REPOSITORY), str(source)], check=True)
    revision = subprocess.run(
        [*git, "rev-parse", "HEAD"], cwd=source, check=True, capture_output=True, text=True
    )
    work.mkdir()
    subprocess.run([*git, "init", "-q"], cwd=work, check=True)
    hooks = [{"id": hook["id"]} for hook in HOOKS]
    repository = {"repo": str(source), "rev": revision.stdout.strip(), "hooks": hooks}
    (work / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [repository]}))
    environment = os.environ | {"PRE_COMMIT_HOME": str(tmp_path / "home")}
    for name, code in (("broken.conf", 1), ("dovecot-2.3.conf", 0)):
        shutil.copy(REPOSITORY / "fixtures/first-day" / name, work / "dovecot.conf")
        subprocess.run([*git, "add", "-A"], cwd=work, check=True)
        done = subprocess.run(["pre-commit", "run", "--all-files"], cwd=work, env=environment, check=False)
        assert done.returncode == code


# GitHub


def test_the_action_is_one() -> None:
    check_schema("vendor.github-actions", ACTION_FOLDER / "action.yml")
    assert {step["shell"] for step in ACTION["runs"]["steps"]} == {"bash"}


def test_the_action_installs_its_own_checkout(tmp_path: Path) -> None:
    put_program(tmp_path / "programs", "fake-pip", 'printf "%s\\n" "$@" >asked')
    fake = 'mkdir -p "$3/bin" && ln -s "$(dirname "$0")/fake-pip" "$3/bin/pip"'
    put_program(tmp_path / "programs", "python3", fake)
    path = f"{tmp_path}/programs:{os.environ['PATH']}"
    done = run_action_step(INSTALL, {}, tmp_path, {"PATH": path})
    assert (done.returncode, done.stderr) == (0, "")
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[:2] == ["install", "--quiet"]
    assert Path(asked[-1]).resolve() == REPOSITORY


@installing
def test_the_action_installs_a_program_that_runs(checkout: Path) -> None:
    shutil.rmtree(checkout / "pushnotif")
    assert run_action_step(INSTALL, {}, checkout, {}).returncode == 0
    assert run_action_step(VALIDATE, {"files": "my tree/dovecot.conf"}, checkout, {}).returncode == 1


def test_the_action_annotates_and_fails(checkout: Path) -> None:
    inputs = {"files": "my tree/dovecot.conf\n  warned.conf\n", "sarif-file": "my report.sarif"}
    done = run_action_step(VALIDATE, inputs, checkout, {"GITHUB_ACTIONS": "true"})
    assert (done.returncode, done.stderr) == (1, "")
    assert "::error file=my tree/dovecot.conf,line=19," in done.stdout
    assert "::warning file=warned.conf,line=1," in done.stdout
    report = json.loads((checkout / "my report.sarif").read_text())
    assert len(report["runs"][0]["results"]) == done.stdout.count("\n")


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({}, 0),
        ({"fail-on": "warning"}, 1),
        ({"fail-on": "warning", "args": "--ignore 'PN202,  PN601'  --select PN2"}, 0),
        ({"version": "2.4"}, 1),
        ({"files": " \n\n"}, 2),
        ({"files": "--help"}, 2),
    ],
)
def test_the_inputs_reach_the_command(inputs: dict[str, str], code: int, checkout: Path) -> None:
    done = run_action_step(VALIDATE, {"files": "warned.conf"} | inputs, checkout, {})
    assert done.returncode == code, done.stdout + done.stderr


def test_what_no_input_says_the_project_file_says(checkout: Path) -> None:
    (checkout / ".pushnotif.toml").write_text('fail-on = "warning"\n')
    for inputs, code in (({}, 1), ({"fail-on": "error"}, 0)):
        assert run_action_step(VALIDATE, {"files": "warned.conf"} | inputs, checkout, {}).returncode == code


def test_an_input_is_no_code(checkout: Path) -> None:
    attack = '$(touch pwned)`touch pwned`"; touch pwned; "'
    for name in ("files", "args", "sarif-file", "version"):
        run_action_step(VALIDATE, {"files": "warned.conf", name: attack}, checkout, {})
    assert not (checkout / "pwned").exists()


# GitLab


def test_the_gitlab_job_writes_the_reports_that_it_names(checkout: Path) -> None:
    check_schema("vendor.gitlab-ci", GITLAB, "--data-transform", "gitlab-ci")
    job = yaml.safe_load(GITLAB.read_text())["dovecot-configuration"]
    put_program(checkout / "programs", "pip", 'printf "%s\\n" "$@" >asked')
    put_program(checkout / "programs", "pushnotif", OURS)
    environment = job["variables"] | {
        "PATH": f"{checkout}/programs:{os.environ['PATH']}",
        "DOVECOT_CONFIG": "my tree/dovecot.conf",
    }
    done = run_script([*job["before_script"], *job["script"]], checkout, environment)
    assert (done.returncode, done.stderr) == (1, "")
    assert (checkout / "asked").read_text().splitlines()[-1] == job["variables"]["PUSHNOTIF_SOURCE"]
    reports = job["artifacts"]["reports"]
    issues = json.loads((checkout / reports["codequality"]).read_text())
    assert JUnitXml.fromfile(str(checkout / reports["junit"])).tests == len(issues) > 0


# the container


def instructions() -> list[tuple[str, str]]:
    lines = CONTAINERFILE.read_text().splitlines()
    return [tuple(line.split(" ", 1)) for line in lines if line and not line.startswith("#")]  # type: ignore[misc]


def test_the_image_starts_our_command() -> None:
    found = dict(instructions())
    scripts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["scripts"]
    (program,) = json.loads(found["ENTRYPOINT"])
    assert program in scripts
    assert run(json.loads(found["CMD"])) == 0
    assert found["USER"] != "root"
    assert {name for name, _ in instructions()} == {
        "FROM", "COPY", "RUN", "ENV", "USER", "WORKDIR", "EXPOSE", "ENTRYPOINT", "CMD",
    }  # fmt: skip


def copied_source(folder: Path) -> Path:
    """Copy what the recipe copies into its first stage; return the folder that stands for /source."""
    source = folder / "source"
    for text in [text for name, text in instructions() if name == "COPY" and not text.startswith("--from")]:
        *names, target = text.split()
        place = source / target.removeprefix("/source").strip("/")
        for name in names:
            if (REPOSITORY / name).is_dir():
                shutil.copytree(REPOSITORY / name, place)
            else:
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy(REPOSITORY / name, place)
    return source


def test_the_image_is_built_from_all_that_a_wheel_needs(tmp_path: Path) -> None:
    source = copied_source(tmp_path)
    assert build(tmp_path / "image", source, "wheel")["wheel"].read_bytes() == (
        build(tmp_path / "tree", REPOSITORY, "wheel")["wheel"].read_bytes()
    )


@installing
def test_the_commands_of_the_container_recipe_install_a_program(tmp_path: Path) -> None:
    source, target = copied_source(tmp_path), tmp_path / "opt"
    (copied,) = [text for name, text in instructions() if name == "COPY" and text.startswith("--from")]
    assert copied.split()[1] == copied.split()[2] == "/opt/pushnotif"
    programs = {"PATH": f"{tmp_path}/programs:{target}/bin:{os.environ['PATH']}"}
    put_program(tmp_path / "programs", "python", f'exec {sys.executable} "$@"')
    put_program(tmp_path / "programs", "pip", f'exec {sys.executable} -m pip "$@"')
    first, last = (text for name, text in instructions() if name == "RUN")
    here = first.replace("/source", str(source)).replace("/opt/pushnotif", str(target))
    done = run_script([here], tmp_path, programs)
    assert done.returncode == 0, done.stderr
    # The second stage has our program, and python is the image's.
    shutil.rmtree(tmp_path / "programs")
    done = run_script([last], tmp_path, programs)
    assert (done.returncode, done.stdout.startswith("pushnotif ")) == (0, True)
