"""The page about tests for Lua scripts says what is true: its tests pass with the scripts it names."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from drivers import pytest_plugin
from drivers.testing import HttpAnswers, PushUser, Result, SentRequest
from drivers.testing.account import ATTRIBUTES

REPOSITORY = Path(__file__).parents[1]
PAGE = (REPOSITORY / "docs" / "how-to" / "test-a-lua-script.md").read_text("utf-8")
EXAMPLES = dict(re.findall(r"<!-- test: (\w+) -->\n```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
CONFIGURATION = """\
mail_plugins = notify push_notification
mail_attribute_dict = file:/var/lib/dovecot/%u
plugin {
  push_notification_driver = ox:url=http://127.0.0.1:8009/notify user_from_metadata cache_lifetime=60secs
}
"""


def public(kind: type) -> list[str]:
    return sorted(name for name in dir(kind) if not name.startswith("_"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_pass(name: str, pytester: pytest.Pytester) -> None:
    for script in (REPOSITORY / "fixtures" / "lua").glob("*.lua"):
        shutil.copy(script, pytester.path)
    (pytester.path / "dovecot.conf").write_text(CONFIGURATION)
    pytester.makepyfile(EXAMPLES[name])
    plugins = [] if "pushnotif" in installed_plugins() else [pytest_plugin]
    result = pytester.runpytest_inprocess("-q", "-p", "no:cacheprovider", plugins=plugins)
    result.assert_outcomes(passed=EXAMPLES[name].count("def test_"))


def installed_plugins() -> set[str]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow to import

    return {point.name for point in entry_points(group="pytest11")}


def test_the_relay_script_has_a_test_in_ten_lines() -> None:
    assert len(EXAMPLES["relay"].splitlines()) <= 10


@pytest.mark.parametrize("name", [*public(HttpAnswers), *public(PushUser), *public(Result), *ATTRIBUTES])
def test_all_that_there_is_is_on_the_page(name: str) -> None:
    internal = {"account", "push", "concurrent", "close", "send", "sent", "waiting", "name"}
    assert name in internal or re.search(rf"`(?:\w+\.)?{name}\b", PAGE)


@pytest.mark.parametrize("name", public(SentRequest))
def test_all_of_a_request_is_on_the_page(name: str) -> None:
    assert re.search(rf"`{name}\b", PAGE)
