"""Overrides as doveadm's -o takes them (seen with 2.3.19.1 and 2.4.1)."""

from __future__ import annotations

import pytest

from dovecot_conf import OverrideError, Version, loads

V24 = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"


def test_an_override_wins_over_every_filter() -> None:
    text = (
        "mail_plugins = a\nprotocol lmtp {\nmail_plugins = b\nplugin {\npush_notification_driver = ox\n}\n}\n"
    )
    configuration = loads(
        text, overrides=["mail_plugins=", "plugin/push_notification_driver=dlog", "nosuch/x=1"]
    )
    push = configuration.push("lmtp")
    assert push.plugins == ()
    assert [definition.driver for definition in push.definitions] == ["dlog"]
    assert configuration.settings("lmtp").value("mail_plugins", "default") == ""


def test_an_override_is_taken_as_it_is() -> None:
    value = loads("", overrides=['mail_plugins="$mail_plugins" x=y ']).settings().get("mail_plugins")
    assert value is not None
    assert value.text == '"$mail_plugins" x=y '
    assert (value.scope, value.span.file, value.span.line) == ("-o", "-o", 1)


def test_variables_are_only_replaced_in_plugin_overrides() -> None:
    overrides = [
        "mail_attribute_dict=file:%h/attributes",
        "plugin/push_notification_driver=ox:url=http://h/%u",
    ]
    settings = loads("", overrides=overrides).settings("lmtp")
    dictionary, driver = settings.get("mail_attribute_dict"), settings.plugin["push_notification_driver"]
    assert dictionary is not None
    assert (dictionary.literal, driver.literal) == (True, False)


@pytest.mark.parametrize("override", ["nope", "", "=x", "plugin/x"])
def test_a_malformed_override_is_refused_without_showing_it(override: str) -> None:
    with pytest.raises(OverrideError, match=r"Invalid -o parameter \(number 2\)") as caught:
        loads("", overrides=["a=b", override])
    assert "write NAME=VALUE" in str(caught.value)
    assert not override or f" {override}" not in str(caught.value)


def test_overrides_of_24_go_by_path() -> None:
    text = V24 + "mail_plugins = notify push_notification\n"
    text += "push_notification dlog {\n}\npush_notification ox {\nurl = http://h/\n}\n"
    overrides = [
        "mail_plugins/push_notification=no",
        "push_notification=ox",
        "push_notification/ox/url=http://i/",
    ]
    configuration = loads(text, overrides=overrides, version=Version.V24)
    push = configuration.push("lmtp")
    assert push.plugins == ("notify",)
    assert [(definition.driver, definition.options[0].value) for definition in push.definitions] == [
        ("ox", "http://i/")
    ]
