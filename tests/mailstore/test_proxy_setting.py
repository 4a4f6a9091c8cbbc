from __future__ import annotations

import pytest

from dovecot_conf import loads
from mailstore.dict_setting import find_dict_setting
from mailstore.proxy_setting import ProxySetting, parse_proxy_arguments
from mailstore.settings import UserSettings, read_blocks
from mailstore.users import User

HEAD_24 = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
BOB = User("bob", "/home/bob", None, None, {})


@pytest.mark.parametrize(
    ("arguments", "setting"),
    [
        (":metadata", ProxySetting("metadata", "", "/b")),
        ("/socket/path:metadata", ProxySetting("metadata", "/socket/path", "/b")),
        ("other/socket:metadata", ProxySetting("metadata", "other/socket", "/b")),
        (":a:b", ProxySetting("a:b", "", "/b")),
        (":", ProxySetting("", "", "/b")),
        ("idle_msecs=5::m", ProxySetting("m", "", "/b")),
        ("warn_slow_msecs=1:idle_msecs=5:/s:m", ProxySetting("m", "/s", "/b")),
        ("idle=5:m", ProxySetting("m", "idle=5", "/b")),
        ("tcp:localhost:2345:m", ProxySetting("localhost:2345:m", "tcp", "/b")),
        ("tcp:name", ProxySetting("name", "tcp", "/b")),
    ],
)
def test_an_uri_names_a_socket_and_a_dict(arguments: str, setting: ProxySetting) -> None:
    assert parse_proxy_arguments(arguments, "/b") == setting


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("metadata", "Invalid URI: metadata"),
        ("", "Invalid URI: "),
        ("idle_msecs=5", "Invalid URI: idle_msecs=5"),
        ("idle_msecs=5:m", "Invalid URI: m"),
        ("idle_msecs=x::m", "Invalid idle_msecs"),
        ("idle_msecs=4294967296::m", "Invalid idle_msecs"),
        ("warn_slow_msecs=-1::m", "Invalid warn_slow_msecs"),
    ],
)
def test_a_wrong_uri_is_refused_in_dovecots_words(arguments: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        parse_proxy_arguments(arguments)


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        ("mail_attribute_dict = proxy::%u\n", ProxySetting("bob")),
        ("base_dir = /b\nmail_attribute_dict = proxy::m\n", ProxySetting("m", "", "/b")),
        (
            HEAD_24 + "mail_attribute {\n dict proxy {\n  name = %{user}\n }\n}\n",
            ProxySetting("bob"),
        ),
        (
            HEAD_24 + "base_dir = /b\nmail_attribute {\n dict proxy {\n  proxy_name = m\n"
            "  socket_path = s\n }\n}\n",
            ProxySetting("m", "s", "/b"),
        ),
        (
            HEAD_24 + "mail_attribute {\n dict x {\n  driver = proxy\n  dict_proxy_name = m\n"
            "  dict_proxy_socket_path = /s\n }\n}\n",
            ProxySetting("m", "/s"),
        ),
        (
            HEAD_24 + "mail_attribute {\n dict proxy {\n  name = m\n  socket_path = tcp:h:1\n }\n}\n",
            ProxySetting("m", "tcp:h:1"),
        ),
    ],
)
def test_a_configuration_names_a_dict_server(text: str, proxy: ProxySetting) -> None:
    configuration = loads(text)
    settings = UserSettings(configuration, "doveadm", BOB)
    setting = find_dict_setting(settings, read_blocks(configuration, "doveadm"))
    assert setting is not None
    assert (setting.driver, setting.error, setting.proxy) == ("proxy", "", proxy)
    assert setting.location == proxy.location


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "mail_attribute_dict = proxy:m\n",
            "mail_attribute_dict: dict_init(proxy:m) failed: dict proxy: Invalid URI: m",
        ),
        (
            HEAD_24 + "mail_attribute {\n dict x {\n  driver = proxy\n  name = m\n }\n}\n",
            "mail_attribute: dict_init_auto() failed: dict proxy: dict_proxy_name setting is empty",
        ),
    ],
)
def test_a_wrong_setting_is_told_in_dovecots_words(text: str, error: str) -> None:
    configuration = loads(text)
    settings = UserSettings(configuration, "doveadm", BOB)
    setting = find_dict_setting(settings, read_blocks(configuration, "doveadm"))
    assert setting is not None
    assert setting.error == error
