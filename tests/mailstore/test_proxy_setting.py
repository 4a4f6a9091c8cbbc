from __future__ import annotations

import pytest

from dovecot_conf import loads
from mailstore.dict_setting import find_dict_setting
from mailstore.dict_uri import parse_dict_uri
from mailstore.dict_values import DictSetting, ProxySetting, WrongSetting
from mailstore.settings import UserSettings, read_blocks
from mailstore.users import User

HEAD_24 = "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
BOB = User("bob", "/home/bob", None, None, {})


def found(text: str) -> DictSetting | None:
    configuration = loads(text)
    settings = UserSettings(configuration, "doveadm", BOB)
    return find_dict_setting(settings, read_blocks(configuration, "doveadm"))


@pytest.mark.parametrize(
    ("arguments", "setting"),
    [
        (":metadata", ("", "metadata")),
        ("/socket/path:metadata", ("/socket/path", "metadata")),
        ("other/socket:metadata", ("other/socket", "metadata")),
        (":a:b", ("", "a:b")),
        (":", ("", "")),
        ("idle_msecs=5::m", ("", "m")),
        ("warn_slow_msecs=1:idle_msecs=5:/s:m", ("/s", "m")),
        ("idle=5:m", ("idle=5", "m")),
    ],
)
def test_an_uri_names_a_socket_and_a_dict(arguments: str, setting: tuple[str, str]) -> None:
    parsed = parse_dict_uri(f"proxy:{arguments}")
    assert isinstance(parsed, ProxySetting)
    assert (parsed.socket_path, parsed.name) == setting


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
    uri = f"proxy:{arguments}"
    parsed = parse_dict_uri(uri)
    assert isinstance(parsed, WrongSetting)
    assert parsed.error == f"mail_attribute_dict: dict_init({uri}) failed: dict proxy: {message}"


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        ("mail_attribute_dict = proxy::%u\n", ("", "bob", "")),
        ("base_dir = /b\nmail_attribute_dict = proxy::m\n", ("", "m", "/b")),
        (HEAD_24 + "mail_attribute {\n dict proxy {\n  name = %{user}\n }\n}\n", ("", "bob", "")),
        (
            HEAD_24 + "base_dir = /b\nmail_attribute {\n dict proxy {\n  proxy_name = m\n"
            "  socket_path = s\n }\n}\n",
            ("s", "m", "/b"),
        ),
        (
            HEAD_24 + "mail_attribute {\n dict x {\n  driver = proxy\n  dict_proxy_name = m\n"
            "  dict_proxy_socket_path = /s\n }\n}\n",
            ("/s", "m", ""),
        ),
    ],
)
def test_a_configuration_names_a_dict_server(text: str, proxy: tuple[str, str, str]) -> None:
    setting = found(text)
    assert isinstance(setting, ProxySetting)
    assert (setting.socket_path, setting.name, setting.base_dir) == proxy


def test_without_a_name_there_is_no_dict_server() -> None:
    # In a block of another name, ``name`` is that of the dict itself.
    setting = found(HEAD_24 + "mail_attribute {\n dict x {\n  driver = proxy\n  name = m\n }\n}\n")
    assert isinstance(setting, WrongSetting)
    expected = "mail_attribute: dict_init_auto() failed: dict proxy: dict_proxy_name setting is empty"
    assert setting.error == expected
