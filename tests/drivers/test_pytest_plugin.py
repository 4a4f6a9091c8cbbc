from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from drivers import pytest_plugin
from tests.drivers.testing.scripts import RELAY
from tests.test_lua_testing_page import installed_plugins

REPOSITORY = Path(__file__).parents[2]
LIGHT = {"drivers", "drivers.pytest_plugin"}


def run_inside(pytester: pytest.Pytester, text: str) -> pytest.RunResult:
    pytester.makepyfile(text)
    (pytester.path / "relay.lua").write_bytes(RELAY.read_bytes())
    plugins = [] if "pushnotif" in installed_plugins() else [pytest_plugin]
    return pytester.runpytest_inprocess("-q", "-p", "no:cacheprovider", plugins=plugins)


def test_pytest_finds_the_plugin_by_its_entry_point() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    points = project["entry-points"]["pytest11"]
    assert points == {"pushnotif": "drivers.pytest_plugin"}
    assert import_module(points["pushnotif"]) is pytest_plugin


def test_importing_the_plugin_imports_nothing_heavy() -> None:
    code = (
        "import sys, pytest; before = set(sys.modules); import drivers.pytest_plugin\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(loaded.stdout.split()) == LIGHT


def test_the_fixture_itself_loads_no_network() -> None:
    heavy = ("httpcore", "ssl", "rich", "uvicorn", "click", "cli")
    code = f"import sys, drivers.testing\nprint(*sorted(set({heavy!r}) & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []


def test_below_a_test_that_fails_stands_what_dovecot_logs(pytester: pytest.Pytester) -> None:
    result = run_inside(
        pytester,
        "def test_it(dovecot_push):\n"
        "    bob = dovecot_push(script='relay.lua').user('bob')\n"
        "    assert bob.deliver().metadata == []\n",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*log of Dovecot (pushnotif)*", "Debug: lua: Loading */relay.lua"])


def test_a_test_that_passes_shows_nothing(pytester: pytest.Pytester) -> None:
    result = run_inside(
        pytester,
        "def test_it(dovecot_push):\n"
        "    assert dovecot_push(script='relay.lua').user('bob').deliver().errors == []\n",
    )
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*log of Dovecot*")


def test_a_mistake_is_shown_at_the_line_of_the_test(pytester: pytest.Pytester) -> None:
    result = run_inside(
        pytester,
        "def test_it(dovecot_push):\n"
        "    bob = dovecot_push(script='relay.lua').user('bob')\n"
        "    with bob.session() as session:\n"
        "        session.move(1, 'Nope')\n",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E * drivers.testing.errors.PushError: INBOX has 0 messages, not 1",
            "*test_a_mistake*.py:4: PushError",
        ]
    )
    result.stdout.no_fnmatch_line("*drivers/testing*.py*")
