"""The files that CI systems read, and how tests take them apart."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).parents[1]
ACTION_FOLDER = REPOSITORY / ".github" / "actions" / "validate"
GITLAB = REPOSITORY / "docs" / "ci" / "gitlab-ci.yml"
CONTAINERFILE = REPOSITORY / "docs" / "ci" / "Containerfile"

ACTION = yaml.safe_load((ACTION_FOLDER / "action.yml").read_text())
HOOKS = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())
_EXPRESSION = re.compile(r"\$\{\{ (\w+)\.([\w-]+) \}\}")

Environment = Mapping[str, str]


def check_schema(name: str, path: Path, *options: str) -> None:
    """Check a file against a schema that check-jsonschema brings."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", name, *options, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def run_action_step(
    step: Mapping[str, object], inputs: Mapping[str, str], folder: Path, environment: Environment
) -> subprocess.CompletedProcess[str]:
    """Run the script of a step as the runner does, with the inputs and their defaults."""
    given = {name: value.get("default", "") for name, value in ACTION["inputs"].items()} | dict(inputs)
    values = {"github": {"action_path": str(ACTION_FOLDER)}, "runner": {"temp": str(folder)}, "inputs": given}
    variables = step["env"]
    assert isinstance(variables, dict)
    own = {
        name: _EXPRESSION.sub(lambda found: str(values[found[1]][found[2]]), text)
        for name, text in variables.items()
    }
    assert _EXPRESSION.search(str(step["run"])) is None, "an input in a script would be code"
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", str(step["run"])]
    return _run(command, folder, {**environment, **own})


def run_script(
    lines: Sequence[str], folder: Path, environment: Environment
) -> subprocess.CompletedProcess[str]:
    """Run script lines one after the other as a GitLab runner does; the first that fails ends it."""
    return _run(["bash", "-eo", "pipefail", "-c", "\n".join(lines)], folder, environment)


def _run(command: Sequence[str], folder: Path, environment: Environment) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def put_program(folder: Path, name: str, script: str) -> None:
    """Put an executable script into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


OURS = f'PYTHONPATH={REPOSITORY} exec {sys.executable} -m cli "$@"'
"""A script that is our command, from this checkout."""
