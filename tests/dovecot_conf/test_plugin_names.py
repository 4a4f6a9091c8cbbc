"""The tables of plugins, and what 2.4 has in the place of what 2.3 had."""

from __future__ import annotations

import re

import pytest

from dovecot_conf import plugin_names
from dovecot_conf.names import table
from dovecot_conf.successors import SETTINGS, successor
from dovecot_conf.versions import Version


@pytest.mark.parametrize("version", Version)
def test_a_plugin_that_is_gone_is_no_plugin(version: Version) -> None:
    known = plugin_names.plugins(version)
    assert [name for name in known if plugin_names.gone(name, version)] == []


@pytest.mark.parametrize("version", Version)
def test_what_a_plugin_needs_is_a_plugin(version: Version) -> None:
    known = plugin_names.plugins(version)
    assert [name for plugin in known.values() for name in plugin.needs if name not in known] == []


def test_a_plugin_of_the_other_version_only_is_said_to_be_gone() -> None:
    old, new = (frozenset(plugin_names.plugins(version)) for version in (Version.V23, Version.V24))
    assert [name for name in sorted(old - new) if not plugin_names.gone(name, Version.V24)] == []
    others = [name for name in sorted(new - old) if not plugin_names.gone(name, Version.V23)]
    assert [name for name in others if not plugin_names.third_party(name, Version.V23)] == []


def test_the_successor_of_a_setting_is_one_of_2_4() -> None:
    known = table(Version.V24).names
    assert [name for name in SETTINGS if name in known] == []
    first = {name: re.match(r"[a-z]+_[a-z_]+", text) for name, text in SETTINGS.items()}
    assert [name for name, match in first.items() if match and match[0] not in known] == []


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("ssl_key", "ssl_server_key_file, without '<'"),
        ("push_notification_driver12", "a block 'push_notification NAME {'"),
        ("no_such_setting", ""),
    ],
)
def test_a_dropped_name_has_a_successor(name: str, instead: str) -> None:
    assert successor(name) == instead
